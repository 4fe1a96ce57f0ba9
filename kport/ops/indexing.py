"""Taking elements by position, and putting them."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType
from ..ir.types import Dimension
from .backend import is_tensorflow, tf
from .creation import arange, zeros
from .elementwise import add, cast, maximum, minimum, multiply, numpy_dtype, subtract, where
from .logic import equal, greater_equal, less, logical_and
from .op import Op, fail
from .promotion import dtype_of
from .shape import broadcast_to, expand_dims, reshape, shape, size_product, squeeze, stack_sizes, static_sizes
from .shapes import normalize_axis, permute


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
        return x[self.slices()]

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
    x = op(x) if any(s != builtins.slice(None, None, 1) for s in op.slices()) else x
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


class Take(Op):
    """y = x[:, ..., indices, ..., :] along `axis`.

    x: (*before, n, *after), indices: (...) of [-n, n) → (*before, ..., *after)
    """

    axis: int

    def infer(self, x: TensorType, indices: TensorType) -> TensorType:
        axis = normalize_axis(self.axis, x.rank)
        return x.with_shape((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))

    def numpy(self, x: np.ndarray, indices: np.ndarray) -> np.ndarray:
        return np.asarray(np.take(x, indices, self.axis))

    def tensorflow(self, x: Any, indices: Any) -> Any:
        return tf.gather(x, from_start(indices, tf.shape(x)[self.axis]), axis=self.axis)


def from_start(indices: Any, size: Any) -> Any:
    """TensorFlow's own: negative indices counted from the start."""
    return tf.where(indices < 0, indices + tf.cast(size, indices.dtype), indices)


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements of `x` at `indices` along `axis`, by default of all elements in one axis."""
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    return Take(axis=normalize_axis(axis, len(x.shape)))(x, as_indices(indices))


def as_indices(indices: Any) -> Any:
    """Integers; Keras takes floats and bools as indices too."""
    dtype = dtype_of(indices)
    return indices if dtype in ("int32", "int64") else cast(indices, "int32")


class TakeAlongAxis(Op):
    """y[i, j, ...] = x[i, indices[i, j, ...], ...] for `axis` = 1. x and indices have one shape except in `axis` → indices'."""

    axis: int

    def infer(self, x: TensorType, indices: TensorType) -> TensorType:
        if x.rank != indices.rank:
            raise fail(self, "x and indices of one rank", x=x, indices=indices)
        return indices.with_dtype(x.dtype)

    def numpy(self, x: np.ndarray, indices: np.ndarray) -> np.ndarray:
        return np.take_along_axis(x, indices, self.axis)

    def tensorflow(self, x: Any, indices: Any) -> Any:
        last = x.shape.rank - 1
        order = [a for a in range(last + 1) if a != self.axis] + [self.axis]
        back = [order.index(a) for a in range(last + 1)]
        x, indices = tf.transpose(x, order), tf.transpose(indices, order)
        return tf.transpose(tf.gather(x, from_start(indices, tf.shape(x)[-1]), axis=last, batch_dims=last), back)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return TakeAlongAxis(axis=permutation.index(self.axis)), permutation


def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """For each place of `indices` the element of `x` that it says along `axis`; the other axes are broadcast."""
    if axis is None:
        x, indices, axis = reshape(x, (-1,)), reshape(indices, (-1,)), 0
    axis = normalize_axis(axis, len(x.shape))
    return TakeAlongAxis(axis=axis)(*_broadcast_except(x, as_indices(indices), axis))


def _broadcast_except(x: Any, indices: Any, axis: int) -> tuple[Any, Any]:
    """Both with the same sizes in all axes but `axis`."""
    ours, theirs = shape(x), shape(indices)
    wanted = [b if isinstance(a, int) and a == 1 else a for a, b in zip(ours, theirs, strict=True)]
    needs = [
        any(i != axis and isinstance(d, int) and d == 1 and w is not d for i, (d, w) in enumerate(zip(s, wanted, strict=True)))
        for s in (ours, theirs)
    ]
    x = broadcast_to(x, [*wanted[:axis], ours[axis], *wanted[axis + 1 :]]) if needs[0] else x
    return x, broadcast_to(indices, [*wanted[:axis], theirs[axis], *wanted[axis + 1 :]]) if needs[1] else indices


