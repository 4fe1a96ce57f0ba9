"""Sums and products of all elements up to each one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import cast
from .elementwise import multiply
from .extend import pad
from .op import Op
from .promotion import dtype_of
from .rearrange import ravel
from .shape import shape, split
from .shapes import normalize_axis


class Cumulative(Op, abstract=True):
    """y[i] = f(x[0], ..., x[i]) along `axis`. reverse: f(x[i], ..., x[-1]); exclusive: without x[i] itself."""

    axis: int
    reverse: bool = False
    exclusive: bool = False

    def infer(self, x: TensorType) -> TensorType:
        normalize_axis(self.axis, x.rank)
        return x

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return type(self)(axis=permutation.index(self.axis), reverse=self.reverse, exclusive=self.exclusive), permutation

    def accumulate(self, x: np.ndarray, function: np.ufunc) -> np.ndarray:
        order = [slice(None)] * x.ndim
        order[self.axis] = slice(None, None, -1)
        x = x[tuple(order)] if self.reverse else x
        if self.exclusive:
            shifted = np.full_like(x, function.identity)
            after, before = ((slice(None),) * self.axis + (part,) for part in (slice(1, None), slice(None, -1)))
            shifted[after] = x[before]
            x = shifted
        y = function.accumulate(x, self.axis, x.dtype)
        return y[tuple(order)] if self.reverse else y


class CumSum(Cumulative):
    """y[i] = Σ x[: i + 1] along `axis`. reverse: Σ x[i:]; exclusive: without x[i] itself."""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return self.accumulate(x, np.add)

    def tensorflow(self, x: Any) -> Any:
        return tf.cumsum(x, self.axis, self.exclusive, self.reverse)


class CumProd(Cumulative):
    """y[i] = Π x[: i + 1] along `axis`. reverse: Π x[i:]; exclusive: without x[i] itself."""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return self.accumulate(x, np.multiply)

    def tensorflow(self, x: Any) -> Any:
        return tf.math.cumprod(x, self.axis, self.exclusive, self.reverse)

    def decompose(self, x: Any) -> Any:
        size = shape(x)[self.axis]
        if not isinstance(size, int):
            return NotImplemented
        if self.exclusive:
            x = self.shifted(x, 1, size)
        step = 1
        while step < size:  # each element is the product of the last `step` ones; twice as many each time
            x = multiply(x, self.shifted(x, step, size))
            step *= 2
        return x

    def shifted(self, x: Any, step: int, size: int) -> Any:
        """`x` moved on by `step` along the axis, against the direction with `reverse`; ones come in."""
        padding = [(0, 0)] * len(x.shape)
        first, last = split(x, [step if self.reverse else size - step], self.axis)
        padding[self.axis] = (0, step) if self.reverse else (step, 0)
        return pad(last if self.reverse else first, padding, constant_values=1)


def _cumulative(op: type[Cumulative], x: Any, axis: int | None, dtype: str | None) -> Any:
    x = ravel(x) if axis is None else x
    dtype = dtype or ("int32" if dtype_of(x) == "bool" else dtype_of(x))
    return op(axis=normalize_axis(axis or 0, len(x.shape)))(cast(x, dtype or "float32"))


def cumsum(x: Any, axis: int | None = None, dtype: str | None = None) -> Any:
    """Sums of all elements up to each one along `axis`, by default of all elements in one axis."""
    return _cumulative(CumSum, x, axis, dtype)


def cumprod(x: Any, axis: int | None = None, dtype: str | None = None) -> Any:
    """Products of all elements up to each one along `axis`, by default of all elements in one axis."""
    return _cumulative(CumProd, x, axis, dtype)


__all__ = [
    "CumProd",
    "CumSum",
    "cumprod",
    "cumsum",
]
