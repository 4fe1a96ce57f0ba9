"""Matrices as products: Cholesky, QR, singular values, eigenvalues, and what follows from them.

All work on the last two axes; the axes before are a batch. What takes a known number of steps decomposes into the steps
of the textbook's algorithm; singular values and eigenvalues are iterated for, and don't.
Source: Golub & Van Loan, Matrix Computations, chapters 4, 5 and 8
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import as_float
from .creation import eye
from .elementwise import add, divide, log, multiply, negative, sqrt, square, subtract, where
from .indexing import getitem
from .linalg import diagonal, triu
from .linear import matmul
from .logic import equal, greater, greater_equal
from .matrix import OfMatrix, _places, _size, inv
from .promotion import dtype_of
from .rearrange import swapaxes
from .reduce import max as max_of
from .reduce import sum as sum_of
from .shape import broadcast_to, concatenate, expand_dims, shape


class Cholesky(OfMatrix):
    """The lower triangle y with y · yᵀ = x, for symmetric positive definite x. (..., N, N) → (..., N, N)"""

    square = True

    def infer(self, x: TensorType) -> TensorType:
        self.rows_and_columns(x)
        return x

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.linalg.cholesky(x)

    def tensorflow(self, x: Any) -> Any:
        return tf.linalg.cholesky(x)

    def decompose(self, x: Any) -> Any:
        size = _size(x)
        if size is None:
            return NotImplemented
        columns = []
        for k in range(size):
            column = getitem(x, (..., slice(k, k + 1)))
            column = divide(column, sqrt(getitem(column, (..., slice(k, k + 1), slice(None)))))
            column = where(_places(size) < k, 0.0, column)
            columns.append(column)
            x = subtract(x, matmul(column, swapaxes(column, -1, -2)))
        return concatenate(columns, -1)


class Qr(OfMatrix):
    """q with orthonormal columns and an upper triangle r, q · r = x. (..., M, N) → (..., M, K), (..., K, N)

    K = min(M, N), or M with `complete`. The signs are LAPACK's: -1 times that of the element above which it reflects.
    """

    complete: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        rows, columns = self.rows_and_columns(x)
        inner = rows if self.complete else None if rows is None or columns is None else min(rows, columns)
        return x.with_shape((*x.shape[:-1], inner)), x.with_shape((*x.shape[:-2], inner, columns))

    def numpy(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return tuple(np.linalg.qr(x, "complete" if self.complete else "reduced"))  # type: ignore[return-value]

    def tensorflow(self, x: Any) -> Any:
        return tuple(tf.linalg.qr(x, full_matrices=self.complete))

    def decompose(self, x: Any) -> Any:
        """By Householder's reflections, with the signs that LAPACK gives."""
        *batch, rows, columns = shape(x)
        if not isinstance(rows, int) or not isinstance(columns, int):
            return NotImplemented
        places = _places(rows)
        q, r = broadcast_to(eye(rows, dtype=dtype_of(x)), (*batch, rows, rows)), x
        for k in range(min(rows - 1, columns)):
            column = getitem(r, (..., slice(k, k + 1)))
            first = getitem(column, (..., slice(k, k + 1), slice(None)))
            below = sum_of(square(where(places > k, column, 0.0)), -2, keepdims=True)
            length = sqrt(add(below, square(first)))
            wanted = where(greater_equal(first, 0.0), negative(length), length)
            mirror = where(places > k, column, where(places == k, subtract(first, wanted), 0.0))
            scale = divide(2.0, sum_of(square(where(equal(below, 0.0), 1.0, mirror)), -2, keepdims=True))
            scaled = multiply(where(equal(below, 0.0), 0.0, mirror), scale)
            r = subtract(r, matmul(scaled, matmul(swapaxes(mirror, -1, -2), r)))
            q = subtract(q, matmul(matmul(q, mirror), swapaxes(scaled, -1, -2)))
        inner = rows if self.complete else min(rows, columns)
        return getitem(q, (..., slice(inner))), triu(getitem(r, (..., slice(inner), slice(None))))


