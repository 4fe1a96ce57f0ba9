"""Tensors from sizes and numbers. Where all sizes are known the result is a NumPy array: a constant of the graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import as_float, cast, promote
from .elementwise import add, divide, exp, log, multiply, power, subtract
from .op import Op, fail
from .promotion import dtype_of, numpy_dtype, python_dtype, result_dtype
from .shape import broadcast_to, expand_dims, shape, static_sizes
from .shapes import normalize_axis


class Arange(Op):
    """y = start, start + step, ... as far as below `stop` (above it, for a negative step). Scalars of one dtype → (N,)."""

    differentiable = False

    def infer(self, start: TensorType, stop: TensorType, step: TensorType) -> TensorType:
        if any(t.rank for t in (start, stop, step)) or len({t.dtype for t in (start, stop, step)}) > 1:
            raise fail(self, "three scalars of one dtype", start=start, stop=stop, step=step)
        return start.with_shape((None,))

    def numpy(self, start: np.ndarray, stop: np.ndarray, step: np.ndarray) -> np.ndarray:
        bounds: Any = (start.item(), stop.item(), step.item())
        return np.arange(*bounds, dtype=start.dtype)

    def tensorflow(self, start: Any, stop: Any, step: Any) -> Any:
        return tf.range(start, stop, step)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: str | None = None) -> Any:
    """start, start + step, ... below `stop`; with one argument 0, 1, ... below it. Numbers or scalar tensors."""
    first, last = (0, start) if stop is None else (start, stop)
    bounds = (first, last, 1 if step is None else step)
    if dtype is None:
        known = [d for d in map(dtype_of, bounds) if d is not None]
        numbers = [python_dtype(b, None) for b in bounds if dtype_of(b) is None]
        dtype = result_dtype(*known, *numbers)
    if all(dtype_of(b) is None or isinstance(b, (np.ndarray, np.generic)) for b in bounds):
        return np.arange(*bounds, dtype=numpy_dtype(dtype))
    return cast(Arange()(*promote(*bounds)), dtype)


def full(shape: Any, fill_value: Any, dtype: str | None = None) -> Any:
    """A tensor of `fill_value`; sizes are ints or scalar tensors."""
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if dtype_of(fill_value) is None:
        fill_value = np.asarray(fill_value, numpy_dtype(dtype or python_dtype(fill_value, None)))
    fill_value = cast(fill_value, dtype) if dtype else fill_value
    if None not in static_sizes(sizes) and isinstance(fill_value, (np.ndarray, np.generic)):
        return np.full(sizes, fill_value, fill_value.dtype)
    return broadcast_to(fill_value, sizes)


def zeros(shape: Any, dtype: str | None = None) -> Any:
    """A tensor of zeros, float32 by default."""
    return full(shape, 0, dtype or "float32")


def ones(shape: Any, dtype: str | None = None) -> Any:
    """A tensor of ones, float32 by default."""
    return full(shape, 1, dtype or "float32")


def full_like(x: Any, fill_value: Any, dtype: str | None = None) -> Any:
    """A tensor of `fill_value`, with the shape and by default the dtype of `x`."""
    return full(shape(x), fill_value, dtype or dtype_of(x))


def zeros_like(x: Any, dtype: str | None = None) -> Any:
    """Zeros, with the shape and by default the dtype of `x`."""
    return full_like(x, 0, dtype)


def ones_like(x: Any, dtype: str | None = None) -> Any:
    """Ones, with the shape and by default the dtype of `x`."""
    return full_like(x, 1, dtype)


empty = zeros
empty_like = zeros_like


def eye(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> np.ndarray:
    """(N, M), by default (N, N): ones on the diagonal, or `k` above it, and zeros elsewhere."""
    return np.eye(N, M, k, numpy_dtype(dtype or "float32"))


def identity(n: int, dtype: str | None = None) -> np.ndarray:
    """(n, n): ones on the diagonal and zeros elsewhere."""
    return eye(n, dtype=dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> np.ndarray:
    """(N, M), by default (N, N): ones on the diagonal, or `k` above it, and below, zeros elsewhere."""
    return np.tri(N, M, k, numpy_dtype(dtype or "float32"))


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: str | None = None, axis: int = 0
) -> Any:
    """`num` numbers at equal distances from `start` to `stop`, which is the last one or, without `endpoint`, would follow it.

    With `retstep` also their distance.
    """
    first, last = map(as_float, promote(start, stop))
    parts = max(num - 1 if endpoint else num, 1)
    share = np.arange(num, dtype=np.float32) / np.float32(parts)
    step = divide(subtract(last, first), parts)
    rank = max(len(first.shape), len(last.shape))
    axis = normalize_axis(axis, rank + 1)
    shares = share.reshape([-1 if a == axis else 1 for a in range(rank + 1)])
    begin, end = (expand_dims(expand_dims(x, range(rank - len(x.shape))), axis) for x in (first, last))
    y = add(multiply(begin, 1 - shares), multiply(end, shares))  # from both ends, so that both are exact
    y = cast(y, dtype) if dtype else y
    return (y, step) if retstep else y


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10, dtype: str | None = None, axis: int = 0
) -> Any:
    """`base` to the power of `num` numbers at equal distances from `start` to `stop`."""
    y = power(float(base), linspace(start, stop, num, endpoint, axis=axis))
    return cast(y, dtype) if dtype else y


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: str | None = None, axis: int = 0) -> Any:
    """`num` positive numbers in equal proportions from `start` to `stop`."""
    first, last = map(as_float, promote(start, stop))
    y = exp(linspace(log(first), log(last), num, endpoint, axis=axis))
    return cast(y, dtype) if dtype else y


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of each element of a vector, from N - 1 to 0 or the other way about. (n,) → (n, N), by default (n, n)"""
    count = shape(x)[0] if N is None else N
    powers = arange(count) if increasing else subtract(subtract(count, 1), arange(count))
    dtype = dtype_of(x) or "float32"
    return cast(power(as_float(expand_dims(x, -1)), cast(powers, "float32")), dtype)


def hanning(x: int) -> np.ndarray:
    """Hann's window of `x` elements: 0.5 - 0.5 cos."""
    return np.hanning(x).astype(np.float32)


def hamming(x: int) -> np.ndarray:
    """Hamming's window of `x` elements: 0.54 - 0.46 cos."""
    return np.hamming(x).astype(np.float32)


def blackman(x: int) -> np.ndarray:
    """Blackman's window of `x` elements: 0.42 - 0.5 cos + 0.08 cos 2."""
    return np.blackman(x).astype(np.float32)


def bartlett(x: int) -> np.ndarray:
    """Bartlett's window of `x` elements: a triangle."""
    return np.bartlett(x).astype(np.float32)


def kaiser(x: int, beta: float) -> np.ndarray:
    """Kaiser's window of `x` elements."""
    return np.kaiser(x, beta).astype(np.float32)


__all__ = [
    "Arange",
    "arange",
    "bartlett",
    "blackman",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "hamming",
    "hanning",
    "identity",
    "kaiser",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "tri",
    "vander",
    "zeros",
    "zeros_like",
]
