"""What functions of complex numbers give of real ones."""

from __future__ import annotations

import math
from typing import Any

from .casting import as_float
from .creation import zeros_like
from .elementwise import copy, where
from .logic import equal, less, logical_or

conj = conjugate = real = copy


def imag(x: Any) -> Any:
    """Zeros: numbers are real."""
    return zeros_like(x)


def angle(x: Any) -> Any:
    """The angle in the complex plane: π for negative numbers, else 0."""
    return where(less(as_float(x), 0.0), math.pi, 0.0)


def isreal(x: Any) -> Any:
    """Whether `x` has no imaginary part: it never has."""
    return logical_or(equal(x, x), True)


__all__ = [
    "angle",
    "conj",
    "conjugate",
    "imag",
    "isreal",
    "real",
]
