"""Images seen from another side, or with every pixel taken from a place of its own."""

from __future__ import annotations

import itertools
from functools import reduce
from typing import Any

from .casting import cast
from .creation import ones_like, zeros_like
from .elementwise import add, multiply, negative, subtract, where
from .gathering import gather_nd
from .geometry import affine_transform, within
from .logic import logical_and
from .matrix import solve
from .promotion import dtype_of, is_integer
from .rearrange import stack
from .rounding import floor, round
from .shape import expand_dims, reshape, shape, size_product


def homography(start_points: Any, end_points: Any) -> Any:
    """The eight numbers of the projective map that takes each end point to its start point.

    Both: (batch, 4, 2), x before y → (batch, 8): a0, a1, a2, b0, b1, b2, c0, c1 with
    x_start = (a0 x + a1 y + a2) / k, y_start = (b0 x + b1 y + b2) / k, k = c0 x + c1 y + 1, as `affine_transform` takes them.
    """
    start_x, start_y = start_points[..., 0], start_points[..., 1]
    x, y = end_points[..., 0], end_points[..., 1]
    one, zero = ones_like(x), zeros_like(x)

    def turned(start: Any) -> list[Any]:
        return [negative(multiply(start, x)), negative(multiply(start, y))]

    of_x = stack([x, y, one, zero, zero, zero, *turned(start_x)], -1)
    of_y = stack([zero, zero, zero, x, y, one, *turned(start_y)], -1)
    equations = reshape(stack([of_x, of_y], 2), (-1, 8, 8))
    return reshape(solve(equations, reshape(start_points, (-1, 8, 1))), (-1, 8))


def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images whose points `start_points` come to lie at `end_points`, with `fill_value` beyond the edges.

    start_points, end_points: (4, 2) or (batch, 4, 2), x before y, of corners in the same order.
    """
    starts, ends = (cast(reshape(p, (-1, 4, 2)), "float32") for p in (start_points, end_points))
    return affine_transform(images, homography(starts, ends), interpolation, "constant", fill_value, data_format)


def displaced(
    images: Any, rows: Any, columns: Any, interpolation: str = "bilinear", fill_mode: str = "reflect", fill_value: float = 0.0
) -> Any:
    """y[b, i, j] = images[b] at the place (rows[b, i, j], columns[b, i, j]), beyond the edges as `map_coordinates` has it.

    images: (batch, height, width, channels), rows, columns: (batch, h, w) → (batch, h, w, channels). interpolation: "nearest"
    or "bilinear".
    """
    _, height, width, channels = shape(images)
    flat = reshape(images, (-1, size_product([height, width]), channels))

    def nodes(place: Any, size: Any) -> list[tuple[Any, Any, Any]]:
        """Of the neighbours of a place on one axis: index, whether it is within, weight."""
        if interpolation == "nearest":
            return [(*within(cast(round(place), "int32"), size, fill_mode), None)]
        below = floor(place)
        share, first = subtract(place, below), cast(below, "int32")
        pairs = ((first, subtract(1, share)), (add(first, 1), share))
        return [(*within(index, size, fill_mode), weight) for index, weight in pairs]

    parts = []
    for (row, row_valid, row_weight), (column, column_valid, column_weight) in itertools.product(
        nodes(rows, height), nodes(columns, width)
    ):
        values = gather_nd(flat, expand_dims(add(multiply(row, width), column), -1), batch_dims=1)
        if fill_mode == "constant":
            values = where(expand_dims(logical_and(row_valid, column_valid), -1), values, fill_value)
        if row_weight is not None:
            values = multiply(expand_dims(multiply(row_weight, column_weight), -1), values)
        parts.append(values)
    result = reduce(add, parts)
    dtype = dtype_of(images) or "float32"
    return cast(round(result) if is_integer(dtype) else result, dtype)


__all__ = ["displaced", "homography", "perspective_transform"]
