"""Matrices as equations: inverse, determinant, solutions.

All work on the last two axes; the axes before are a batch, and decompose into the steps of elimination.
Source: Golub & Van Loan, Matrix Computations, chapter 3
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..ir import TensorType
from ..ir.types import Dimension
from .backend import tf
from .casting import as_float, cast, promote
from .creation import eye
from .elementwise import absolute, divide, log, multiply, subtract, where
from .gathering import one_hot
from .indexing import getitem
from .linalg import diagonal, tril, triu
from .linear import matmul
from .logic import equal
from .math import sign
from .op import Op, fail
from .promotion import dtype_of, numpy_dtype
from .reduce import argmax, prod
from .reduce import sum as sum_of
from .shape import broadcast_to, concatenate, expand_dims, shape, squeeze


class OfMatrix(Op, abstract=True):
    """Takes matrices x: (..., M, N)."""

    square: ClassVar[bool] = False
    """M = N"""

    def rows_and_columns(self, x: TensorType) -> tuple[Dimension, Dimension]:
        if x.rank < 2 or (self.square and None not in x.shape[-2:] and x.shape[-2] != x.shape[-1]):
            raise fail(self, "(..., N, N)" if self.square else "(..., M, N)", x=x)
        return x.shape[-2], x.shape[-1]


def _size(x: Any) -> int | None:
    """N of (..., N, N), if it is known."""
    return x.shape[-1]


def _places(size: int) -> np.ndarray:
    """The numbers of the rows, as a column."""
    return np.arange(size, dtype=np.int32)[:, None]


def _eliminated(m: Any, size: int) -> tuple[Any, Any]:
    """Gauss-Jordan with partial pivoting: rows of (..., N, N + K) exchanged and subtracted until only a diagonal is left.

    The result, and (..., 1) the sign of the exchanges.
    """
    dtype = dtype_of(m) or "float32"
    rows = np.arange(size, dtype=np.int32)
    turned: Any = np.ones(1, numpy_dtype(dtype))
    for k in range(size):
        candidates = where(rows < k, -1.0, absolute(getitem(m, (..., k))))
        best = argmax(candidates, -1, keepdims=True)
        order = where(rows == k, best, where(equal(rows, best), k, rows))
        m = matmul(one_hot(order, size, dtype=dtype), m)
        turned = multiply(turned, where(equal(best, k), 1.0, -1.0))
        row = getitem(m, (..., slice(k, k + 1), slice(None)))
        pivot = getitem(row, (..., slice(k, k + 1)))
        # a pivot of 0 is in a column of zeros: nothing is to be subtracted, and the determinant is 0
        factors = divide(getitem(m, (..., slice(k, k + 1))), where(equal(pivot, 0.0), 1.0, pivot))
        m = subtract(m, multiply(where(_places(size) == k, 0.0, factors), row))
    return m, cast(turned, dtype)


class Inverse(OfMatrix):
    """y = x⁻¹. (..., N, N) → (..., N, N)"""

    square = True

    def infer(self, x: TensorType) -> TensorType:
        self.rows_and_columns(x)
        return x

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.linalg.inv(x)

    def tensorflow(self, x: Any) -> Any:
        return tf.linalg.inv(x)

    def decompose(self, x: Any) -> Any:
        size = _size(x)
        return NotImplemented if size is None else Solve()(x, broadcast_to(eye(size, dtype=dtype_of(x)), shape(x)))


class Determinant(OfMatrix):
    """y = det x. (..., N, N) → (...)"""

    square = True

    def infer(self, x: TensorType) -> TensorType:
        self.rows_and_columns(x)
        return x.with_shape(x.shape[:-2])

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(np.linalg.det(x))

    def tensorflow(self, x: Any) -> Any:
        return tf.linalg.det(x)

    def decompose(self, x: Any) -> Any:
        size = _size(x)
        if size is None:
            return NotImplemented
        m, exchanges = _eliminated(x, size)
        return multiply(prod(diagonal(m, axis1=-2, axis2=-1), -1), squeeze(exchanges, -1))


class LogDeterminant(OfMatrix):
    """The sign of det x, and ln |det x|, which doesn't overflow. (..., N, N) → (...), (...)"""

    square = True

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        self.rows_and_columns(x)
        return x.with_shape(x.shape[:-2]), x.with_shape(x.shape[:-2])

    def numpy(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sign, size = np.linalg.slogdet(x)
        return np.asarray(sign), np.asarray(size)

    def tensorflow(self, x: Any) -> Any:
        return tuple(tf.linalg.slogdet(x))

    def decompose(self, x: Any) -> Any:
        size = _size(x)
        if size is None:
            return NotImplemented
        m, exchanges = _eliminated(x, size)
        pivots = diagonal(m, axis1=-2, axis2=-1)
        return multiply(prod(sign(pivots), -1), squeeze(exchanges, -1)), sum_of(log(absolute(pivots)), -1)


class Solve(OfMatrix):
    """y with a · y = b. a: (..., N, N), b: (..., N, K) → (..., N, K)"""

    square = True

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        _, size = self.rows_and_columns(a)
        if b.rank != a.rank or (None not in (size, b.shape[-2]) and b.shape[-2] != size):
            raise fail(self, "a: (..., N, N) and b: (..., N, K)", a=a, b=b)
        return b

    def numpy(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.linalg.solve(a, b)

    def tensorflow(self, a: Any, b: Any) -> Any:
        return tf.linalg.solve(a, b)

    def decompose(self, a: Any, b: Any) -> Any:
        size = _size(a)
        if size is None:
            return NotImplemented
        m, _ = _eliminated(concatenate([a, b], -1), size)
        return divide(getitem(m, (..., slice(size, None))), expand_dims(diagonal(m, axis1=-2, axis2=-1), -1))


def inv(x: Any) -> Any:
    """The inverse of square matrices."""
    return Inverse()(as_float(x))


def det(x: Any) -> Any:
    """The determinant of square matrices."""
    return Determinant()(as_float(x))


def slogdet(x: Any) -> tuple[Any, Any]:
    """The sign of the determinant and the logarithm of its size."""
    return LogDeterminant()(as_float(x))


def solve(a: Any, b: Any) -> Any:
    """y with a · y = b, for one column or several."""
    a, b = map(as_float, promote(a, b))
    if len(b.shape) == len(a.shape):
        return Solve()(a, b)
    return squeeze(Solve()(a, expand_dims(b, -1)), -1)


def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """As solve, of the upper (or lower) triangle of `a`."""
    return solve(tril(a) if lower else triu(a), b)


__all__ = [
    "Determinant",
    "Inverse",
    "LogDeterminant",
    "OfMatrix",
    "Solve",
    "det",
    "inv",
    "slogdet",
    "solve",
    "solve_triangular",
]
