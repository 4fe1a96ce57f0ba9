"""`keras.utils.bounding_boxes`: boxes in other formats, where they overlap, where they are when images change.

Boxes are (..., 4); what works on corners takes "xyxy": left, top, right, bottom in pixels.
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..errors import UsageError
from ..layers.preprocessing.boxes import clip_to_image_size as clip_to_image_size
from ..layers.preprocessing.boxes import convert_format as convert_format
from ..settings import epsilon


def _sides(image_shape: Any) -> tuple[Any, Any]:
    """The height and width of an image's shape."""
    return (None, None) if image_shape is None else (image_shape[0], image_shape[1])


def _parts(boxes: Any) -> Any:
    return ops.split(boxes, 4, -1)


def _corners_only(bounding_box_format: str) -> None:
    if bounding_box_format != "xyxy":
        raise NotImplementedError(f"expected bounding_box_format='xyxy'. Received: {bounding_box_format=}")


def _overlap(a: Any, b: Any) -> Any:
    """The area that boxes have in common, by their left, top, right and bottom."""
    width = ops.subtract(ops.minimum(a[2], b[2]), ops.maximum(a[0], b[0]))
    height = ops.subtract(ops.minimum(a[3], b[3]), ops.maximum(a[1], b[1]))
    return ops.multiply(ops.maximum(width, 0), ops.maximum(height, 0))


def _area(a: Any) -> Any:
    return ops.multiply(ops.subtract(a[2], a[0]), ops.subtract(a[3], a[1]))


def compute_iou(
    boxes1: Any, boxes2: Any, bounding_box_format: str, use_masking: bool = False, mask_val: float = -1, image_shape: Any = None
) -> Any:
    """How much each box of the first covers each of the second: overlap / (area + area - overlap + epsilon).

    boxes1: (n, 4) or (batch, n, 4); boxes2: (m, 4) or (batch, m, 4) → (n, m) or (batch, n, m). use_masking: mask_val where one
    of the two boxes has no positive number. image_shape: (height, width, channels), for relative formats.
    """
    if len(boxes1.shape) not in (2, 3) or len(boxes2.shape) not in (2, 3):
        shapes = [tuple(boxes.shape) for boxes in (boxes1, boxes2)]
        raise UsageError(f"expected boxes of rank 2, or of rank 3 (a batch). Received: shapes={shapes}")
    if "rel" in bounding_box_format and image_shape is None:
        raise UsageError(f"expected image_shape for relative boxes. Received: image_shape=None, {bounding_box_format=}")
    boxes1, boxes2 = (convert_format(b, bounding_box_format, "xyxy", *_sides(image_shape)) for b in (boxes1, boxes2))
    a, b = _parts(boxes1), [ops.swapaxes(part, -1, -2) for part in _parts(boxes2)]
    common = _overlap(a, b)
    found = ops.divide(common, ops.add(ops.subtract(ops.add(_area(a), _area(b)), common), epsilon()))
    if not use_masking:
        return found
    absent = [ops.less(ops.max(boxes, axis=-1, keepdims=True), 0) for boxes in (boxes1, boxes2)]
    nothing = ops.logical_or(absent[0], ops.swapaxes(absent[1], -1, -2))
    return ops.where(nothing, ops.cast(mask_val, "float32"), found)


