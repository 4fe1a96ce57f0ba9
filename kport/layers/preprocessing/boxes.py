"""Bounding boxes of images: formats, clipping, and where boxes are when pixels have moved.

Boxes are (..., 4) float. Formats: corners "xyxy" and "yxyx"; corner and size "xywh"; centre and size "center_xywh" and
"center_yxhw", all in pixels; those that begin with "rel_" in shares of the image's width and height.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import ops
from ...errors import UsageError
from ...ops.promotion import dtype_of

Four = tuple[Any, Any, Any, Any]

NO_LABEL = -1
"""The label of a box that has nothing in the image."""

_TO_CORNERS: dict[str, Callable[[Any, Any, Any, Any], Four]] = {
    "xyxy": lambda left, top, right, bottom: (left, top, right, bottom),
    "yxyx": lambda top, left, bottom, right: (left, top, right, bottom),
    "xywh": lambda left, top, width, height: (left, top, left + width, top + height),
    "center_xywh": lambda x, y, width, height: (x - width / 2, y - height / 2, x + width / 2, y + height / 2),
    "center_yxhw": lambda y, x, height, width: (x - width / 2, y - height / 2, x + width / 2, y + height / 2),
}
_FROM_CORNERS: dict[str, Callable[[Any, Any, Any, Any], Four]] = {
    "xyxy": lambda left, top, right, bottom: (left, top, right, bottom),
    "yxyx": lambda left, top, right, bottom: (top, left, bottom, right),
    "xywh": lambda left, top, right, bottom: (left, top, right - left, bottom - top),
    "center_xywh": lambda x1, y1, x2, y2: (x1 + (x2 - x1) / 2, y1 + (y2 - y1) / 2, x2 - x1, y2 - y1),
    "center_yxhw": lambda x1, y1, x2, y2: (y1 + (y2 - y1) / 2, x1 + (x2 - x1) / 2, y2 - y1, x2 - x1),
}
FORMATS = (*_TO_CORNERS, "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")


def convert_format(boxes: Any, source: str, target: str, height: Any = None, width: Any = None, dtype: str = "float32") -> Any:
    """Boxes (or the "boxes" of a dict) in another format. height, width: the image's, where relative formats are involved."""
    if isinstance(boxes, dict):
        return boxes | {"boxes": convert_format(boxes["boxes"], source, target, height, width, dtype)}
    source, target = (str(name).lower() for name in (source, target))
    if source not in FORMATS or target not in FORMATS:
        raise UsageError(f"expected formats of boxes among {', '.join(FORMATS)}. Received: {source=}, {target=}")
    if boxes.shape[-1] != 4:
        raise UsageError(f"expected boxes with a last axis of size 4. Received: shape={tuple(boxes.shape)}")
    relative = source.startswith("rel_"), target.startswith("rel_")
    if any(relative) and (height is None or width is None):
        raise UsageError(f"expected the image's height and width. Received: {source=}, {target=}, {height=}, {width=}")
    boxes = ops.cast(boxes, dtype)
    if source == target:
        return boxes
    corners = _TO_CORNERS[source.removeprefix("rel_")](*ops.split(boxes, 4, -1))
    if relative[0] != relative[1]:
        scale = ops.divide if relative[1] else ops.multiply
        sides = [ops.cast(side, dtype) for side in (width, height)] * 2
        corners = tuple(scale(corner, side) for corner, side in zip(corners, sides, strict=True))
    return ops.concatenate(list(_FROM_CORNERS[target.removeprefix("rel_")](*corners)), -1)


