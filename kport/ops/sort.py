"""Order: sorting, the greatest, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import cast, counted
from .elementwise import negative
from .gathering import take_along_axis
from .logic import bitwise_not, less, less_equal
from .op import Op, fail
from .promotion import dtype_of, is_float
from .rearrange import moveaxis, ravel
from .reduce import sum as sum_of
from .shape import expand_dims, shape
from .shapes import normalize_axis


class TopK(Op):
    """The `k` greatest along the last axis, greatest first, and their places; of equal ones the first.

    x: (..., n) → values: (..., k) as x, indices: (..., k) int32
    """

    k: int

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        size = x.shape[-1] if x.rank else 0
        if size is not None and self.k > size:
            raise fail(self, f"at least {self.k} elements in the last axis", x=x)
        values = x.with_shape((*x.shape[:-1], self.k))
        return values, values.with_dtype("int32")

    def numpy(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # stable on the reversed array, and reversed back: of equal elements the first comes first
        places = x.shape[-1] - 1 - np.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1][..., : self.k]
        return np.take_along_axis(x, places, -1), places.astype(np.int32)

    def tensorflow(self, x: Any) -> Any:
        values, indices = tf.math.top_k(x, self.k)
        return values, indices


def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Any, Any]:
    """The `k` greatest along the last axis, and their places. They are always sorted."""
    return TopK(k=int(k))(x)


class Sort(Op):
    """The elements along `axis` in ascending order."""

    axis: int

    def infer(self, x: TensorType) -> TensorType:
        normalize_axis(self.axis, x.rank)
        return x

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.sort(x, self.axis)

    def tensorflow(self, x: Any) -> Any:
        return tf.sort(x, self.axis)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return Sort(axis=permutation.index(self.axis)), permutation

    def decompose(self, x: Any) -> Any:
        values, _ = _descending(x, self.axis)
        return values if values is NotImplemented else _turned(values)


class ArgSort(Op):
    """The places of the elements along `axis` in ascending order, of equal ones the first first; int32."""

    axis: int
    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        normalize_axis(self.axis, x.rank)
        return x.with_dtype("int32")

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.argsort(x, self.axis, kind="stable").astype(np.int32)

    def tensorflow(self, x: Any) -> Any:
        return tf.argsort(x, self.axis, stable=True)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return ArgSort(axis=permutation.index(self.axis)), permutation

    def decompose(self, x: Any) -> Any:
        return _descending(x, self.axis)[1]


def _turned(x: Any) -> Any:
    """The same in the opposite order; an integer's bits turned over never overflow, as its negative may."""
    return negative(x) if is_float(dtype_of(x) or "float32") else bitwise_not(x)


def _descending(x: Any, axis: int) -> tuple[Any, Any]:
    """TopK of all elements of turned `x` along `axis`; NotImplemented where their number isn't known."""
    size = shape(x)[axis]
    if not isinstance(size, int):
        return NotImplemented, NotImplemented
    values, places = TopK(k=size)(moveaxis(_turned(x), axis, -1))
    return moveaxis(values, -1, axis), moveaxis(places, -1, axis)


def sort(x: Any, axis: int = -1) -> Any:
    """The elements in ascending order along `axis`."""
    return Sort(axis=normalize_axis(axis, len(x.shape)))(x)


def argsort(x: Any, axis: int | None = -1) -> Any:
    """The places of the elements in ascending order along `axis`, or of all of them in one axis."""
    x = ravel(x) if axis is None else x
    x = counted(x)
    return ArgSort(axis=normalize_axis(-1 if axis is None else axis, len(x.shape)))(x)


def argpartition(x: Any, kth: int, axis: int = -1) -> Any:
    """Places such that what comes before `kth` is not greater and what comes after not less: those of the whole order."""
    return argsort(x, axis)


def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether the target class of each row is among its `k` greatest predictions. targets: (N,), predictions: (N, C) → (N,)."""
    own = take_along_axis(predictions, expand_dims(targets, -1), -1)
    return less(sum_of(cast(less(own, predictions), "int32"), -1), k)


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Where `values` would be put into a sorted vector: before equal elements, or after them with side="right"."""
    before = less if side == "left" else less_equal
    return sum_of(cast(before(sorted_sequence, expand_dims(values, -1)), "int32"), -1)


def digitize(x: Any, bins: Any) -> Any:
    """The number of the bin each element falls in: how many of the ascending `bins` are not greater."""
    return searchsorted(np.asarray(bins, "float32") if isinstance(bins, (list, tuple)) else bins, x, "right")


__all__ = [
    "ArgSort",
    "Sort",
    "TopK",
    "argpartition",
    "argsort",
    "digitize",
    "in_top_k",
    "searchsorted",
    "sort",
    "top_k",
]
