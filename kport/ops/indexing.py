"""Parts of a tensor: slices, and x[...] as NumPy defines it."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType
from ..ir.types import Dimension
from .backend import is_tensorflow, tf
from .elementwise import add, multiply, subtract, where
from .gathering import take
from .logic import less
from .op import Op, fail
from .promotion import dtype_of
from .shape import expand_dims, reshape, shape, size_product, squeeze, stack_sizes, static_sizes
from .shapes import permute

_WHOLE, _REVERSED = builtins.slice(None, None, 1), builtins.slice(None, None, -1)


class Slice(Op):
    """y = x[begin:end:step, ...], a Python slice for every axis: negative positions count from the end, None is open."""

    begin: tuple[int | None, ...]
    end: tuple[int | None, ...]
    step: tuple[int, ...]

    def slices(self) -> tuple[builtins.slice, ...]:
        return tuple(map(builtins.slice, self.begin, self.end, self.step))

    def infer(self, x: TensorType) -> TensorType:
        if len(self.begin) != x.rank:
            raise fail(self, f"a slice for each of {x.rank} axes", x=x)
        if 0 in self.step:
            raise fail(self, "steps other than 0", step=self.step)
        sizes = zip(x.shape, self.slices(), strict=True)
        return x.with_shape(tuple(None if d is None else len(range(*s.indices(d))) for d, s in sizes))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return x[self.slices()]

    def tensorflow(self, x: Any) -> Any:
        slices = self.slices()
        turned = [axis for axis, s in enumerate(slices) if s == _REVERSED]
        if turned:  # several times as fast as TensorFlow's strided slices
            x = tf.reverse(x, turned)
            slices = tuple(_WHOLE if s == _REVERSED else s for s in slices)
        return x if all(s == _WHOLE for s in slices) else x[slices]

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        begin, end, step = (permute(part, permutation) for part in (self.begin, self.end, self.step))
        return Slice(begin=begin, end=end, step=step), permutation


class DynamicSlice(Op):
    """y = x[begin[0] : begin[0] + size[0], ...]. x: (...), begin and size: (rank,) int32.

    A size of -1 reaches to the end. `shape` is the output's as far as it is known.
    """

    shape: tuple[Dimension, ...]

    def infer(self, x: TensorType, begin: TensorType, size: TensorType) -> TensorType:
        if len(self.shape) != x.rank or {begin.shape, size.shape} != {(x.rank,)}:
            raise fail(self, f"begin and size for each of {x.rank} axes", x=x, begin=begin, size=size)
        return x.with_shape(self.shape)

    def numpy(self, x: np.ndarray, begin: np.ndarray, size: np.ndarray) -> np.ndarray:
        pairs = zip(begin.tolist(), size.tolist(), strict=True)
        return x[tuple(builtins.slice(b, None if s < 0 else b + s) for b, s in pairs)]

    def tensorflow(self, x: Any, begin: Any, size: Any) -> Any:
        y = tf.slice(x, begin, size)
        y.set_shape(self.shape)
        return y


def dynamic_slice(x: Any, begin: Sequence[Any], size: Sequence[Any]) -> Any:
    """`size` elements from `begin` on along every axis: ints or scalar tensors; a size of -1 reaches to the end."""
    known = []
    for whole, b, s in zip(x.shape, static_sizes(begin), static_sizes(size), strict=True):
        to_end = None if whole is None or b is None else whole - b
        known.append(to_end if s == -1 else s)
    return DynamicSlice(shape=tuple(known))(x, stack_sizes(begin), stack_sizes(size))


def slice(inputs: Any, start_indices: Any, shape: Sequence[Any]) -> Any:
    """The part of `shape` that begins at `start_indices`: ints, scalar tensors, or one tensor (rank,) of starts."""
    if isinstance(start_indices, Symbolic) or is_tensorflow(start_indices):
        start_indices = [getitem(start_indices, i) for i in range(len(inputs.shape))]
    starts, sizes = list(start_indices), list(shape)
    if None in static_sizes([*starts, *sizes]):
        return dynamic_slice(inputs, starts, sizes)
    ends = tuple(None if size == -1 else int(start + size) for start, size in zip(starts, sizes, strict=True))
    return Slice(begin=tuple(int(s) for s in starts), end=ends, step=(1,) * len(starts))(inputs)


def getitem(x: Any, key: Any) -> Any:
    """x[key] as NumPy defines it, of ints, slices, None, ... and integer tensors.

    Bounds of slices may be scalar tensors ≥ 0. Several integer tensors index together; they must stand side by side.
    """
    keys = list(key) if isinstance(key, tuple) else [key]
    missing = len(x.shape) - sum(k is not None and k is not Ellipsis for k in keys)
    if missing < 0:
        raise ShapeError(f"expected at most {len(x.shape)} indices. Received: {key} for shape={tuple(x.shape)}")
    place = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    keys[place : place + 1] = [builtins.slice(None)] * missing
    keys = [np.asarray(k) if isinstance(k, (list, tuple)) else k for k in keys]
    if any(_is_tensor(k) and k.shape for k in keys):
        # NumPy: beside a tensor that isn't a scalar, an int is one of the tensors
        keys = [np.asarray(k) if _is_int(k) else k for k in keys]
        places = [i for i, k in enumerate(keys) if _is_tensor(k)]
        if places[-1] - places[0] + 1 != len(places):
            raise ShapeError(f"expected integer tensors (and ints beside them) side by side. Received: x[{key}]")
    indices = [k for k in keys if k is not None]
    x = _slice_axes(x, indices)
    x, widths = _take_axes(x, indices)
    squeezed: list[int] = []
    expanded: list[int] = []
    axis = kept = 0  # places in `x`, and in the result
    for k in keys:
        if k is None:
            expanded.append(kept)
            kept += 1
        elif _is_int(k):
            squeezed.append(axis)
            axis += 1
        else:
            width = widths.pop(0) if _is_tensor(k) else 1
            axis += width
            kept += width
    x = squeeze(x, squeezed) if squeezed else x
    return expand_dims(x, expanded) if expanded else x


get_item = getitem


def _is_tensor(key: Any) -> bool:
    return key is not None and key is not Ellipsis and not _is_int(key) and not isinstance(key, builtins.slice)


def _is_int(key: Any) -> bool:
    return isinstance(key, (int, np.integer)) and not isinstance(key, bool)


def _slice_axes(x: Any, indices: Sequence[Any]) -> Any:
    """Applies ints (which keep their axis, of size 1) and slices; leaves the axes of tensors."""
    begin: list[int | None] = []
    end: list[int | None] = []
    step: list[int] = []
    moving: dict[int, tuple[Any, Any]] = {}
    for axis, index in enumerate(indices):
        if _is_int(index):
            size = x.shape[axis]
            if size is not None and not -size <= index < size:
                raise ShapeError(f"expected an index of an axis of size {size}. Received: {index} for axis {axis}")
            index = builtins.slice(int(index), int(index) + 1 or None)
        elif not isinstance(index, builtins.slice):
            index = builtins.slice(None)
        if any(not (b is None or _is_int(b)) for b in (index.start, index.stop)):
            if index.step not in (None, 1):
                raise ShapeError(f"expected step 1 for a slice whose bounds are tensors. Received: step={index.step}")
            moving[axis] = (0 if index.start is None else index.start, index.stop)
            index = builtins.slice(None)
        bounds = (None if b is None else operator.index(b) for b in (index.start, index.stop))
        for part, bound in zip((begin, end), bounds, strict=True):
            part.append(bound)
        step.append(1 if index.step is None else operator.index(index.step))
    op = Slice(begin=tuple(begin), end=tuple(end), step=tuple(step))
    x = op(x) if any(s != _WHOLE for s in op.slices()) else x
    if not moving:
        return x
    starts = [moving[axis][0] if axis in moving else 0 for axis in range(len(indices))]
    stops = [moving[axis][1] if axis in moving else None for axis in range(len(indices))]
    sizes = [-1 if stop is None else subtract(stop, start) for start, stop in zip(starts, stops, strict=True)]
    return dynamic_slice(x, starts, sizes)


def _take_axes(x: Any, indices: Sequence[Any]) -> tuple[Any, list[int]]:
    """Applies the integer tensors, and says how many axes each leaves: scalars none, of others the first the rank of all."""
    axes = [axis for axis, k in enumerate(indices) if _is_tensor(k)]
    tensors = [indices[axis] for axis in axes]
    if any(dtype_of(t) == "bool" for t in tensors):
        raise ShapeError("expected integers as indices: how many elements a mask takes is not known. Use ops.where")
    if not any(t.shape for t in tensors):
        for axis in reversed(axes):
            x = take(x, indices[axis], axis)
        return x, [0] * len(axes)
    # several axes become one, in which a place is ((i · n₁) + j) · n₂ + k
    sizes = shape(x)
    first, last = axes[0], axes[-1]
    position = tensors[0]
    for tensor, size in zip(tensors[1:], sizes[first + 1 :], strict=False):
        position = add(multiply(position, size), where(less(tensor, 0), add(tensor, size), tensor))
    if len(tensors) > 1:
        x = reshape(x, (*sizes[:first], size_product(sizes[first : last + 1]), *sizes[last + 1 :]))
    return take(x, position, first), [len(position.shape), *[0] * (len(axes) - 1)]


__all__ = [
    "DynamicSlice",
    "Slice",
    "dynamic_slice",
    "get_item",
    "getitem",
    "slice",
]
