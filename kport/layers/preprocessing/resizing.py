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

    def transform_images(self, images: Any) -> Any:
        return self._resized(images, self.interpolation)

    def transform_masks(self, masks: Any) -> Any:
        return self._resized(masks, "nearest")

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

    def transform_images(self, images: Any) -> Any:
        images = ops.cast(images, self.compute_dtype)
        _, height, width, _ = ops.shape(images)
        if any(isinstance(d, int) and d < target for d, target in ((height, self.height), (width, self.width))):
            return ops.resize(images, (self.height, self.width), crop_to_aspect_ratio=True)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return ops.slice(images, (0, top, left, 0), (-1, self.height, self.width, -1))

    def transform_masks(self, masks: Any) -> Any:
        return self.transform_images(masks)
