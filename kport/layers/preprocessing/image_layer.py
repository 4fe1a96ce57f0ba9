"""What the layers that take images share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ... import ops
from ...errors import LayerError, ShapeError
from ...ops.shapes import CHANNELS_FIRST
from ...tree import map_structure
from ..data_format import in_channels_last, standardize
from ..layer import Layer
from . import boxes

Size = tuple[Any, Any]
"""Height and width: ints, or scalar tensors where they aren't known."""


class ImageLayer(Layer):
    """Base of the layers that take images: (batch, height, width, channels), or without the batch.

    With `data_format` "channels_first" the channels come before the height. The input may also be a dict with "images"
    and further entries: "segmentation_masks" and "bounding_boxes" (in `bounding_box_format`) move as the pixels do,
    "labels" are mixed as images are; others stay.

    A call takes `get_random_transformation(data, training, seed)` once, and gives it to `transform_images`,
    `transform_bounding_boxes`, `transform_labels` and `transform_segmentation_masks`, all of batches: those a subclass defines.
    """

    autograph_info__: ClassVar[dict[str, Any]] = {}
    """TensorFlow's AutoGraph doesn't rewrite what has this: `Dataset.map(layer)` calls the layer as it is."""

    def __init__(self, *, data_format: str | None = None, bounding_box_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize(data_format)
        self.bounding_box_format = bounding_box_format

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.bounding_box_format is None:
            del config["bounding_box_format"]
        return config

    def call(self, data: Any, training: bool | None = None) -> Any:
        return self.transformed(data, bool(training))

    def transformed(self, data: Any, training: bool) -> Any:
        """`data` with every entry transformed, all by one transformation; single images as a batch of one."""
        entries = data if isinstance(data, dict) else {"images": data}
        single = _rank(entries["images"]) == 3
        transformation = self.get_random_transformation(data, training=training)
        changes: dict[str, Callable[..., Any]] = {
            "images": self.transform_images,
            "bounding_boxes": self.transform_bounding_boxes,
            "labels": self.transform_labels,
            "segmentation_masks": self.transform_segmentation_masks,
        }
        result = dict(entries)
        for key in (key for key in changes if key in entries):
            entry = boxes.densified(entries[key]) if key == "bounding_boxes" else entries[key]
            entry = map_structure(lambda x: ops.expand_dims(x, 0), entry) if single else entry
            entry = changes[key](entry, transformation=transformation, training=training)
            result[key] = map_structure(lambda x: ops.squeeze(x, 0), entry) if single else entry
        return result if isinstance(data, dict) else result["images"]

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """What is done to all entries of `data` (images, or a dict), which may be drawn at random."""
        return None

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """A batch of images, transformed."""
        raise NotImplementedError

    def transform_labels(self, labels: Any, transformation: Any = None, training: bool = True) -> Any:
        """(batch, ...) labels of images, transformed."""
        return labels

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """{"boxes": (batch, N, 4), "labels": (batch, N)}, transformed."""
        return bounding_boxes

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        """A batch of segmentation masks, transformed."""
        return segmentation_masks

    # what subclasses compute with

    def sizes_of(self, data: Any) -> tuple[Any, Any, Any]:
        """The number of images in `data`, 1 of a single image, their height and width."""
        images = data["images"] if isinstance(data, dict) else data
        shape = ops.shape(images) if _rank(images) == 4 else (1, *ops.shape(images))
        return (shape[0], *(shape[2:] if self.data_format == CHANNELS_FIRST else shape[1:3]))

    def in_channels_last(self, function: Callable[[Any], Any], images: Any) -> Any:
        """`function`, which works on channels-last images, applied to images in the layer's format."""
        return in_channels_last(function, images, self.data_format)

    def moved_boxes(self, bounding_boxes: Any, move: Callable[[Any], Any], before: Size, after: Size | None = None) -> Any:
        """Boxes moved by `move`, which takes and gives them as "xyxy", and cut at the edges.

        before: the size of the images; after: their size when pixels have moved, the same if it is None.
        """
        form = self.bounding_box_format
        if not form:
            raise LayerError(
                f"expected bounding_box_format, such as 'xyxy', of a layer that moves bounding boxes. Received: {form}; "
                f"make the layer as {type(self).__name__}(..., bounding_box_format='xyxy')",
                self.name,
            )
        after = before if after is None else after
        corners = boxes.convert_format(bounding_boxes, form, "xyxy", *before)
        corners = boxes.clip_to_image_size(corners | {"boxes": move(corners["boxes"])}, *after)
        return boxes.convert_format(corners, "xyxy", form, *after)


def _rank(images: Any) -> int:
    rank = len(images.shape)
    if rank not in (3, 4):
        raise ShapeError(f"expected images of rank 3 or 4. Received: shape={tuple(images.shape)}")
    return rank


def change_range(images: Any, source: tuple[float, float], target: tuple[float, float]) -> Any:
    """`images` of values in `source` (low, high), mapped to `target`."""
    if tuple(source) == tuple(target):
        return images
    shares = ops.divide(ops.subtract(images, float(source[0])), float(source[1] - source[0]))
    return ops.add(ops.multiply(shares, float(target[1] - target[0])), float(target[0]))
