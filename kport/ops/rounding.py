"""Integers near a number, and what is left over by a division."""

from __future__ import annotations

from typing import Any

import numpy as np

from .casting import cast, counted, promote
from .elementwise import Binary, FloatUnary, Unary, absolute, divide, multiply, subtract, where
from .logic import less
from .math import sign
from .promotion import dtype_of, is_float


class FloorDivide(Binary):
    """y = ⌊a / b⌋; integers stay integers."""

    tf_kernel = "math.floordiv"
    differentiable = False

    @staticmethod
    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        # np.floor_divide(1.0, 0.1) is 9, but every target computes ⌊1.0 / 0.1⌋ = 10
        return np.floor(a / b) if a.dtype.kind not in "iu" else np.floor_divide(a, b)

    def decompose(self, a: Any, b: Any) -> Any:
        if is_float(dtype_of(a) or "float32"):
            return floor(divide(a, b))
        # float64 holds the quotient of two 32-bit integers exactly enough for its floor
        return cast(floor(divide(cast(a, "float64"), cast(b, "float64"))), dtype_of(a) or "int32")


class Mod(Binary):
    """y = a - ⌊a / b⌋ · b: the remainder has the sign of b."""

    kernel = np.mod
    tf_kernel = "math.floormod"

    def __call__(self, x1: Any, x2: Any) -> Any:
        return super().__call__(*map(counted, promote(x1, x2)))

    def decompose(self, a: Any, b: Any) -> Any:
        return subtract(a, multiply(FloorDivide()(a, b), b))


floor_divide = FloorDivide()
mod = Mod()


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


floor = Floor()
ceil = Ceil()


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


def fmod(x1: Any, x2: Any) -> Any:
    """The remainder of x1 / x2 with the sign of x1."""
    a, b = promote(x1, x2)
    a, b = counted(a), counted(b)
    return multiply(sign(a), mod(absolute(a), absolute(b)))


__all__ = [
    "Ceil",
    "Floor",
    "FloorDivide",
    "Mod",
    "Round",
    "ceil",
    "floor",
    "floor_divide",
    "fmod",
    "mod",
    "round",
    "trunc",
]