class Svd(OfMatrix):
    """u · diag(s) · v = x, singular values s falling. (..., M, N) → u: (..., M, K), s: (..., min(M, N)), v: (..., K', N)

    K = K' = min(M, N), or with `full` K = M and K' = N. The signs of the vectors are the library's choice.
    """

    full: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType, TensorType]:
        rows, columns = self.rows_and_columns(x)
        inner = None if rows is None or columns is None else min(rows, columns)
        left, right = (rows, columns) if self.full else (inner, inner)
        before = x.shape[:-2]
        return x.with_shape((*before, rows, left)), x.with_shape((*before, inner)), x.with_shape((*before, right, columns))

    def numpy(self, x: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(np.linalg.svd(x, full_matrices=self.full))

    def tensorflow(self, x: Any) -> Any:
        s, u, v = tf.linalg.svd(x, full_matrices=self.full)
        return u, s, tf.linalg.adjoint(v)


class Eigh(OfMatrix):
    """The eigenvalues of symmetric x, rising, and the eigenvectors as columns. (..., N, N) → (..., N), (..., N, N)

    Only the lower triangle is read. The signs of the vectors are the library's choice.
    """

    square = True

    def infer(self, x: TensorType) -> tuple[TensorType, TensorType]:
        self.rows_and_columns(x)
        return x.with_shape(x.shape[:-1]), x

    def numpy(self, x: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(np.linalg.eigh(x))

    def tensorflow(self, x: Any) -> Any:
        return tuple(tf.linalg.eigh(x))


def logdet(x: Any) -> Any:
    """The logarithm of the determinant of symmetric positive definite matrices."""
    return multiply(sum_of(log(diagonal(cholesky(x), axis1=-2, axis2=-1)), -1), 2)


def cholesky(x: Any, upper: bool = False) -> Any:
    """The triangle whose product with its transpose is `x`."""
    lower = Cholesky()(as_float(x))
    return swapaxes(lower, -1, -2) if upper else lower


def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of the matrix whose Cholesky triangle is `x`."""
    lower = swapaxes(x, -1, -2) if upper else x
    triangle = inv(lower)
    return matmul(swapaxes(triangle, -1, -2), triangle)


def qr(x: Any, mode: str = "reduced") -> tuple[Any, Any]:
    """Orthonormal columns and an upper triangle whose product is `x`; mode: reduced or complete."""
    return Qr(complete=mode == "complete")(as_float(x))


def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular vectors and values: u, s, v with u · diag(s) · v = x; or s alone."""
    u, s, v = Svd(full=full_matrices)(as_float(x))
    return (u, s, v) if compute_uv else s


def eigh(x: Any) -> tuple[Any, Any]:
    """Eigenvalues, rising, and eigenvectors of symmetric matrices."""
    return Eigh()(as_float(x))


def _significant(s: Any, size: tuple[Any, ...], rcond: float | None) -> Any:
    """Which singular values are not rounding errors, as a share of the greatest."""
    if rcond is None:
        epsilon = float(np.finfo(dtype_of(s) or "float32").eps)
        rcond = epsilon * max(d if isinstance(d, int) else 1 for d in size[-2:])
    return greater(s, multiply(max_of(s, -1, True), rcond))


def pinv(x: Any, rcond: float | None = None) -> Any:
    """Moore's and Penrose's inverse; singular values below `rcond` times the greatest count as 0."""
    u, s, v = svd(x, full_matrices=False)
    kept = _significant(s, shape(x), rcond)
    inverse = where(kept, divide(1.0, where(kept, s, 1.0)), 0.0)
    return matmul(swapaxes(v, -1, -2), multiply(expand_dims(inverse, -1), swapaxes(u, -1, -2)))


def lstsq(a: Any, b: Any, rcond: float | None = None) -> Any:
    """y for which ‖a · y - b‖ is least. a: (M, N), b: (M,) or (M, K)"""
    return matmul(pinv(a, rcond), as_float(b))


def matrix_rank(x: Any, tol: float | None = None) -> Any:
    """How many singular values are greater than `tol`, by default than rounding errors; int32."""
    s = svd(x, compute_uv=False)
    return sum_of(greater(s, tol) if tol is not None else _significant(s, shape(x), None), -1)


__all__ = [
    "Cholesky",
    "Eigh",
    "Qr",
    "Svd",
    "cholesky",
    "cholesky_inverse",
    "eigh",
    "logdet",
    "lstsq",
    "matrix_rank",
    "pinv",
    "qr",
    "svd",
]
