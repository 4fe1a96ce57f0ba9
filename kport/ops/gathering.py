"""Taking elements by the numbers of their places."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import cast
from .logic import equal
from .op import Op, fail
from .promotion import dtype_of, numpy_dtype
from .shape import broadcast_to, expand_dims, reshape, shape
from .shapes import normalize_axis


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
    "GatherNd",
    "OneHot",
    "Take",
    "TakeAlongAxis",
    "gather_nd",
    "one_hot",
    "take",
    "take_along_axis",
]
