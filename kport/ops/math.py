"""Further functions of one element: roots, trigonometry, rounding, error functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from .elementwise import (
    FloatBinary,
    FloatUnary,
    Unary,
    absolute,
    add,
    cast,
    clip,
    divide,
    exp,
    log,
    maximum,
    multiply,
    negative,
    sqrt,
    square,
    subtract,
    tanh,
    where,
)
from .logic import equal, less
from .promotion import dtype_of, is_float


class Floor(FloatUnary):
    """y = ⌊x⌋"""

    kernel = np.floor
    tf_kernel = "floor"
    differentiable = False


class Ceil(FloatUnary):
    """y = ⌈x⌉"""

    kernel = np.ceil
    tf_kernel = "math.ceil"
    differentiable = False


class Round(Unary):
    """y = the nearest integer, of two the even one; integers stay as they are."""

    kernel = np.round
    tf_kernel = "round"
    differentiable = False


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


class Sin(FloatUnary):
    """y = sin x"""

    kernel = np.sin
    tf_kernel = "sin"


class Cos(FloatUnary):
    """y = cos x"""

    kernel = np.cos
    tf_kernel = "cos"


class Tan(FloatUnary):
    """y = tan x"""

    kernel = np.tan
    tf_kernel = "tan"

    def decompose(self, x: Any) -> Any:
        return divide(sin(x), cos(x))


class Asin(FloatUnary):
    """y = arcsin x in [-π/2, π/2]"""

    kernel = np.arcsin
    tf_kernel = "asin"

    def decompose(self, x: Any) -> Any:
        cosine = sqrt(multiply(subtract(1.0, x), add(x, 1.0)))
        return multiply(atan(divide(x, add(cosine, 1.0))), 2.0)


class Acos(FloatUnary):
    """y = arccos x in [0, π]"""

    kernel = np.arccos
    tf_kernel = "acos"

    def decompose(self, x: Any) -> Any:
        return multiply(atan(divide(sqrt(subtract(1.0, x)), sqrt(add(x, 1.0)))), 2.0)


class Atan(FloatUnary):
    """y = arctan x in [-π/2, π/2]"""

    kernel = np.arctan
    tf_kernel = "atan"


class Atan2(FloatBinary):
    """y = the angle of the point (b, a) in [-π, π]: arctan(a / b) in the right quadrant."""

    kernel = np.arctan2
    tf_kernel = "atan2"

    def decompose(self, a: Any, b: Any) -> Any:
        origin = equal(maximum(absolute(a), absolute(b)), 0.0)
        angle = atan(divide(a, where(origin, 1.0, b)))
        half_turn = where(less(a, 0.0), -math.pi, math.pi)
        return where(less(b, 0.0), add(angle, half_turn), angle)


class Sinh(FloatUnary):
    """y = (e^x - e^-x) / 2"""

    kernel = np.sinh
    tf_kernel = "sinh"

    def decompose(self, x: Any) -> Any:
        grown = expm1(x)
        return multiply(add(grown, divide(grown, add(grown, 1.0))), 0.5)


class Cosh(FloatUnary):
    """y = (e^x + e^-x) / 2"""

    kernel = np.cosh
    tf_kernel = "cosh"

    def decompose(self, x: Any) -> Any:
        return multiply(add(exp(x), exp(negative(x))), 0.5)


class Asinh(FloatUnary):
    """y = ln(x + √(x² + 1))"""

    kernel = np.arcsinh
    tf_kernel = "asinh"

    def decompose(self, x: Any) -> Any:
        # of |x|, with the sign put back: x + √(x² + 1) cancels for negative x
        size = absolute(x)
        grown = add(size, divide(square(x), add(sqrt(add(square(x), 1.0)), 1.0)))
        return multiply(sign(x), log1p(grown))


class Acosh(FloatUnary):
    """y = ln(x + √(x² - 1)), x ≥ 1"""

    kernel = np.arccosh
    tf_kernel = "acosh"

    def decompose(self, x: Any) -> Any:
        above = subtract(x, 1.0)
        return log1p(add(above, sqrt(multiply(above, add(x, 1.0)))))


class Atanh(FloatUnary):
    """y = ln((1 + x) / (1 - x)) / 2"""

    kernel = np.arctanh
    tf_kernel = "atanh"

    def decompose(self, x: Any) -> Any:
        return multiply(subtract(log1p(x), log1p(negative(x))), 0.5)


ERF_NUMERATOR = (
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
)
ERF_DENOMINATOR = (
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
)
"""Coefficients, highest power of x² first, of the rational function that is erf(x) / x to float32's precision for |x| ≤ 4.
Source: Eigen and XLA, https://github.com/openxla/xla/blob/main/xla/hlo/builder/lib/math.cc"""


