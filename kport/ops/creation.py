"""Tensors from sizes and numbers. Where all sizes are known the result is a NumPy array: a constant of the graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .elementwise import cast, numpy_dtype
from .op import Op, fail
from .promotion import dtype_of, promote, python_dtype, result_dtype
from .shape import broadcast_to, shape, static_sizes


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


empty, empty_like = zeros, zeros_like


def eye(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> np.ndarray:
    """(N, M), by default (N, N): ones on the diagonal, or `k` above it, and zeros elsewhere."""
    return np.eye(N, M, k, numpy_dtype(dtype or "float32"))


def identity(n: int, dtype: str | None = None) -> np.ndarray:
    """(n, n): ones on the diagonal and zeros elsewhere."""
    return eye(n, dtype=dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> np.ndarray:
    """(N, M), by default (N, N): ones on the diagonal, or `k` above it, and below, zeros elsewhere."""
    return np.tri(N, M, k, numpy_dtype(dtype or "float32"))


__all__ = [
    "Arange",
    "arange",
    "eye",
    "full",
    "full_like",
    "identity",
    "ones",
    "ones_like",
    "tri",
    "zeros",
    "zeros_like",
]
