"""Images of another size: resized, cropped, padded."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from .image_layer import ImageLayer


@layers()
class Resizing(ImageLayer):
    """Images resized to (height, width). Integers are rounded and keep their dtype.

    x: (batch, H, W, C) → (batch, height, width, C). Arguments: interpolation ("bilinear", "nearest", "bicubic",
    "lanczos3", "lanczos5", and of Keras 2 "area", "gaussian", "mitchellcubic"); antialias; crop_to_aspect_ratio (the
    largest centred part of the target's aspect ratio is resized); pad_to_aspect_ratio (`fill_value` is added around the
    image up to the target's aspect ratio; fill_mode is "constant").
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise LayerError(
                "expected one of crop_to_aspect_ratio and pad_to_aspect_ratio. "
                f"Received: {crop_to_aspect_ratio=}, {pad_to_aspect_ratio=}",
                self.name,
            )
        if pad_to_aspect_ratio and fill_mode != "constant":
            raise LayerError(f"expected fill_mode='constant', as Keras does. Received: {fill_mode=}", self.name)
        self.height = int(height)
        self.width = int(width)
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = antialias

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.in_channels_last(lambda x: self._resized(x, self.interpolation), images)

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.in_channels_last(lambda x: self._resized(x, "nearest"), segmentation_masks)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Nothing random: the images' height and width."""
        return self.sizes_of(data)[1:]

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Boxes that are all 0 or all -1 stand for none, and become 0."""
        given = bounding_boxes["boxes"]
        none = ops.logical_or(ops.all(ops.equal(given, -1), -1), ops.all(ops.equal(given, 0), -1))
        scale, shift = self._scale_and_shift(*(ops.cast(side, "float32") for side in transformation))

        def move(corners: Any) -> Any:
            moved = ops.add(ops.multiply(corners, ops.stack([*scale, *scale])), ops.stack([*shift, *shift]))
            return ops.where(ops.expand_dims(none, -1), 0.0, moved)

        return self.moved_boxes(bounding_boxes, move, transformation, (self.height, self.width))

    def _scale_and_shift(self, height: Any, width: Any) -> tuple[list[Any], list[Any]]:
        """Factors and then shifts, of x and of y, that take places of an image of this size to places of the result."""
        target = (float(self.width), float(self.height))
        sides = (width, height)
        ratios = [ops.divide(wanted, side) for wanted, side in zip(target, sides, strict=True)]
        if not (self.pad_to_aspect_ratio or self.crop_to_aspect_ratio):
            return ratios, [ops.zeros_like(width)] * 2
        ratio = (ops.minimum if self.pad_to_aspect_ratio else ops.maximum)(*ratios)
        rest = (ops.subtract(wanted, ops.multiply(side, ratio)) for wanted, side in zip(target, sides, strict=True))
        # halves are rounded away from what is left of the image, as Keras does
        halves = [ops.divide(r, 2.0) for r in rest]
        shifts = [ops.floor(h) if self.pad_to_aspect_ratio else ops.negative(ops.floor(ops.negative(h))) for h in halves]
        return [ratio, ratio], shifts

    def _resized(self, images: Any, interpolation: str) -> Any:
        return ops.resize(
            images,
            (self.height, self.width),
            interpolation.lower(),
            self.antialias,
            self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio,
            fill_value=self.fill_value,
        )


@layers()
class CenterCrop(ImageLayer):
    """The (height, width) pixels in the middle; a smaller image is resized instead, by its largest part of that aspect
    ratio.

    x: (batch, H, W, C) → (batch, height, width, C) in the layer's float dtype.
    """

    def __init__(self, height: int, width: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.height = int(height)
        self.width = int(width)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.in_channels_last(self._cropped, ops.cast(images, self.compute_dtype))

    def _cropped(self, images: Any) -> Any:
        _, height, width, _ = ops.shape(images)
        if self._is_too_small(height, width):
            return ops.resize(images, (self.height, self.width), crop_to_aspect_ratio=True)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return ops.slice(images, (0, top, left, 0), (-1, self.height, self.width, -1))

    def _is_too_small(self, height: Any, width: Any) -> bool:
        """Whether an image is known to be too small for the part."""
        return any(isinstance(d, int) and d < target for d, target in ((height, self.height), (width, self.width)))

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.transform_images(segmentation_masks, transformation, training)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Nothing random: the images' height and width."""
        return self.sizes_of(data)[1:]

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        height, width = transformation
        if self._is_too_small(height, width):
            rows = ops.clip(width * self.height // self.width, 1, height)
            columns = ops.clip(height * self.width // self.height, 1, width)
        else:
            rows, columns = self.height, self.width
        first = [ops.cast((side - part) // 2, "float32") for side, part in ((width, columns), (height, rows))]
        scale = [ops.divide(float(t), ops.cast(p, "float32")) for t, p in ((self.width, columns), (self.height, rows))]

        def move(corners: Any) -> Any:
            return ops.multiply(ops.subtract(corners, ops.stack([*first, *first])), ops.stack([*scale, *scale]))

        return self.moved_boxes(bounding_boxes, move, transformation, (self.height, self.width))
