"""Putting elements at places."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType
from .backend import is_tensorflow, tf
from .casting import cast
from .creation import arange, zeros
from .elementwise import maximum, minimum, subtract, where
from .gathering import as_indices, take
from .indexing import getitem
from .logic import greater_equal, less, logical_and
from .op import Op, fail
from .promotion import dtype_of
from .shape import reshape, shape, stack_sizes


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


__all__ = [
    "ScatterNd",
    "SliceUpdate",
    "scatter",
    "scatter_update",
    "slice_update",
]
