"""Images mirrored at random."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from .image_layer import Size
from .random_image import RandomImageLayer
from .ranges import one_of

HORIZONTAL, VERTICAL, BOTH = "horizontal", "vertical", "horizontal_and_vertical"
_ROWS, _COLUMNS = 1, 2


@layers()
class RandomFlip(RandomImageLayer):
    """In training: each image mirrored or not, with equal chances, by `mode`: "horizontal" (left becomes right), "vertical",
    or "horizontal_and_vertical" (both at once). At inference images stay as they are. Source: `keras.layers.RandomFlip`.
    """

    moves_pixels = True

    def __init__(self, mode: str = BOTH, **kwargs: Any):
        super().__init__(**kwargs)
        self.mode = one_of("mode", mode, (HORIZONTAL, VERTICAL, BOTH))

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        batch, height, width = self.sizes_of(data)
        return {"flips": ops.less_equal(self.draw(data, (batch, 1, 1, 1), seed=seed), 0.5), "size": (height, width)}

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        axes = [axis for axis, other in ((_ROWS, HORIZONTAL), (_COLUMNS, VERTICAL)) if self.mode != other]
        return ops.where(transformation["flips"], ops.flip(images, axes), images)

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return bounding_boxes
        size: Size = transformation["size"]
        flips = ops.squeeze(transformation["flips"], -1)

        def move(corners: Any) -> Any:
            height, width = (ops.cast(side, "float32") for side in size)
            x1, y1, x2, y2 = ops.split(corners, 4, -1)
            if self.mode != VERTICAL:
                x1, x2 = ops.subtract(width, x2), ops.subtract(width, x1)
            if self.mode != HORIZONTAL:
                y1, y2 = ops.subtract(height, y2), ops.subtract(height, y1)
            return ops.where(flips, ops.concatenate([x1, y1, x2, y2], -1), corners)

        return self.moved_boxes(bounding_boxes, move, size)