class Erf(FloatUnary):
    """y = 2/√π · ∫₀ˣ e^(-t²) dt"""

    tf_kernel = "math.erf"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        if x.dtype == np.float64:
            return np.frompyfunc(math.erf, 1, 1)(x)
        x = np.clip(x.astype(np.float32, copy=False), np.float32(-4), np.float32(4))
        squared = x * x
        top, bottom = (
            reduce(lambda sum, c: sum * squared + np.float32(c), rest, np.full_like(x, first))
            for first, *rest in (ERF_NUMERATOR, ERF_DENOMINATOR)
        )
        return x * top / bottom

    def decompose(self, x: Any) -> Any:
        x = clip(x, -4.0, 4.0)
        return divide(multiply(x, polynomial(square(x), ERF_NUMERATOR)), polynomial(square(x), ERF_DENOMINATOR))


def polynomial(x: Any, coefficients: Sequence[float]) -> Any:
    """Σ c·xⁿ by Horner's rule, the highest power's coefficient first."""
    first, second, *rest = coefficients
    return reduce(lambda sum, c: add(multiply(sum, x), c), rest, add(multiply(x, first), second))


floor = Floor()
ceil = Ceil()
sign = Sign()
rsqrt = Rsqrt()
reciprocal = Reciprocal()
log1p = Log1p()
expm1 = Expm1()
sin = Sin()
cos = Cos()
tan = Tan()
asin = arcsin = Asin()
acos = arccos = Acos()
atan = arctan = Atan()
atan2 = arctan2 = Atan2()
sinh = Sinh()
cosh = Cosh()
asinh = arcsinh = Asinh()
acosh = arccosh = Acosh()
atanh = arctanh = Atanh()
erf = Erf()


def round(x: Any, decimals: int = 0) -> Any:
    """`x` rounded to `decimals` decimals, halves to even."""
    if decimals == 0:
        return Round()(x)
    dtype = dtype_of(x) or "float32"
    scaled = multiply(x if is_float(dtype) else cast(x, "float32"), float(10.0**decimals))
    return cast(divide(Round()(scaled), float(10.0**decimals)), dtype)


def trunc(x: Any) -> Any:
    """`x` without what follows the point; integers stay as they are."""
    return where(less(x, 0.0), ceil(x), floor(x)) if is_float(dtype_of(x) or "float32") else x


def log2(x: Any) -> Any:
    """Logarithm to base 2."""
    return divide(log(x), math.log(2))


def log10(x: Any) -> Any:
    """Logarithm to base 10."""
    return divide(log(x), math.log(10))


__all__ = [
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atan2",
    "Atanh",
    "Ceil",
    "Cos",
    "Cosh",
    "Erf",
    "Expm1",
    "Floor",
    "Log1p",
    "Reciprocal",
    "Round",
    "Rsqrt",
    "Sign",
    "Sin",
    "Sinh",
    "Tan",
    "acos",
    "acosh",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "cos",
    "cosh",
    "erf",
    "expm1",
    "floor",
    "log1p",
    "log2",
    "log10",
    "reciprocal",
    "round",
    "rsqrt",
    "sign",
    "sin",
    "sinh",
    "tan",
    "trunc",
]
