"""What the layers that take images share."""

from __future__ import annotations

from typing import Any, ClassVar

from ... import ops
from ...errors import LayerError
from ...ops.images import on_batch
from ..data_format import standardize
from ..layer import Layer


class ImageLayer(Layer):
    """Base of the layers that take images: (batch, height, width, channels), or without the batch.

    With `data_format` "channels_first" the channels come before the height. The input may also be a dict with "images"
    and further entries: "segmentation_masks" change as the images do, "labels" stay, "bounding_boxes" (in
    `bounding_box_format`) stay where the layer doesn't move pixels and are a LayerError where it does.
    """

    moves_pixels: ClassVar[bool] = True

    def __init__(self, *, data_format: str | None = None, bounding_box_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize(data_format)
        self.bounding_box_format = bounding_box_format

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.bounding_box_format is None:
            del config["bounding_box_format"]
        return config

    def call(self, data: Any, training: bool = False) -> Any:
        if not isinstance(data, dict):
            return on_batch(data, self.data_format, self.transform_images)
        if "bounding_boxes" in data and self.moves_pixels:
            raise LayerError(
                f"expected data without bounding boxes, which {type(self).__name__} can't move. Received: keys={sorted(data)}; "
                "leave 'bounding_boxes' out",
                self.name,
            )
        changed = {"images": self.transform_images, "segmentation_masks": self.transform_masks}
        return {key: on_batch(value, self.data_format, changed[key]) if key in changed else value for key, value in data.items()}

    def transform_images(self, images: Any) -> Any:
        """A channels-last batch of images, transformed."""
        raise NotImplementedError

    def transform_masks(self, masks: Any) -> Any:
        """A channels-last batch of segmentation masks, transformed."""
        return masks


def change_range(images: Any, source: tuple[float, float], target: tuple[float, float]) -> Any:
    """`images` of values in `source` (low, high), mapped to `target`."""
    if tuple(source) == tuple(target):
        return images
    shares = ops.divide(ops.subtract(images, float(source[0])), float(source[1] - source[0]))
    return ops.add(ops.multiply(shares, float(target[1] - target[0])), float(target[0]))