def compute_ciou(boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None) -> Any:
    """The complete IoU of each pair of boxes: IoU - (d² / c² + α · v), (..., 4), (..., 4) → (...).

    d: the distance of the centres; c: the diagonal of the box around both; v = 4 / π² · (atan(w2 / h2) - atan(w1 / h1))²;
    α = v / (1 - IoU + v). Source: Zheng et al. 2020, https://arxiv.org/abs/1911.08287
    """
    if "rel" in bounding_box_format:
        raise UsageError(f"expected boxes in pixels. Received: {bounding_box_format=}")
    small = epsilon()
    a, b = (_parts(convert_format(x, bounding_box_format, "xyxy", *_sides(image_shape))) for x in (boxes1, boxes2))
    widths = [ops.subtract(x[2], x[0]) for x in (a, b)]
    heights = [ops.add(ops.subtract(x[3], x[1]), small) for x in (a, b)]
    common = _overlap(a, b)
    areas = [ops.multiply(w, h) for w, h in zip(widths, heights, strict=True)]
    iou = ops.divide(common, ops.add(ops.subtract(ops.add(*areas), common), 2 * small))
    around = [ops.subtract(ops.maximum(a[i + 2], b[i + 2]), ops.minimum(a[i], b[i])) for i in (0, 1)]
    apart = [ops.subtract(ops.divide(ops.add(a[i], a[i + 2]), 2), ops.divide(ops.add(b[i], b[i + 2]), 2)) for i in (0, 1)]
    distance = ops.add(*map(ops.square, apart))
    diagonal = ops.add(ops.add(*map(ops.square, around)), small)
    angles = [ops.arctan(ops.divide(w, h)) for w, h in zip(widths, heights, strict=True)]
    v = ops.multiply(4 / math.pi**2, ops.square(ops.subtract(angles[1], angles[0])))
    alpha = ops.divide(v, ops.add(ops.subtract(v, iou), 1 + small))
    penalty = ops.add(ops.divide(distance, diagonal), ops.multiply(v, alpha))
    return ops.squeeze(ops.subtract(iou, penalty), -1)


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """The boxes around where the corners of boxes (batch, n, 4) are when images are turned, moved, scaled and sheared.

    angle, shear_x, shear_y: degrees; translate_x, translate_y: shares of width - 1 and height - 1; each (batch,). center_x,
    center_y: shares of them, 0.5 by default.
    """
    _corners_only(bounding_box_format)
    degree = math.pi / 180
    rot, sx, sy = (ops.multiply(x, -degree) for x in (angle, shear_x, shear_y))
    cx, cy = (0.5 if center_x is None else center_x) * (width - 1), (0.5 if center_y is None else center_y) * (height - 1)
    moved_x = ops.subtract(cx, ops.multiply(translate_x, width - 1))
    moved_y = ops.subtract(cy, ops.multiply(translate_y, height - 1))
    cos, sin = (ops.divide(f(ops.subtract(rot, sy)), ops.cos(sy)) for f in (ops.cos, ops.sin))
    a0 = ops.multiply(ops.add(ops.cos(rot), ops.multiply(sin, ops.tan(sx))), scale)
    a1 = ops.multiply(ops.negative(ops.add(ops.multiply(cos, ops.tan(sx)), ops.sin(rot))), scale)
    b0, b1 = ops.multiply(sin, scale), ops.multiply(cos, scale)
    rows = []
    for first, second, centre in ((a0, a1, cx), (b0, b1, cy)):
        shift = ops.subtract(centre, ops.add(ops.multiply(first, moved_x), ops.multiply(second, moved_y)))
        rows.append([ops.reshape(x, (-1, 1, 1)) for x in (first, second, shift)])
    left, top, right, bottom = _parts(ops.cast(boxes, "float32"))
    xs, ys = ops.concatenate([left, right, right, left], -1), ops.concatenate([top, top, bottom, bottom], -1)
    points = [ops.add(ops.add(ops.multiply(f, xs), ops.multiply(s, ys)), shift) for f, s, shift in rows]
    ends = [end(p, axis=-1, keepdims=True) for end in (ops.min, ops.max) for p in points]
    return ops.concatenate(ends, -1)


def crop(boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy") -> Any:
    """The boxes in a part of the image that begins at (top, left), cut at its edges."""
    _corners_only(bounding_box_format)
    moved = zip(_parts(boxes), (left, top) * 2, (width, height) * 2, strict=True)
    return ops.concatenate([ops.clip(ops.subtract(x, start), 0, size) for x, start, size in moved], -1)


def pad(boxes: Any, top: Any, left: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy") -> Any:
    """The boxes in an image with `top` rows more above and `left` columns more to the left."""
    _corners_only(bounding_box_format)
    return ops.concatenate([ops.add(x, more) for x, more in zip(_parts(boxes), (left, top) * 2, strict=True)], -1)


def _variance(variance: Any) -> Any:
    if variance is None:
        return 1.0
    if len(variance) != 4:
        raise UsageError(f"expected four numbers. Received: variance={variance}")
    return ops.convert_to_tensor(variance, "float32")


def _centred(name: str, value: str) -> None:
    if value not in ("center_xywh", "center_yxhw"):
        raise UsageError(f"expected 'center_xywh' or 'center_yxhw'. Received: {name}={value!r}")


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """What leads from anchors to boxes: (difference of centres) / (anchor's size), ln(size / anchor's size); over `variance`.

    (..., 4) each. Source: Girshick et al. 2014, https://arxiv.org/abs/1311.2524
    """
    _centred("encoding_format", encoding_format)
    sides = _sides(image_shape)
    start = convert_format(anchors, anchor_format, encoding_format, *sides)
    goal = convert_format(boxes, box_format, encoding_format, *sides)
    sizes, wanted = (ops.maximum(x[..., 2:], epsilon()) for x in (start, goal))
    moves = ops.divide(ops.subtract(goal[..., :2], start[..., :2]), sizes)
    deltas = ops.concatenate([moves, ops.log(ops.divide(wanted, sizes))], -1)
    return ops.divide(deltas, _variance(variance))


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """The boxes that `encode_box_to_deltas` encoded; of dicts with the same keys, by key."""
    _centred("encoded_format", encoded_format)
    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        rest = (anchor_format, box_format, encoded_format, variance, image_shape)
        return {key: decode_deltas_to_boxes(anchor, boxes_delta[key], *rest) for key, anchor in anchors.items()}
    sides = _sides(image_shape)
    start = convert_format(anchors, anchor_format, encoded_format, *sides)
    deltas = ops.multiply(boxes_delta, _variance(variance))
    centres = ops.add(ops.multiply(deltas[..., :2], start[..., 2:]), start[..., :2])
    sizes = ops.multiply(ops.exp(deltas[..., 2:]), start[..., 2:])
    return convert_format(ops.concatenate([centres, sizes], -1), encoded_format, box_format, *sides)