def clip_to_image_size(bounding_boxes: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy") -> Any:
    """A dict of boxes (in "xyxy" or "rel_xyxy") cut at the image's edges; what has no area left gets the label -1."""
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise UsageError(f"expected bounding_box_format 'xyxy' or 'rel_xyxy'. Received: {bounding_box_format=}")
    if bounding_box_format == "xyxy" and (height is None or width is None):
        raise UsageError(f"expected the image's height and width for bounding_box_format='xyxy'. Received: {height=}, {width=}")
    boxes = bounding_boxes["boxes"]
    dtype = dtype_of(boxes) or "float32"
    limits = (1.0, 1.0) if bounding_box_format == "rel_xyxy" else (ops.cast(width, dtype), ops.cast(height, dtype))
    x1, y1, x2, y2 = (
        ops.minimum(ops.maximum(part, 0), limit) for part, limit in zip(ops.split(boxes, 4, -1), limits * 2, strict=True)
    )
    clipped = bounding_boxes | {"boxes": ops.concatenate([x1, y1, x2, y2], -1)}
    labels = bounding_boxes.get("labels")
    if labels is not None:
        seen = ops.greater(ops.multiply(ops.subtract(x2, x1), ops.subtract(y2, y1)), 0)
        seen = ops.squeeze(seen, -1) if len(labels.shape) < len(boxes.shape) else seen
        clipped["labels"] = ops.where(seen, labels, NO_LABEL)
    return clipped


def moved_by(boxes: Any, transform: Any) -> Any:
    """The smallest upright boxes around where images' boxes (batch, N, 4), "xyxy", come to lie under `ops.affine_transform`.

    transform: (batch, 8), which takes places of the result to places of the original: corners move by its inverse.
    """
    dtype = dtype_of(boxes) or "float32"
    transform = ops.cast(transform, dtype)
    matrices = ops.reshape(ops.concatenate([transform, ops.ones_like(transform[:, :1])], -1), (-1, 3, 3))
    x1, y1, x2, y2 = ops.unstack(boxes, 4, -1)
    xs, ys = ops.stack([x1, x2, x1, x2], -1), ops.stack([y1, y1, y2, y2], -1)
    corners = ops.stack([xs, ys, ops.ones_like(xs)], -1)  # (batch, N, 4, 3)
    inverse = ops.expand_dims(ops.inv(matrices), 1)
    moved = ops.matmul(corners, ops.transpose(inverse, (0, 1, 3, 2)))
    x, y, depth = ops.unstack(moved, 3, -1)
    x, y = ops.divide(x, depth), ops.divide(y, depth)
    return ops.stack([ops.min(x, -1), ops.min(y, -1), ops.max(x, -1), ops.max(y, -1)], -1)


def densified(bounding_boxes: Any) -> dict[str, Any]:
    """A dict with "boxes" and "labels" as arrays or tensors of one number of boxes for each image.

    Ragged tensors and lists are filled up with boxes of zeros and the label -1. What isn't such a dict is a UsageError.
    """
    if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= set(bounding_boxes):
        raise UsageError(f"expected bounding_boxes to be a dict with keys 'boxes' and 'labels'. Received: {bounding_boxes!r}")
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if hasattr(boxes, "to_tensor") != hasattr(labels, "to_tensor") or isinstance(boxes, list) != isinstance(labels, list):
        raise UsageError(
            "expected boxes and labels that are both lists, both ragged tensors, or neither. "
            f"Received: boxes of {type(boxes).__name__}, labels of {type(labels).__name__}"
        )
    if isinstance(boxes, list):
        boxes, labels = _filled(boxes, labels)
    elif hasattr(boxes, "to_tensor"):
        boxes = boxes.to_tensor(0, shape=[*boxes.shape[:-1], 4])
        labels = labels.to_tensor(NO_LABEL)
    ranks = len(boxes.shape), len(labels.shape)
    if ranks not in ((2, 1), (2, 2), (3, 2), (3, 3)):
        raise UsageError(
            "expected boxes (N, 4) or (batch, N, 4) and as many labels, (N,) or (batch, N), or with one more axis. "
            f"Received: boxes.shape={tuple(boxes.shape)}, labels.shape={tuple(labels.shape)}"
        )
    return bounding_boxes | {"boxes": ops.cast(boxes, "float32"), "labels": labels}


def _filled(boxes: list[Any], labels: list[Any]) -> tuple[Any, Any]:
    """Lists of boxes of one or several images as arrays."""
    if len(boxes) != len(labels):
        raise UsageError(f"expected as many labels as boxes. Received: {len(boxes)} boxes, {len(labels)} labels")
    if any(of_image and isinstance(of_image[0], (list, tuple)) for of_image in boxes):
        most = max(len(of_image) for of_image in boxes)
        boxes = [[*of_image, *[[0.0] * 4] * (most - len(of_image))] for of_image in boxes]
        labels = [[*of_image, *[NO_LABEL] * (most - len(of_image))] for of_image in labels]
    return ops.convert_to_tensor(boxes, "float32"), ops.convert_to_tensor(labels, "int32")
