"""Elementwise operations, with NumPy's broadcasting."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from ..types import NUMPY

FORMS = """
15 add(x: T=N, y: T) -> T
15 sub(x: T=N, y: T) -> T
15 mul(x: T=N, y: T) -> T
15 real_div(x: T=N, y: T) -> T
15 floor_div(x: T=N, y: T) -> T
15 mod(x: T=N, y: T) -> T
15 pow(x: T=N, y: T) -> T
15 maximum(x: T=N, y: T) -> T
15 minimum(x: T=N, y: T) -> T
15 equal(x: T=N, y: T) -> bool
15 not_equal(x: T=N, y: T) -> bool
15 greater(x: T=N, y: T) -> bool
15 greater_equal(x: T=N, y: T) -> bool
15 less(x: T=N, y: T) -> bool
15 less_equal(x: T=N, y: T) -> bool
15 logical_and(x: bool, y: bool) -> bool
15 logical_or(x: bool, y: bool) -> bool
15 logical_xor(x: bool, y: bool) -> bool
15 logical_not(x: bool) -> bool
15 abs(x: T=N) -> T
15 acos(x: T=F) -> T
15 asin(x: T=F) -> T
15 atan(x: T=F) -> T
15 atanh(x: T=F) -> T
15 ceil(x: T=F) -> T
15 clip(x: T=F, alpha: const T, beta: const T) -> T
15 cos(x: T=F) -> T
15 cosh(x: T=F) -> T
15 erf(x: T=F) -> T
15 exp(x: T=F) -> T
15 exp2(x: T=N) -> T
15 floor(x: T=F) -> T
15 inverse(x: T=F, epsilon?: const T) -> T
17 inverse(x: T=F, epsilon?: const U=F) -> T
15 log(x: T=F, epsilon?: const T) -> T
17 log(x: T=F, epsilon?: const U=F) -> T
15 round(x: T=F) -> T
15 rsqrt(x: T=F, epsilon?: const T) -> T
17 rsqrt(x: T=F, epsilon?: const U=F) -> T
15 sign(x: T=N) -> T
15 sin(x: T=F) -> T
15 sinh(x: T=F) -> T
15 sqrt(x: T=F) -> T
15 square(x: T=N) -> T
15 tan(x: T=F) -> T
15 tanh(x: T=F) -> T
15 threshold(x: T=N, alpha: const T) -> T
15 cast(x: T=A, dtype: const string) -> =dtype
17 cast(x: T=W, dtype: const string) -> =dtype
15 select(cond: bool, a: T=A, b: T) -> T
15 identity(x: any) -> any
"""
_STEP = 1 / 256
_END = 6.0
"""From here on erf is 1 in double precision but for 2e-17."""


@cache
def _erf_table() -> tuple[np.ndarray, np.ndarray]:
    """erf and its derivative times the step, at multiples of the step."""
    points = np.arange(0, _END + 2 * _STEP, _STEP)
    return np.array([math.erf(p) for p in points]), 2 / math.pi**0.5 * np.exp(-points * points) * _STEP


def erf(x: np.ndarray) -> np.ndarray:
    """2/√π ∫₀ˣ e^(-t²) dt, by cubic Hermite interpolation between values from the standard library: exact to 1e-11."""
    values, slopes = _erf_table()
    size = np.minimum(np.abs(x.astype(np.float64)), _END)
    size = np.nan_to_num(size, nan=0.0)
    place = size / _STEP
    index = place.astype(np.int64)
    t = place - index
    low, high, rise, fall = values[index], values[index + 1], slopes[index], slopes[index + 1]
    y = (1 + 2 * t) * (1 - t) ** 2 * low + t * (1 - t) ** 2 * rise + t * t * (3 - 2 * t) * high + t * t * (t - 1) * fall
    return np.where(np.isnan(x), x, np.copysign(y, x)).astype(x.dtype)


def _real_div(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if x.dtype.kind == "f":
        return x / y
    if np.any(y == 0) or np.any(x % np.where(y == 0, 1, y)):
        raise ValueError("the documentation doesn't say how a quotient of integers is rounded; use floor_div")
    return x // y


def _floor_div(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.floor(x / y) if x.dtype.kind == "f" else x // y


def _pow(x: np.ndarray | np.generic, y: np.ndarray) -> np.ndarray:
    if y.dtype.kind == "f":
        return x**y
    if np.any(y < 0):
        raise ValueError("expected exponents of integers that aren't negative")
    return x**y


def _clip(x: np.ndarray, alpha: float, beta: float, ios: int) -> np.ndarray:
    if alpha >= beta and ios >= 17:
        raise ValueError(f"expected alpha < beta from iOS 17 on. Received: {alpha}, {beta}")
    return np.minimum(np.maximum(x, alpha), beta)


def _log(x: np.ndarray, dtypes: dict[str, str], epsilon: float | None = None) -> np.ndarray:
    """log(x + epsilon); the default, 1e-45, is 0 in half precision."""
    if epsilon is None:
        epsilon = 0.0 if dtypes["x"] == "fp16" else 1e-45
    return np.log(x + x.dtype.type(epsilon))


def _inverse(x: np.ndarray, epsilon: float = 1e-4) -> np.ndarray:
    return 1 / (x + epsilon)


def _rsqrt(x: np.ndarray, epsilon: float = 1e-12) -> np.ndarray:
    return 1 / np.sqrt(x + x.dtype.type(epsilon))


def _cast(x: np.ndarray, dtype: str, ios: int) -> np.ndarray:
    """Numbers lose what is behind the point; what isn't 0 is true."""
    small = ("int8", "uint8", "int16", "uint16")
    if dtype not in ("int32", "fp16", "fp32", "bool", *(small if ios >= 17 else ())):
        raise ValueError(f"expected a type that cast knows in iOS {ios}. Received: {dtype}")
    if dtype == "bool":
        return x != 0
    wanted = NUMPY[dtype]
    if wanted.kind in "iu" and x.dtype.kind == "f":
        x = np.trunc(x)
        limits = np.iinfo(wanted)
        if not np.all((x >= limits.min) & (x <= limits.max)):
            raise ValueError(f"a value that {dtype} can't hold is cast to it, and the documentation doesn't say to what")
    return x.astype(wanted)


def _same(x: Any) -> Any:
    return x


KERNELS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "real_div": _real_div,
    "floor_div": _floor_div,
    "mod": np.mod,
    "pow": _pow,
    "maximum": lambda x, y: np.maximum(x, y),
    "minimum": lambda x, y: np.minimum(x, y),
    "equal": np.equal,
    "not_equal": np.not_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "logical_not": np.logical_not,
    "abs": np.abs,
    "acos": np.arccos,
    "asin": np.arcsin,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "ceil": np.ceil,
    "clip": _clip,
    "cos": np.cos,
    "cosh": np.cosh,
    "erf": erf,
    "exp": np.exp,
    "exp2": lambda x: _pow(x.dtype.type(2), x),
    "floor": np.floor,
    "inverse": _inverse,
    "log": _log,
    "round": np.rint,
    "rsqrt": _rsqrt,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": np.square,
    "tan": np.tan,
    "tanh": np.tanh,
    "threshold": lambda x, alpha: np.maximum(x, alpha),
    "cast": _cast,
    "select": lambda cond, a, b: np.where(cond, a, b),
    "identity": _same,
}
