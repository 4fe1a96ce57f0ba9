"""Operations that reduce axes to one number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import numpy as np

from ..ir import TensorType
from .elementwise import cast, tf_function
from .op import Op
from .promotion import dtype_of, is_float
from .shapes import normalize_axes


class Reduce(Op, abstract=True):
    """y = f of all elements along `axes`, which stay as size 1 with `keepdims` and go without."""

    axes: tuple[int, ...]
    keepdims: bool = False
    kernel: ClassVar[Callable[..., Any]]
    tf_kernel: ClassVar[str]

    def infer(self, x: TensorType) -> TensorType:
        axes = normalize_axes(self.axes, x.rank)
        if self.keepdims:
            return x.with_shape(tuple(1 if i in axes else d for i, d in enumerate(x.shape)))
        return x.with_shape(tuple(d for i, d in enumerate(x.shape) if i not in axes))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(type(self).kernel(x, axis=self.axes, keepdims=self.keepdims)).astype(x.dtype, copy=False)

    def tensorflow(self, x: Any) -> Any:
        return tf_function(self.tf_kernel)(x, axis=self.axes, keepdims=self.keepdims)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None] | None:
        moved = type(self)(axes=tuple(sorted(permutation.index(a) for a in self.axes)), keepdims=self.keepdims)
        if self.keepdims:
            return moved, permutation
        remaining = [p for p in permutation if p not in self.axes]
        return (moved, None) if remaining == sorted(remaining) else None


class ReduceSum(Reduce):
    """y = Σ x"""

    kernel = np.sum
    tf_kernel = "reduce_sum"


class ReduceMean(Reduce):
    """y = Σ x / n"""

    kernel = np.mean
    tf_kernel = "reduce_mean"


class ReduceMax(Reduce):
    """y = max x"""

    kernel = np.max
    tf_kernel = "reduce_max"


class ReduceMin(Reduce):
    """y = min x"""

    kernel = np.min
    tf_kernel = "reduce_min"


def _reducer(op: type[Reduce], x: Any, axis: int | Iterable[int] | None, keepdims: bool) -> Any:
    return op(axes=normalize_axes(axis, len(x.shape)), keepdims=keepdims)(x)


def sum(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Sum along `axis` (all axes by default). Booleans are counted as int32."""
    return _reducer(ReduceSum, cast(x, "int32") if dtype_of(x) == "bool" else x, axis, keepdims)


def mean(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Mean along `axis`; integers are cast to float32 first."""
    return _reducer(ReduceMean, x if is_float(dtype_of(x) or "float32") else cast(x, "float32"), axis, keepdims)


def max(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Largest element along `axis`."""
    return _reducer(ReduceMax, x, axis, keepdims)


def min(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Smallest element along `axis`."""
    return _reducer(ReduceMin, x, axis, keepdims)


__all__ = ["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "max", "mean", "min", "sum"]
