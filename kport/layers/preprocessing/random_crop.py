"""Images of another size, at random."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.backend import tf
from ...registry import layers
from .random_image import RandomImageLayer
from .ranges import drawn_within


@layers()
class RandomCrop(RandomImageLayer):
    """In training: a random part of (height, width), the same of all images of a batch; of images that are not larger on
    both sides, the part from the middle of what has the target's aspect ratio on, resized. At inference Keras 3.15 leaves
    images as they are, whatever their size.

    Keras 2 resizes them; its files are opened with the layer Resizing instead. Source: `keras.layers.RandomCrop`.
    """

    keeps_integers = True
    moves_pixels = True

    def __init__(self, height: int, width: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.height = height
        self.width = width

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        _, *size = self.sizes_of(data)
        known = all(isinstance(side, int) for side in size)
        if known and not (size[0] > self.height and size[1] > self.width):
            return {"start": self._middle(*size), "size": size}
        starts = []
        for side, target in zip(size, (self.height, self.width), strict=True):
            places = float(side - target + 1) if known else tf.cast(tf.maximum(side - target + 1, 1), "float32")
            starts.append(ops.cast(self.draw(data, (), 0.0, places, seed), "int32"))
        if not known:
            larger = tf.logical_and(size[0] > self.height, size[1] > self.width)
            starts = [tf.where(larger, s, m) for s, m in zip(starts, self._middle(*size), strict=True)]
        return {"start": tuple(starts), "size": size}

    def _middle(self, height: Any, width: Any) -> tuple[Any, Any]:
        """Where the largest part with the target's aspect ratio begins."""
        rows = ops.clip(width * self.height // self.width, 1, height)
        columns = ops.clip(height * self.width // self.height, 1, width)
        return (height - rows) // 2, (width - columns) // 2

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        top, left = transformation["start"]
        part = images[:, top : top + self.height, left : left + self.width]
        if tuple(part.shape[1:3]) == (self.height, self.width):
            return part
        return ops.cast(self._resized(part, nearest), self.compute_dtype)

    def _resized(self, part: Any, nearest: bool) -> Any:
        return ops.resize(part, (self.height, self.width), "nearest" if nearest else "bilinear")

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        masks = super().transform_segmentation_masks(segmentation_masks, transformation, training)
        return ops.cast(masks, self.compute_dtype) if training else masks

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return bounding_boxes
        start, size = transformation["start"], transformation["size"]
        target = (self.height, self.width)

        def move(corners: Any) -> Any:
            shifts, scales = [], []
            for first, side, wanted in zip(start, size, target, strict=True):
                taken = ops.minimum(ops.subtract(side, first), wanted)
                shifts.append(ops.cast(first, "float32"))
                scales.append(ops.divide(float(wanted), ops.cast(taken, "float32")))
            x1, y1, x2, y2 = ops.split(corners, 4, -1)
            rows = (ops.multiply(ops.subtract(y, shifts[0]), scales[0]) for y in (y1, y2))
            columns = (ops.multiply(ops.subtract(x, shifts[1]), scales[1]) for x in (x1, x2))
            (top, bottom), (left, right) = rows, columns
            return ops.concatenate([left, top, right, bottom], -1)

        return self.moved_boxes(bounding_boxes, move, (size[0], size[1]), target)


class RandomSide(RandomImageLayer):
    """Images whose height or width is multiplied by a factor drawn from 1 + `factor`: one number, or the two ends of a range.

    Of Keras 2 only, which draws other numbers. interpolation: as of Resizing.
    """

    moves_pixels = True
    side: int
    """0: the height changes, 1: the width."""

    def __init__(self, factor: Any, interpolation: str = "bilinear", **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        self.interpolation = interpolation
        self.range = drawn_within(factor, "factor", "(-1, ...)", lambda x: x > -1)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        low, high = self.range
        sizes = list(self.sizes_of(data)[1:])
        drawn = self.draw(data, (), 1.0 + low, 1.0 + high, seed)
        sizes[self.side] = ops.maximum(ops.cast(ops.multiply(drawn, ops.cast(sizes[self.side], "float32")), "int32"), 1)
        return sizes

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        method = "nearest" if nearest else self.interpolation
        return tf.cast(tf.image.resize(images, tf.stack(transformation), method), images.dtype)


@layers()
class RandomHeight(RandomSide):
    """In training: another height, by up to `factor`. Keras 2 only."""

    side = 0


@layers()
class RandomWidth(RandomSide):
    """In training: another width, by up to `factor`. Keras 2 only."""

    side = 1
