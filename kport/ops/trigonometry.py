"""Trigonometric and hyperbolic functions, and their inverses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .casting import as_float
from .elementwise import (
    FloatBinary,
    FloatUnary,
    absolute,
    add,
    divide,
    exp,
    maximum,
    multiply,
    negative,
    sqrt,
    square,
    subtract,
    where,
)
from .logic import equal, less
from .math import expm1, log1p, sign


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


__all__ = [
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atan2",
    "Atanh",
    "Cos",
    "Cosh",
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
    "cos",
    "cosh",
    "deg2rad",
    "rad2deg",
    "sin",
    "sinc",
    "sinh",
    "tan",
]
