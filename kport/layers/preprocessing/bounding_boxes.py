"""Layers on bounding boxes."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from .image_layer import ImageLayer


@layers()
class MaxNumBoundingBoxes(ImageLayer):
    """Cuts or fills the boxes of each image to `max_number`; the images stay.

    x: images, or a dict with "images" and "bounding_boxes": {"boxes": (batch, N, 4), "labels": (batch, N)} → the same
    with N = max_number; boxes and labels that are added are all `fill_value`.
    """

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.max_number = int(max_number)
        self.fill_value = int(fill_value)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        return images

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        cut = {key: self._cut(x) if key in ("boxes", "labels") else x for key, x in bounding_boxes.items()}
        return bounding_boxes | cut

    def _cut(self, x: Any) -> Any:
        fill = ((0, 0), (0, self.max_number), *((0, 0) for _ in x.shape[2:]))
        return ops.getitem(ops.pad(x, fill, constant_values=self.fill_value), (slice(None), slice(self.max_number)))
