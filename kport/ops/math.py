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
    as_float,
    cast,
    clip,
    counted,
    divide,
    exp,
    log,
    maximum,
    minimum,
    mod,
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
from .promotion import dtype_of, is_float, promote


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


ERF_BLOCK = 1 << 14


class Erf(FloatUnary):
    """y = 2/√π · ∫₀ˣ e^(-t²) dt"""

    tf_kernel = "math.erf"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        if x.dtype == np.float64:
            return np.frompyfunc(math.erf, 1, 1)(x)
        flat = x.reshape(-1)
        y = np.empty_like(flat)
        for start in range(0, flat.size, ERF_BLOCK):  # in double precision, as much at once as a processor's cache holds
            part = np.clip(flat[start : start + ERF_BLOCK].astype(np.float64), -4, 4)
            squared = part * part
            y[start : start + ERF_BLOCK] = part * np.polyval(ERF_NUMERATOR, squared) / np.polyval(ERF_DENOMINATOR, squared)
        return y.reshape(x.shape)

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


def sinc(x: Any) -> Any:
    """sin(πx) / (πx), and 1 at 0."""
    turned = multiply(as_float(x), math.pi)
    zero = equal(turned, 0.0)
    return where(zero, 1.0, divide(sin(turned), where(zero, 1.0, turned)))


def deg2rad(x: Any) -> Any:
    """Degrees in radians."""
    return multiply(as_float(x), math.pi / 180)


def rad2deg(x: Any) -> Any:
    """Radians in degrees."""
    return multiply(as_float(x), 180 / math.pi)


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


def fmod(x1: Any, x2: Any) -> Any:
    """The remainder of x1 / x2 with the sign of x1."""
    a, b = promote(x1, x2)
    a, b = counted(a), counted(b)
    return multiply(sign(a), mod(absolute(a), absolute(b)))


def divide_no_nan(x1: Any, x2: Any) -> Any:
    """x1 / x2, and 0 where x2 is 0."""
    a, b = (as_float(x) for x in promote(x1, x2))
    zero = equal(b, 0.0)
    return where(zero, 0.0, divide(a, where(zero, 1.0, b)))


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


def angle(x: Any) -> Any:
    """The angle in the complex plane: π for negative numbers, else 0."""
    return where(less(as_float(x), 0.0), math.pi, 0.0)


def erfc(x: Any) -> Any:
    """1 - erf(x)"""
    return subtract(1.0, erf(x))


ERFINV_CENTRE = (
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941,
)
ERFINV_TAILS = (
    -0.000200214257,
    0.000100950558,
    0.00134934322,
    -0.00367342844,
    0.00573950773,
    -0.0076224613,
    0.00943887047,
    1.00167406,
    2.83297682,
)
"""Coefficients, highest power first, in w - 2.5 and √w - 3 with w = -ln(1 - x²).
Source: Giles, Approximating the erfinv function, 2010, https://people.maths.ox.ac.uk/gilesm/files/gems_erfinv.pdf"""


def erfinv(x: Any) -> Any:
    """The number whose erf is x, in (-1, 1), to float32's precision."""
    x = as_float(x)
    w = negative(log(multiply(subtract(1.0, x), add(x, 1.0))))
    centre = polynomial(subtract(w, 2.5), ERFINV_CENTRE)
    tails = polynomial(subtract(sqrt(maximum(w, 0.0)), 3.0), ERFINV_TAILS)
    inside = multiply(x, where(less(w, 5.0), centre, tails))
    return where(equal(absolute(x), 1.0), multiply(x, np.inf), inside)


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
    "angle",
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
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "deg2rad",
    "divide_no_nan",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expm1",
    "floor",
    "fmod",
    "heaviside",
    "hypot",
    "ldexp",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "rad2deg",
    "reciprocal",
    "round",
    "rsqrt",
    "sign",
    "sin",
    "sinc",
    "sinh",
    "tan",
    "trunc",
]