class GatherNd(Op):
    """y[b, i] = x[b, indices[b, i, 0], indices[b, i, 1], ...], with `batch_dims` axes b that x and indices share.

    x: (*b, *n, *rest), indices: (*b, *i, K) with K = len(n) → (*b, *i, *rest). Indices are not negative.
    """

    batch_dims: int = 0

    def infer(self, x: TensorType, indices: TensorType) -> TensorType:
        depth = indices.shape[-1] if indices.rank else None
        if depth is None or self.batch_dims + depth > x.rank:
            raise fail(self, "indices: (..., K) with K axes of x", x=x, indices=indices)
        return x.with_shape((*indices.shape[:-1], *x.shape[self.batch_dims + depth :]))

    def numpy(self, x: np.ndarray, indices: np.ndarray) -> np.ndarray:
        rank = indices.ndim - 1
        batch = [
            np.arange(indices.shape[axis]).reshape([-1 if a == axis else 1 for a in range(rank)])
            for axis in range(self.batch_dims)
        ]
        return x[(*batch, *np.moveaxis(indices, -1, 0))]

    def tensorflow(self, x: Any, indices: Any) -> Any:
        return tf.gather_nd(x, indices, batch_dims=self.batch_dims)


def gather_nd(x: Any, indices: Any, batch_dims: int = 0) -> Any:
    """The elements (or slices) of `x` at the positions in the last axis of `indices`."""
    return GatherNd(batch_dims=batch_dims)(x, as_indices(indices))


