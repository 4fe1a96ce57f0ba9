"""Images of another size: resized, cropped, padded."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...ops.promotion import dtype_of, is_integer
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

    def transform_images(self, images: Any) -> Any:
        return self._resized(images, self.interpolation)

    def transform_masks(self, masks: Any) -> Any:
        return self._resized(masks, "nearest")

    def _resized(self, images: Any, interpolation: str) -> Any:
        size = (self.height, self.width)
        if self.crop_to_aspect_ratio:
            images = crop_to_aspect_ratio(images, size)
        elif self.pad_to_aspect_ratio:
            images = self._padded(images)
        resized = ops.resize(images, size, interpolation=interpolation.lower(), antialias=self.antialias)
        dtype = dtype_of(images)
        assert dtype is not None
        if dtype == dtype_of(resized):
            return resized
        if is_integer(dtype):
            bounds = np.iinfo(dtype)
            resized = ops.clip(ops.round(resized), *_within_float32(bounds.min, bounds.max))
        return ops.cast(resized, dtype)

    def _padded(self, images: Any) -> Any:
        """Fill added on both sides of the shorter side, the same number of pixels on each."""
        _, height, width, _ = ops.shape(images)
        if not (isinstance(height, int) and isinstance(width, int)):
            raise LayerError(
                f"expected images of known height and width for pad_to_aspect_ratio. Received: shape={tuple(images.shape)}; "
                "give the model's input a size",
                self.name,
            )
        rows = max(width * self.height // self.width - height, 0) // 2
        columns = max(height * self.width // self.height - width, 0) // 2
        return ops.pad(images, ((0, 0), (rows, rows), (columns, columns), (0, 0)), constant_values=self.fill_value)


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

    def transform_images(self, images: Any) -> Any:
        images = ops.cast(images, self.compute_dtype)
        _, height, width, _ = ops.shape(images)
        if any(isinstance(d, int) and d < target for d, target in ((height, self.height), (width, self.width))):
            images = crop_to_aspect_ratio(images, (self.height, self.width))
            return ops.resize(images, (self.height, self.width))
        return crop(images, (height - self.height) // 2, (width - self.width) // 2, self.height, self.width)

    def transform_masks(self, masks: Any) -> Any:
        return self.transform_images(masks)


def crop(images: Any, top: Any, left: Any, height: Any, width: Any) -> Any:
    """A part of a channels-last batch."""
    return ops.slice(images, (0, top, left, 0), (-1, height, width, -1))


def crop_to_aspect_ratio(images: Any, size: tuple[int, int]) -> Any:
    """The largest centred part of channels-last images with the aspect ratio of `size`, rounded down."""
    _, height, width, _ = ops.shape(images)
    rows = _bounded(width * size[0] // size[1], height)
    columns = _bounded(height * size[1] // size[0], width)
    return crop(images, (height - rows) // 2, (width - columns) // 2, rows, columns)


def _bounded(size: Any, most: Any) -> Any:
    """`size`, at least 1 and at most `most`: numbers or scalar tensors."""
    if isinstance(size, int) and isinstance(most, int):
        return max(min(size, most), 1)
    return ops.maximum(ops.minimum(size, most), 1)


def _within_float32(low: int, high: int) -> tuple[float, float]:
    """The bounds of an integer dtype, as float32 numbers that lie within them."""
    nearest = np.float32(high)
    return float(low), float(nearest if int(nearest) <= high else np.nextafter(nearest, np.float32(0)))
