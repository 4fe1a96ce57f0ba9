"""Moving elements about, made of simpler operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from .casting import promote
from .creation import arange
from .elementwise import multiply, subtract, where
from .extend import tile
from .gathering import take
from .indexing import Slice, getitem
from .logic import equal, logical_not, not_equal
from .promotion import dtype_of
from .reduce import any as any_of
from .rounding import floor_divide, mod
from .shape import broadcast_to, concatenate, expand_dims, reshape, shape, size_product, split, squeeze, transpose
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


def fliplr(x: Any) -> Any:
    """The second axis in reverse order."""
    return flip(x, 1)


def flipud(x: Any) -> Any:
    """The first axis in reverse order."""
    return flip(x, 0)


def array_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """As split, where parts may differ by one in size: the first are the greater ones."""
    whole = shape(x)[axis]
    if not isinstance(indices_or_sections, int) or not isinstance(whole, int):
        return split(x, indices_or_sections, axis)
    least, more = divmod(whole, indices_or_sections)
    sizes = [least + (i < more) for i in range(indices_or_sections)]
    return split(x, np.cumsum(sizes)[:-1].tolist(), axis)


def hsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """Parts along the second axis, of a vector along its only one."""
    return split(x, indices_or_sections, 0 if len(x.shape) == 1 else 1)


def vsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """Parts along the first axis."""
    return split(x, indices_or_sections, 0)


def dsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """Parts along the third axis."""
    return split(x, indices_or_sections, 2)


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Each element less the one before it along `axis`, `n` times over; of bools whether they differ."""
    axis = normalize_axis(axis, len(a.shape))
    before = (slice(None),) * axis
    for _ in range(n):
        later, earlier = getitem(a, (*before, slice(1, None))), getitem(a, (*before, slice(None, -1)))
        a = not_equal(later, earlier) if dtype_of(a) == "bool" else subtract(later, earlier)
    return a


def meshgrid(*x: Any, indexing: str = "xy") -> list[Any]:
    """Of each vector the grid in which it varies along its own axis; with "xy" the first two axes are exchanged."""
    rank = len(x)
    places = list(range(rank))
    if indexing == "xy" and rank > 1:
        places[:2] = [1, 0]
    sizes: list[Any] = [None] * rank
    for place, vector in zip(places, x, strict=True):
        sizes[place] = size_product(shape(vector))
    return [
        broadcast_to(reshape(vector, [-1 if a == place else 1 for a in range(rank)]), sizes)
        for place, vector in zip(places, x, strict=True)
    ]


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Each element of the first choice whose condition holds, `default` where none does."""
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        default = where(condition, choice, default)
    return default


def unravel_index(indices: Any, shape: Sequence[int]) -> tuple[Any, ...]:
    """The coordinates in a tensor of `shape` of places among all its elements in one axis."""
    coordinates: list[Any] = []
    for size in reversed(shape):
        coordinates.insert(0, mod(indices, size))
        indices = floor_divide(indices, size)
    return tuple(coordinates)


def kron(x1: Any, x2: Any) -> Any:
    """Kronecker's product: `x1` with each element replaced by its product with `x2`."""
    rank = max(len(x1.shape), len(x2.shape))
    a, b = (expand_dims(x, range(rank - len(x.shape))) for x in (x1, x2))
    products = multiply(expand_dims(a, range(1, 2 * rank, 2)), expand_dims(b, range(0, 2 * rank, 2)))
    return reshape(products, [size_product(pair) for pair in zip(shape(a), shape(b), strict=True)])


def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element of `x1` occurs in `x2`; with `invert` whether it doesn't."""
    found = any_of(equal(expand_dims(x1, -1), ravel(x2)), -1)
    return logical_not(found) if invert else found


def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Any:
    """The windows of the last axis, one every `sequence_stride` elements. (..., n) → (..., windows, sequence_length)"""
    size = shape(x)[-1]
    if not isinstance(size, int):
        raise ShapeError(f"expected a known size of the last axis. Received: shape={tuple(x.shape)}")
    starts = np.arange(0, size - sequence_length + 1, sequence_stride, dtype=np.int32)
    return take(x, starts[:, None] + np.arange(sequence_length, dtype=np.int32), -1)


__all__ = [
    "append",
    "array_split",
    "diff",
    "dsplit",
    "dstack",
    "extract_sequences",
    "flip",
    "fliplr",
    "flipud",
    "hsplit",
    "hstack",
    "isin",
    "kron",
    "meshgrid",
    "moveaxis",
    "ravel",
    "repeat",
    "roll",
    "rot90",
    "select",
    "stack",
    "swapaxes",
    "unravel_index",
    "unstack",
    "vsplit",
    "vstack",
]