class ScatterNd(Op):
    """y = x, but y[indices[i]] = updates[i], or by `reduction` the sum, product, least or greatest of all that meet there.

    x: (*n, *rest), indices: (*i, K) with K = len(n), not negative, updates: (*i, *rest) → as x.
    reduction: "none", "add", "mul", "min" or "max" (as ONNX ScatterND).
    """

    reduction: str = "none"
    kernels: ClassVar[dict[str, Any]] = {"add": np.add, "mul": np.multiply, "min": np.minimum, "max": np.maximum}

    def infer(self, x: TensorType, indices: TensorType, updates: TensorType) -> TensorType:
        depth = indices.shape[-1] if indices.rank else None
        if depth is None or depth > x.rank or updates.rank != indices.rank - 1 + x.rank - depth or updates.dtype != x.dtype:
            raise fail(
                self, "indices: (..., K), updates: (..., *x.shape[K:]) of x's dtype", x=x, indices=indices, updates=updates
            )
        return x

    def numpy(self, x: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> np.ndarray:
        y = x.copy()
        places = tuple(np.moveaxis(indices, -1, 0))
        if self.reduction == "none":
            y[places] = updates
        else:
            self.kernels[self.reduction].at(y, places, updates)
        return y

    def tensorflow(self, x: Any, indices: Any, updates: Any) -> Any:
        if self.reduction == "mul":
            depth = indices.shape[-1]
            sizes = tf.shape(x)
            strides = tf.math.cumprod(sizes[:depth], exclusive=True, reverse=True)
            places = tf.reduce_sum(tf.cast(indices, tf.int32) * strides, -1)
            factors = tf.math.unsorted_segment_prod(updates, places, tf.reduce_prod(sizes[:depth]))
            return x * tf.reshape(factors, sizes)
        name = {"none": "update", "add": "add", "min": "min", "max": "max"}[self.reduction]
        return getattr(tf, f"tensor_scatter_nd_{name}")(x, indices, updates)


def scatter(indices: Any, values: Any, shape: Sequence[Any]) -> Any:
    """Zeros of `shape` with `values` added at `indices`."""
    return ScatterNd(reduction="add")(zeros(shape, dtype_of(values)), as_indices(indices), values)


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """`inputs` with `updates` at `indices`; reduction: None (replace), "add", "mul", "min" or "max"."""
    if reduction not in (None, "none", *ScatterNd.kernels):
        raise ShapeError(f"expected reduction None, add, mul, min or max. Received: reduction={reduction!r}")
    return ScatterNd(reduction=reduction or "none")(inputs, as_indices(indices), cast(updates, dtype_of(inputs) or "float32"))


class SliceUpdate(Op):
    """y = x with y[begin[0] : begin[0] + updates.shape[0], ...] = updates. begin: (rank,) int32."""

    def infer(self, x: TensorType, updates: TensorType, begin: TensorType) -> TensorType:
        if x.rank != updates.rank or begin.shape != (x.rank,) or x.dtype != updates.dtype:
            raise fail(self, "updates of x's rank and dtype, begin: (rank,)", x=x, updates=updates, begin=begin)
        return x

    def numpy(self, x: np.ndarray, updates: np.ndarray, begin: np.ndarray) -> np.ndarray:
        y = x.copy()
        y[tuple(builtins.slice(b, b + s) for b, s in zip(begin.tolist(), updates.shape, strict=True))] = updates
        return y

    def tensorflow(self, x: Any, updates: Any, begin: Any) -> Any:
        sizes = tf.unstack(tf.shape(updates))
        places = tf.stack(tf.meshgrid(*map(tf.range, sizes), indexing="ij"), axis=-1) + tf.cast(begin, tf.int32)
        return tf.tensor_scatter_nd_update(x, places, updates)

    def decompose(self, x: Any, updates: Any, begin: Any) -> Any:
        # along each axis the updates are spread over the whole size, and a mask says where they count
        rank = len(x.shape)
        within: Any = None
        for axis, (size, width) in enumerate(zip(shape(x), shape(updates), strict=True)):
            offset = subtract(arange(size), getitem(begin, axis))
            here = logical_and(greater_equal(offset, 0), less(offset, width))
            here = reshape(here, [-1 if a == axis else 1 for a in range(rank)])
            within = here if within is None else logical_and(within, here)
            updates = take(updates, minimum(maximum(offset, 0), subtract(width, 1)), axis)
        return where(within, updates, x)


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """`inputs` with `updates` put in from `start_indices` on: ints, scalar tensors, or one tensor (rank,) of starts."""
    symbolic = isinstance(start_indices, Symbolic) or is_tensorflow(start_indices)
    begin = as_indices(start_indices) if symbolic else stack_sizes(list(start_indices))
    return SliceUpdate()(inputs, cast(updates, dtype_of(inputs) or "float32"), begin)


class OneHot(Op):
    """y[..., k] = 1 where x = k, else 0, with the new axis of size `depth` at `axis`. Integers outside [0, depth) give zeros."""

    depth: int
    axis: int
    dtype: str = "float32"
    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        axis = normalize_axis(self.axis, x.rank + 1)
        return TensorType(self.dtype, (*x.shape[:axis], self.depth, *x.shape[axis:]))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        shape = [1] * (x.ndim + 1)
        shape[self.axis] = self.depth
        return (np.expand_dims(x, self.axis) == np.arange(self.depth, dtype=x.dtype).reshape(shape)).astype(
            numpy_dtype(self.dtype)
        )

    def tensorflow(self, x: Any) -> Any:
        return tf.one_hot(x, self.depth, axis=self.axis, dtype=self.dtype)

    def decompose(self, x: Any) -> Any:
        shape = [1] * (len(x.shape) + 1)
        shape[self.axis] = self.depth
        classes = np.arange(self.depth, dtype=numpy_dtype(dtype_of(x) or "int32")).reshape(shape)
        return cast(equal(expand_dims(x, self.axis), classes), self.dtype)


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: str | None = None, sparse: bool = False) -> Any:
    """Each integer as a vector of zeros with a one at its place. The result is always dense."""
    return OneHot(depth=num_classes, axis=normalize_axis(axis, len(x.shape) + 1), dtype=dtype or "float32")(as_indices(x))


__all__ = [
    "DynamicSlice",
    "GatherNd",
    "OneHot",
    "ScatterNd",
    "Slice",
    "SliceUpdate",
    "Take",
    "TakeAlongAxis",
    "dynamic_slice",
    "gather_nd",
    "get_item",
    "getitem",
    "one_hot",
    "scatter",
    "scatter_update",
    "slice",
    "slice_update",
    "take",
    "take_along_axis",
]
