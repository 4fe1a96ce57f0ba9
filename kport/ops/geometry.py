"""Where the pixels of images are, with the names and arguments of keras.ops.image."""

from __future__ import annotations

import itertools
from functools import reduce
from typing import Any

import numpy as np

from ..errors import ShapeError
from .backend import is_tensorflow, tf
from .bounds import clip
from .casting import cast
from .conv import conv
from .elementwise import absolute, add, divide, minimum, multiply, subtract, where
from .extend import pad
from .gathering import gather_nd
from .images import on_batch
from .indexing import slice
from .logic import greater_equal, less, less_equal, logical_and
from .promotion import dtype_of, is_integer
from .rearrange import stack, unstack
from .rounding import ceil, floor, mod, round
from .shape import broadcast_to, expand_dims, reshape, shape, split
from .shapes import as_tuple

FILL_MODES = ("constant", "nearest", "reflect", "wrap")


def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images without their edges; of top, bottom and target_height two are given, likewise of left, right and target_width."""

    def crop(x: Any) -> Any:
        _, height, width, _ = shape(x)
        top, rows = _begin_and_size(top_cropping, bottom_cropping, target_height, height)
        left, columns = _begin_and_size(left_cropping, right_cropping, target_width, width)
        return slice(x, (0, top, left, 0), (-1, rows, columns, -1))

    return on_batch(images, data_format, crop)


def _begin_and_size(before: int | None, after: int | None, target: int | None, size: Any) -> tuple[Any, Any]:
    if (before, after, target).count(None) != 1:
        raise ShapeError(f"expected two of three: cropping before and after, target. Received: {before}, {after}, {target}")
    if before is None:
        return size - target - after, target
    return before, target if after is None else size - before - after


def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images with zeros around; of top, bottom and target_height two are given, likewise of left, right and target_width."""

    def fill(x: Any) -> Any:
        _, height, width, _ = x.shape
        rows = _before_and_after(top_padding, bottom_padding, target_height, height)
        columns = _before_and_after(left_padding, right_padding, target_width, width)
        return pad(x, ((0, 0), rows, columns, (0, 0)))

    return on_batch(images, data_format, fill)


def _before_and_after(before: int | None, after: int | None, target: int | None, size: int | None) -> tuple[int, int]:
    if (before, after, target).count(None) != 1 or (target is not None and size is None):
        raise ShapeError(
            f"expected two of three: padding before and after, target. Received: {before}, {after}, {target} of {size}"
        )
    if target is None:
        pair = (before, after)
    elif before is None:
        pair = (target - (size or 0) - (after or 0), after)
    else:
        pair = (before, target - (size or 0) - before)
    if min(p or 0 for p in pair) < 0:
        raise ShapeError(f"expected a target of at least the size {size}. Received: {target}")
    return pair[0] or 0, pair[1] or 0


def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """Each window of `size` as the channels of one pixel: (..., height', width', rows · columns · channels)."""
    rows, columns = as_tuple(size, 2, "size")

    def extract(x: Any) -> Any:
        channels = x.shape[-1]
        parts = rows * columns * channels
        kernel = cast(np.eye(parts, dtype=np.float32).reshape(rows, columns, channels, parts), dtype_of(x) or "float32")
        return conv(x, kernel, strides=strides or (rows, columns), padding=padding, dilations=dilation_rate)

    return on_batch(images, data_format, extract)


def map_coordinates(inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0.0) -> Any:
    """y[...] = inputs at coordinates[:, ...], the nearest element (order 0) or between the elements around (order 1).

    inputs: any rank, coordinates: (rank, ...) → (...). Beyond the edges, by fill_mode: "constant" is `fill_value`, "nearest"
    the edge, "mirror" and "reflect" mirrored without and with it, "wrap" from the other side.
    """
    if order not in (0, 1) or fill_mode not in (*FILL_MODES, "mirror"):
        raise ShapeError(f"expected order 0 or 1 and a fill_mode of map_coordinates. Received: {order=}, {fill_mode=}")
    sizes = shape(inputs)
    choices = []
    for place, size in zip(unstack(coordinates, axis=0), sizes, strict=True):
        if order == 0:
            nodes = [(cast(round(place), "int32"), None)]
        else:
            below = floor(place)
            share = subtract(place, below)
            first = cast(below, "int32")
            nodes = [(first, subtract(1, share)), (add(first, 1), share)]
        choices.append([(*within(index, size, fill_mode), weight) for index, weight in nodes])
    parts = []
    for corner in itertools.product(*choices):
        values = gather_nd(inputs, stack([index for index, _, _ in corner], -1))
        weights = [weight for _, _, weight in corner if weight is not None]
        values = cast(values, dtype_of(weights[0]) or "float32") if weights else values
        if fill_mode == "constant":
            values = where(reduce(logical_and, [valid for _, valid, _ in corner]), values, fill_value)
        parts.append(reduce(multiply, weights, values))
    result = reduce(add, parts)
    dtype = dtype_of(inputs) or "float32"
    return cast(round(result) if is_integer(dtype) else result, dtype)


