"""Operations that reduce axes to one number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import as_float, cast, counted
from .elementwise import absolute, add, exp, log, maximum, minimum, sqrt, square, subtract, tf_function, where
from .logic import isclose, less
from .op import Op
from .promotion import dtype_of
from .shape import expand_dims, ndim, reshape, squeeze
from .shapes import normalize_axes, normalize_axis, without_axes


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

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None]:
        moved = type(self)(axes=tuple(sorted(permutation.index(a) for a in self.axes)), keepdims=self.keepdims)
        return moved, permutation if self.keepdims else without_axes(permutation, self.axes)


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


class ReduceProd(Reduce):
    """y = Π x"""

    kernel = np.prod
    tf_kernel = "reduce_prod"


class ReduceAll(Reduce):
    """y = ∀ x, of bools"""

    kernel = np.all
    tf_kernel = "reduce_all"
    differentiable = False

    def decompose(self, x: Any) -> Any:
        return cast(ReduceMin(axes=self.axes, keepdims=self.keepdims)(cast(x, "int32")), "bool")


class ReduceAny(Reduce):
    """y = ∃ x, of bools"""

    kernel = np.any
    tf_kernel = "reduce_any"
    differentiable = False

    def decompose(self, x: Any) -> Any:
        return cast(ReduceMax(axes=self.axes, keepdims=self.keepdims)(cast(x, "int32")), "bool")


class LogSumExp(Reduce):
    """y = ln Σ e^x, computed from x - max x, so that nothing overflows"""

    tf_kernel = "reduce_logsumexp"

    @staticmethod
    def kernel(x: np.ndarray, axis: tuple[int, ...], keepdims: bool) -> np.ndarray:
        top = x.max(axis=axis, keepdims=True, initial=-np.inf)
        top = np.where(np.isfinite(top), top, np.zeros_like(top))
        y = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
        return y if keepdims else y.squeeze(axis)

    def decompose(self, x: Any) -> Any:
        top = ReduceMax(axes=self.axes, keepdims=True)(x)
        top = where(less(absolute(top), np.inf), top, 0.0)
        y = add(log(ReduceSum(axes=self.axes, keepdims=True)(exp(subtract(x, top)))), top)
        return y if self.keepdims else squeeze(y, self.axes)


class ArgReduce(Op, abstract=True):
    """The place along `axis`, int32; of equal elements the first. The axis stays as size 1 with `keepdims`."""

    axis: int
    keepdims: bool = False
    differentiable = False
    kernel: ClassVar[Callable[..., Any]]
    tf_kernel: ClassVar[str]

    def infer(self, x: TensorType) -> TensorType:
        axis = normalize_axis(self.axis, x.rank)
        kept = (1,) if self.keepdims else ()
        return TensorType("int32", (*x.shape[:axis], *kept, *x.shape[axis + 1 :]))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(type(self).kernel(x, axis=self.axis, keepdims=self.keepdims)).astype(np.int32)

    def tensorflow(self, x: Any) -> Any:
        y = tf_function(self.tf_kernel)(x, axis=self.axis, output_type=tf.int32)
        return tf.expand_dims(y, self.axis) if self.keepdims else y

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None]:
        moved = type(self)(axis=permutation.index(self.axis), keepdims=self.keepdims)
        return moved, permutation if self.keepdims else without_axes(permutation, (self.axis,))


class ArgMax(ArgReduce):
    """y = the place of the greatest along `axis`, int32; of equal elements the first."""

    kernel = np.argmax
    tf_kernel = "argmax"


class ArgMin(ArgReduce):
    """y = the place of the least along `axis`, int32; of equal elements the first."""

    kernel = np.argmin
    tf_kernel = "argmin"


def _reducer(op: type[Reduce], x: Any, axis: int | Iterable[int] | None, keepdims: bool) -> Any:
    return op(axes=normalize_axes(axis, ndim(x)), keepdims=keepdims)(x)


def _widened(x: Any) -> Any:
    """Sums and products of narrow integers are taken in 32 bits, as in Keras."""
    narrow = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}
    dtype = dtype_of(x) or "float32"
    return cast(x, narrow.get(dtype, dtype))


def sum(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Sum along `axis` (all axes by default). Booleans are counted as int32."""
    return _reducer(ReduceSum, _widened(x), axis, keepdims)


def prod(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False, dtype: str | None = None) -> Any:
    """Product along `axis` (all axes by default)."""
    return _reducer(ReduceProd, cast(x, dtype) if dtype else _widened(x), axis, keepdims)


def mean(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Mean along `axis`; integers are cast to float32 first."""
    return _reducer(ReduceMean, as_float(x), axis, keepdims)


def var(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Variance along `axis`: the mean of squared deviations from the mean."""
    x = as_float(x)
    return mean(square(subtract(x, mean(x, axis, True))), axis, keepdims)


def std(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Standard deviation along `axis`: the root of the variance."""
    return sqrt(var(x, axis, keepdims))


def max(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False, initial: Any = None) -> Any:
    """Largest element along `axis`, and not less than `initial`."""
    y = _reducer(ReduceMax, x, axis, keepdims)
    return y if initial is None else maximum(y, initial)


def min(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False, initial: Any = None) -> Any:
    """Smallest element along `axis`, and not greater than `initial`."""
    y = _reducer(ReduceMin, x, axis, keepdims)
    return y if initial is None else minimum(y, initial)


def all(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Whether all elements along `axis` are true."""
    return _reducer(ReduceAll, cast(x, "bool"), axis, keepdims)


def any(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """Whether an element along `axis` is true."""
    return _reducer(ReduceAny, cast(x, "bool"), axis, keepdims)


def logsumexp(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """ln Σ e^x along `axis`."""
    return _reducer(LogSumExp, as_float(x), axis, keepdims)


def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Whether all elements are close to one another: see isclose."""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


def count_nonzero(x: Any, axis: int | Iterable[int] | None = None) -> Any:
    """How many elements along `axis` are not zero, int32."""
    return sum(cast(x, "bool"), axis)


def _arg_reducer(op: type[ArgReduce], x: Any, axis: int | None, keepdims: bool) -> Any:
    x = counted(x)
    if axis is not None:
        return op(axis=normalize_axis(axis, len(x.shape)), keepdims=keepdims)(x)
    y = op(axis=0)(reshape(x, (-1,)))
    return expand_dims(y, range(len(x.shape))) if keepdims else y


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The place of the greatest along `axis`, or among all elements in one axis; int32."""
    return _arg_reducer(ArgMax, x, axis, keepdims)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The place of the least along `axis`, or among all elements in one axis; int32."""
    return _arg_reducer(ArgMin, x, axis, keepdims)


def ptp(x: Any, axis: int | Iterable[int] | None = None, keepdims: bool = False) -> Any:
    """From peak to peak: max - min along `axis`."""
    return subtract(max(x, axis, keepdims), min(x, axis, keepdims))


amax = max
amin = min

__all__ = [
    "ArgMax",
    "ArgMin",
    "LogSumExp",
    "ReduceAll",
    "ReduceAny",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "logsumexp",
    "max",
    "mean",
    "min",
    "prod",
    "ptp",
    "std",
    "sum",
    "var",
]
