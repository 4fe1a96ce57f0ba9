"""Moving elements about, made of simpler operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from .creation import arange
from .elementwise import mod, subtract
from .indexing import Slice, take
from .promotion import promote
from .shape import concatenate, expand_dims, reshape, shape, size_product, split, squeeze, tile, transpose
from .shapes import normalize_axes, normalize_axis


def stack(xs: Sequence[Any], axis: int = 0) -> Any:
    """Joins tensors of one shape along a new axis."""
    return concatenate([expand_dims(x, axis) for x in promote(*xs)], axis)


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """The slices of `x` along `axis`, without that axis; `num` says how many where the size is not known."""
    axis = normalize_axis(axis, len(x.shape))
    size = shape(x)[axis]
    if isinstance(size, int):
        return [squeeze(part, axis) for part in split(x, size, axis)] if size else []
    if num is None:
        raise ShapeError(f"expected a known size or num=. Received: shape={tuple(x.shape)}, axis={axis}")
    return [take(x, i, axis) for i in range(num)]


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Any:
    """Axes `source` go to the places `destination`, the others keep their order."""
    rank = len(x.shape)
    sources, destinations = (
        [normalize_axis(a, rank) for a in ([axes] if isinstance(axes, int) else axes)] for axes in (source, destination)
    )
    order = [a for a in range(rank) if a not in sources]
    for to, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(to, axis)
    return transpose(x, order)


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes change places."""
    order = list(range(len(x.shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def ravel(x: Any) -> Any:
    """All elements in one axis."""
    return reshape(x, (-1,))


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """The elements in reverse order along `axis`, by default along all axes."""
    rank = len(x.shape)
    axes = normalize_axes(axis, rank)
    if not axes:
        return x
    return Slice(begin=(None,) * rank, end=(None,) * rank, step=tuple(-1 if a in axes else 1 for a in range(rank)))(x)


def roll(x: Any, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Any:
    """The elements moved on by `shift` along `axis`, what leaves at the end comes in at the start."""
    if axis is None:
        return reshape(roll(ravel(x), shift, 0), shape(x))
    axes = [axis] if isinstance(axis, int) else list(axis)
    shifts = [shift] * len(axes) if isinstance(shift, int) else list(shift)
    for a, s in zip(axes, shifts, strict=True):
        a = normalize_axis(a, len(x.shape))
        size = shape(x)[a]
        if not isinstance(size, int):
            x = take(x, mod(subtract(arange(size), s), size), a)
        elif size and s % size:
            first, last = split(x, [size - s % size], a)
            x = concatenate([last, first], a)
    return x


def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Any:
    """Each element `repeats` times in a row along `axis`; without `axis`, of all elements in one axis.

    A list gives each element's own number, and needs the axis's size to be known.
    """
    if axis is None:
        x, axis = ravel(x), 0
    axis = normalize_axis(axis, len(x.shape))
    sizes = list(shape(x))
    counts = np.atleast_1d(np.asarray(repeats))
    if counts.size > 1:
        return take(x, np.repeat(np.arange(len(counts), dtype=np.int32), counts), axis)
    count = int(counts[0])
    copies = [1] * (len(sizes) + 1)
    copies[axis + 1] = count
    sizes[axis] = size_product([sizes[axis], count])
    return reshape(tile(expand_dims(x, axis + 1), copies), sizes)


def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """`x2` after `x1` along `axis`, by default both as vectors."""
    return concatenate([ravel(x1), ravel(x2)] if axis is None else [x1, x2], axis or 0)


def hstack(xs: Sequence[Any]) -> Any:
    """Joins along the second axis, vectors along their only one."""
    return concatenate(xs, 0 if len(xs[0].shape) == 1 else 1)


def vstack(xs: Sequence[Any]) -> Any:
    """Joins along the first axis; vectors are rows."""
    return concatenate([expand_dims(x, 0) if len(x.shape) == 1 else x for x in xs], 0)


def dstack(xs: Sequence[Any]) -> Any:
    """Joins along the third axis; vectors are rows, matrices (M, N) are (M, N, 1)."""
    rows = [expand_dims(x, 0) if len(x.shape) == 1 else x for x in xs]
    return concatenate([expand_dims(x, 2) if len(x.shape) == 2 else x for x in rows], 2)


def rot90(array: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Any:
    """Turned `k` times by 90° from the first of `axes` to the second."""
    a, b = (normalize_axis(axis, len(array.shape)) for axis in axes)
    k %= 4
    if k == 2:
        return flip(array, (a, b))
    if k == 1:
        return swapaxes(flip(array, b), a, b)
    return flip(swapaxes(array, a, b), b) if k else array


__all__ = [
    "append",
    "dstack",
    "flip",
    "hstack",
    "moveaxis",
    "ravel",
    "repeat",
    "roll",
    "rot90",
    "stack",
    "swapaxes",
    "unstack",
    "vstack",
]