def within(index: Any, size: Any, fill_mode: str) -> tuple[Any, Any]:
    """An index of an axis of `size`, and for "constant" whether it was within."""
    if fill_mode in ("constant", "nearest"):
        valid = logical_and(greater_equal(index, 0), less(index, size)) if fill_mode == "constant" else None
        return clip(index, 0, size - 1), valid
    if fill_mode == "wrap":
        return mod(index, size), None
    rest = mod(absolute(index), 2 * size)
    back = subtract(2 * size, rest)
    back = subtract(back, 1) if fill_mode == "reflect" else minimum(back, size - 1)
    return where(less(rest, size), rest, back), None


def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """y(x, y) = image((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1.

    transform: (8,) or (batch, 8): a0, a1, a2, b0, b1, b2, c0, c1. interpolation: "bilinear" or "nearest". Beyond the edges,
    by fill_mode: "constant" is `fill_value`, "nearest" the edge, "reflect" mirrored with it, "wrap" from the other side.
    Source: TensorFlow's ImageProjectiveTransformV3.
    """
    if interpolation not in ("bilinear", "nearest") or fill_mode not in FILL_MODES:
        raise ShapeError(f"expected an interpolation and fill_mode of affine_transform. Received: {interpolation=}, {fill_mode=}")

    def move(batch: Any) -> Any:
        if is_tensorflow(batch) or is_tensorflow(transform):
            return _affine_in_tensorflow(tf.convert_to_tensor(batch), transform, interpolation, fill_mode, fill_value)
        _, height, width, channels = batch.shape
        if height is None or width is None:
            raise ShapeError(f"expected images of known height and width. Received: shape={tuple(batch.shape)}")
        y, x = (g.reshape(1, -1).astype(np.float32) for g in np.mgrid[:height, :width])
        rows = cast(reshape(transform, (-1, 8)), "float32")
        a0, a1, a2, b0, b1, b2, c0, c1 = split(rows, 8, -1)
        scale = add(add(multiply(c0, x), multiply(c1, y)), 1)
        column = _folded(divide(add(add(multiply(a0, x), multiply(a1, y)), a2), scale), width, fill_mode)
        row = _folded(divide(add(add(multiply(b0, x), multiply(b1, y)), b2), scale), height, fill_mode)
        flat = reshape(batch, (-1, height * width, channels))

        def pixel(at_row: Any, at_column: Any) -> Any:
            inside = logical_and(_inside(at_row, height), _inside(at_column, width))
            index = add(multiply(clip(at_row, 0, height - 1), width), clip(at_column, 0, width - 1))
            index = broadcast_to(cast(index, "int32"), (shape(batch)[0], height * width))
            values = gather_nd(flat, expand_dims(index, -1), batch_dims=1)
            return where(expand_dims(inside, -1), values, fill_value)

        if interpolation == "nearest":
            moved = pixel(_nearest(row), _nearest(column))
        else:
            top, left = floor(row), floor(column)
            down, right = expand_dims(subtract(row, top), -1), expand_dims(subtract(column, left), -1)
            above, below = (_between(pixel(at, left), pixel(at, add(left, 1)), right) for at in (top, add(top, 1)))
            moved = _between(above, below, down)
        return cast(reshape(moved, (-1, height, width, channels)), dtype_of(batch) or "float32")

    return on_batch(images, data_format, move)


def _affine_in_tensorflow(batch: Any, transform: Any, interpolation: str, fill_mode: str, fill_value: float) -> Any:
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=batch,
        transforms=tf.reshape(tf.cast(transform, tf.float32), (-1, 8)),
        output_shape=tf.shape(batch)[1:3],
        fill_value=fill_value,
        interpolation=interpolation.upper(),
        fill_mode=fill_mode.upper(),
    )
    return tf.ensure_shape(moved, batch.shape)


def _inside(at: Any, size: int) -> Any:
    return logical_and(greater_equal(at, 0), less(at, size))


def _between(a: Any, b: Any, share: Any) -> Any:
    return add(multiply(a, subtract(1, share)), multiply(b, share))


def _nearest(x: Any) -> Any:
    """Halves away from zero, as C rounds."""
    return where(less(x, 0), ceil(subtract(x, 0.5)), floor(add(x, 0.5)))


def _folded(place: Any, size: int, fill_mode: str) -> Any:
    """Positions beyond [0, size - 1] brought back into it."""
    if fill_mode == "constant":
        return place
    if fill_mode == "reflect":
        rest = mod(place, 2.0 * size)
        place = where(less(rest, float(size)), rest, subtract(2.0 * size - 1, rest))
    elif fill_mode == "wrap" and size > 1:
        turns = divide(place, float(size - 1))
        below = add(place, multiply(add(floor(absolute(turns)), 1), float(size)))
        above = subtract(place, multiply(floor(turns), float(size)))
        place = where(less(place, 0), below, where(less_equal(place, float(size - 1)), place, above))
    return clip(place, 0.0, float(size - 1))


__all__ = ["affine_transform", "crop_images", "extract_patches", "map_coordinates", "pad_images"]
