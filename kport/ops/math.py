"""Further functions of one element and of two: signs, roots, powers and logarithms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .casting import as_float, cast, promote
from .elementwise import (
    FloatBinary,
    FloatUnary,
    Unary,
    absolute,
    add,
    divide,
    exp,
    log,
    maximum,
    minimum,
    multiply,
    negative,
    power,
    sqrt,
    square,
    subtract,
    tanh,
    where,
)
from .logic import equal, isinf, less, logical_or
from .promotion import dtype_of


class Sign(Unary):
    """y = -1, 0 or 1"""

    kernel = np.sign
    tf_kernel = "sign"


class Rsqrt(FloatUnary):
    """y = 1 / √x"""

    tf_kernel = "math.rsqrt"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return 1 / np.sqrt(x)

    def decompose(self, x: Any) -> Any:
        return divide(1.0, sqrt(x))


class Reciprocal(FloatUnary):
    """y = 1 / x"""

    kernel = np.reciprocal
    tf_kernel = "math.reciprocal"

    def decompose(self, x: Any) -> Any:
        return divide(1.0, x)


class Log1p(FloatUnary):
    """y = ln(1 + x), exact near 0."""

    kernel = np.log1p
    tf_kernel = "math.log1p"

    def decompose(self, x: Any) -> Any:
        # u rounds 1 + x; ln u · x / (u - 1) undoes that error. Source: Kahan, in Higham, Accuracy and Stability, 1.14.1
        u = add(x, 1.0)
        rounded = subtract(u, 1.0)
        corrected = multiply(log(u), divide(x, rounded))
        return where(equal(rounded, 0.0), x, where(equal(rounded, x), log(u), corrected))


class Expm1(FloatUnary):
    """y = e^x - 1, exact near 0."""

    kernel = np.expm1
    tf_kernel = "math.expm1"

    def decompose(self, x: Any) -> Any:
        return multiply(tanh(multiply(x, 0.5)), add(exp(x), 1.0))


sign = Sign()
rsqrt = Rsqrt()
reciprocal = Reciprocal()
log1p = Log1p()
expm1 = Expm1()


def log2(x: Any) -> Any:
    """Logarithm to base 2."""
    return divide(log(x), math.log(2))


def log10(x: Any) -> Any:
    """Logarithm to base 10."""
    return divide(log(x), math.log(10))


def exp2(x: Any) -> Any:
    """2^x"""
    return power(2.0, as_float(x))


def cbrt(x: Any) -> Any:
    """The real cube root."""
    x = as_float(x)
    return multiply(sign(x), power(absolute(x), 1 / 3))


def hypot(x1: Any, x2: Any) -> Any:
    """√(x1² + x2²), computed so that no square overflows."""
    a, b = (absolute(x) for x in promote(x1, x2))
    large, small = as_float(maximum(a, b)), as_float(minimum(a, b))
    ratio = divide(small, where(equal(large, 0.0), 1.0, large))
    return multiply(large, sqrt(add(square(ratio), 1.0)))


def logaddexp(x1: Any, x2: Any) -> Any:
    """ln(e^x1 + e^x2), computed from the greater one."""
    a, b = promote(x1, x2)
    a, b = as_float(a), as_float(b)
    distance = absolute(subtract(a, b))
    equals = equal(a, b)  # both infinite: their difference is not a number
    return add(maximum(a, b), log1p(exp(negative(where(equals, 0.0, distance)))))


def logaddexp2(x1: Any, x2: Any) -> Any:
    """log₂(2^x1 + 2^x2)"""
    return divide(logaddexp(multiply(as_float(x1), math.log(2)), multiply(as_float(x2), math.log(2))), math.log(2))


class DivideNoNan(FloatBinary):
    """y = a / b, and 0 where b is 0"""

    tf_kernel = "math.divide_no_nan"

    @staticmethod
    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.where(b == 0, np.zeros((), a.dtype), a / np.where(b == 0, np.ones((), b.dtype), b))

    def decompose(self, a: Any, b: Any) -> Any:
        zero = equal(b, 0.0)
        return where(zero, 0.0, divide(a, where(zero, 1.0, b)))


def divide_no_nan(x1: Any, x2: Any) -> Any:
    """x1 / x2, and 0 where x2 is 0."""
    return DivideNoNan()(x1, x2)


def heaviside(x1: Any, x2: Any) -> Any:
    """0 below 0, 1 above, and x2 at 0."""
    a, b = (as_float(x) for x in promote(x1, x2))
    return where(less(a, 0.0), 0.0, where(equal(a, 0.0), b, 1.0))


def ldexp(x1: Any, x2: Any) -> Any:
    """x1 · 2^x2"""
    a = as_float(x1)
    exponent = cast(x2, dtype_of(a) or "float32")
    # at 0 and ∞ the product with a power that underflows or overflows is not a number
    fixed = logical_or(isinf(a), equal(a, 0.0))
    return where(fixed, a, multiply(a, power(2.0, exponent)))


__all__ = [
    "DivideNoNan",
    "Expm1",
    "Log1p",
    "Reciprocal",
    "Rsqrt",
    "Sign",
    "cbrt",
    "divide_no_nan",
    "exp2",
    "expm1",
    "heaviside",
    "hypot",
    "ldexp",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "reciprocal",
    "rsqrt",
    "sign",
]
