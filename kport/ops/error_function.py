"""The error function, what it leaves of 1, and its inverse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from .bounds import clip
from .casting import as_float
from .elementwise import FloatUnary, absolute, add, divide, log, maximum, multiply, negative, sqrt, square, subtract, where
from .logic import equal, less

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


erf = Erf()


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
    "Erf",
    "erf",
    "erfc",
    "erfinv",
]
