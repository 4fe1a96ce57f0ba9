"""Products of vectors and matrices, norms, diagonals and triangles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from .casting import as_float, cast, promote
from .creation import arange
from .einsum import einsum
from .elementwise import absolute, add, multiply, power, sqrt, square, subtract, where
from .extend import pad
from .gathering import take
from .indexing import getitem
from .linear import matmul
from .logic import greater_equal, less_equal, not_equal
from .promotion import dtype_of
from .rearrange import diff, extract_sequences, moveaxis, ravel, stack
from .reduce import max as max_of
from .reduce import min as min_of
from .reduce import sum as sum_of
from .shape import expand_dims, reshape, shape
from .shapes import normalize_axes, normalize_axis


def dot(x1: Any, x2: Any) -> Any:
    """Σ over the last axis of `x1` and the last but one of `x2` (a vector's only one); a scalar multiplies."""
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if rank1 == 0 or rank2 == 0:
        return multiply(x1, x2)
    if rank2 > 2:
        return tensordot(x1, x2, ((rank1 - 1,), (rank2 - 2,)))
    x1, x2 = promote(x1, x2)
    return cast(matmul(x1, x2), dtype_of(x1) or "float32")  # of int8 it stays int8, unlike matmul


def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """Σ over pairs of axes: the last `axes` of `x1` with the first of `x2`, or (axes of x1, axes of x2)."""
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if isinstance(axes, int):
        first, second = list(range(rank1 - axes, rank1)), list(range(axes))
    else:
        first, second = (
            [normalize_axis(a, rank) for a in ([part] if isinstance(part, int) else part)]
            for part, rank in zip(axes, (rank1, rank2), strict=True)
        )
    if len(first) != len(second):
        raise ShapeError(f"expected as many axes of x1 as of x2. Received: axes={axes}")
    letters = [chr(ord("a") + i) for i in range(rank1 + rank2)]
    left, right = letters[:rank1], letters[rank1:]
    for a, b in zip(first, second, strict=True):
        right[b] = left[a]
    output = [c for a, c in enumerate(left) if a not in first] + [c for b, c in enumerate(right) if b not in second]
    return einsum(f"{''.join(left)},{''.join(right)}->{''.join(output)}", x1, x2)


def outer(x1: Any, x2: Any) -> Any:
    """(N,) and (M,), of whatever shape before, → (N, M) of all products."""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


def inner(x1: Any, x2: Any) -> Any:
    """Σ over the last axes of both; a scalar multiplies."""
    if not x1.shape or not x2.shape:
        return multiply(x1, x2)
    return tensordot(x1, x2, ((-1,), (-1,)))


def vdot(x1: Any, x2: Any) -> Any:
    """Σ of the products of all elements."""
    return sum_of(multiply(ravel(x1), ravel(x2)))


def cross(x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector product of vectors of 3 (or 2) elements that lie along `axis`. Of two 2-vectors only the third element."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    a, b = ([getitem(v, (..., i)) for i in range(shape(v)[-1])] for v in (moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)))
    if not {len(a), len(b)} <= {2, 3}:
        raise ShapeError(f"expected vectors of 2 or 3 elements. Received: shapes {tuple(x1.shape)}, {tuple(x2.shape)}")

    third = subtract(multiply(a[0], b[1]), multiply(a[1], b[0]))
    if len(a) == len(b) == 2:
        return third
    zero = multiply(third, 0)
    a, b = ([*v, zero][:3] for v in (a, b))
    first = subtract(multiply(a[1], b[2]), multiply(a[2], b[1]))
    second = subtract(multiply(a[2], b[0]), multiply(a[0], b[2]))
    return moveaxis(stack([first, second, third], -1), -1, axisc)


def norm(x: Any, ord: Any = None, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Any:
    """The norm of vectors along one axis (ord: any number, inf, -inf) or of matrices in two ("fro", 1, -1, inf, -inf).

    Without `ord` it is √Σ|x|², over all axes by default. Source: numpy.linalg.norm
    """
    x = as_float(x)
    rank = len(x.shape)
    axes = normalize_axes(axis, rank)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return sqrt(sum_of(square(x), axes, keepdims))
    size = absolute(x)
    if len(axes) == 1:
        return _vector_norm(size, ord, axes, keepdims)
    if len(axes) != 2 or ord not in (1, -1, np.inf, -np.inf):
        raise ShapeError(f"expected ord None, 'fro', 1, -1, inf or -inf for matrices. Received: ord={ord!r}, axis={axis}")
    rows, columns = (normalize_axis(a, rank) for a in (axis or (0, 1)))  # type: ignore[union-attr]
    summed, compared = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = sum_of(size, summed, True)
    y = max_of(sums, compared, True) if ord > 0 else min_of(sums, compared, True)
    return y if keepdims else reshape(y, [d for a, d in enumerate(shape(y)) if a not in axes])


def _vector_norm(size: Any, ord: float, axes: Iterable[int], keepdims: bool) -> Any:
    if ord in (np.inf, -np.inf):
        return (max_of if ord > 0 else min_of)(size, axes, keepdims)
    if ord == 0:
        return sum_of(cast(not_equal(size, 0), dtype_of(size) or "float32"), axes, keepdims)
    if ord == 1:
        return sum_of(size, axes, keepdims)
    return power(sum_of(power(size, float(ord)), axes, keepdims), 1.0 / ord)


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """The integral of `y` along `axis` by the trapezoidal rule, over the places `x` or at distances `dx`."""
    y = moveaxis(as_float(y), axis, -1)
    width = dx if x is None else diff(as_float(x) if len(x.shape) == 1 else moveaxis(as_float(x), axis, -1))
    height = multiply(add(getitem(y, (..., slice(1, None))), getitem(y, (..., slice(None, -1)))), 0.5)
    return sum_of(multiply(height, width), -1)


def correlate(x1: Any, x2: Any, mode: str = "valid") -> Any:
    """Σₖ x1[n + k] · x2[k] for every n where the vectors overlap wholly ("valid") or at all ("full").

    "same" is the middle of "full", as long as the longer vector. Both sizes must be known.
    """
    a, b = map(as_float, promote(x1, x2))
    n, m = shape(a)[0], shape(b)[0]
    if not isinstance(n, int) or not isinstance(m, int) or mode not in ("valid", "full", "same"):
        raise ShapeError(f"expected vectors of known sizes and mode valid, full or same. Received: {x1}, {x2}, mode={mode!r}")
    if mode != "valid":
        total, wanted = n + m - 1, n + m - 1 if mode == "full" else max(n, m)
        start = (total - wanted) // 2
        a = pad(a, [(m - 1, m - 1)])
        a = getitem(a, slice(start, start + wanted + m - 1))
    return matmul(extract_sequences(a, m, 1), b)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements whose places in `axis1` and `axis2` differ by `offset`, in a new last axis. Both sizes must be known."""
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    *before, rows, columns = shape(x)
    if not isinstance(rows, int) or not isinstance(columns, int):
        raise ShapeError(f"expected known sizes of the axes of a diagonal. Received: shape={tuple(x.shape)}")
    places = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns).diagonal(offset)
    return take(reshape(x, (*before, rows * columns)), np.ascontiguousarray(places), -1)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum along a diagonal."""
    return sum_of(diagonal(x, offset, axis1, axis2), -1)


def diag(x: Any, k: int = 0) -> Any:
    """Of a matrix its diagonal, `k` above the main one; of a vector the matrix that has it as diagonal."""
    if len(x.shape) == 2:
        return diagonal(x, k)
    size = shape(x)[0]
    if not isinstance(size, int):
        raise ShapeError(f"expected a vector of known size. Received: shape={tuple(x.shape)}")
    rows = np.arange(size + abs(k), dtype=np.int32)
    places = np.clip(rows - max(-k, 0), 0, size - 1)  # row r holds x[r + k] for negative k, x[r] otherwise
    return where(np.eye(len(rows), k=k, dtype=bool), expand_dims(take(x, places, 0), 1), 0)


def diagflat(x: Any, k: int = 0) -> Any:
    """The matrix that has all elements of `x` as its diagonal."""
    return diag(ravel(x), k)


def _triangle(x: Any, k: int, lower: bool) -> Any:
    rows, columns = shape(x)[-2:]
    distance = subtract(expand_dims(arange(columns), 0), expand_dims(arange(rows), 1))
    mask = less_equal(distance, k) if lower else greater_equal(distance, k)
    return where(mask, x, False if dtype_of(x) == "bool" else 0)


def tril(x: Any, k: int = 0) -> Any:
    """The lower triangle of the last two axes: zero above the diagonal that is `k` above the main one."""
    return _triangle(x, k, lower=True)


def triu(x: Any, k: int = 0) -> Any:
    """The upper triangle of the last two axes: zero below the diagonal that is `k` above the main one."""
    return _triangle(x, k, lower=False)


__all__ = [
    "correlate",
    "cross",
    "diag",
    "diagflat",
    "diagonal",
    "dot",
    "inner",
    "norm",
    "outer",
    "tensordot",
    "trace",
    "trapezoid",
    "tril",
    "triu",
    "vdot",
]
