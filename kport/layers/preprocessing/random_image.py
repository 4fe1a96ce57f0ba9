"""What the layers that change images at random share."""

from __future__ import annotations

from typing import Any, ClassVar

from ... import ops
from .image_layer import ImageLayer


class TrainingImageLayer(ImageLayer):
    """Base of the layers that change images in training only: at inference the output is the input.

    x: images, or a dict with "images" and more (all of which stays) → the same; integers become the layer's float dtype
    unless `keeps_integers`, which says what Keras does.
    """

    keeps_integers: ClassVar[bool] = False

    def call(self, data: Any, training: bool = False) -> Any:
        if isinstance(data, dict):
            return data | {"images": self._unchanged(data["images"])}
        return self._unchanged(data)

    def _unchanged(self, images: Any) -> Any:
        return images if self.keeps_integers else ops.cast(images, self.compute_dtype)


class RandomImageLayer(TrainingImageLayer):
    """Base of those that do it at random. Argument: seed."""

    def __init__(self, *, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
