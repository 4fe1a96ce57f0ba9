"""Constraints on the length of weight vectors."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..registry import constraints
from .constraint import Constraint

EPSILON = 1e-7


def length(w: Any, axis: Any) -> Any:
    """√Σ w² along `axis` (a number or several), which stays with size 1."""
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


@constraints("max_norm", "maxnorm")
class MaxNorm(Constraint):
    """Vectors along `axis` that are longer than `max_value` get that length. Source: Srivastava et al. 2014, section 5.1"""

    def __init__(self, max_value: float = 2, axis: Any = 0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norm = length(w, self.axis)
        return ops.multiply(w, ops.divide(ops.clip(norm, 0.0, float(self.max_value)), ops.add(norm, EPSILON)))


@constraints("min_max_norm")
class MinMaxNorm(Constraint):
    """The length of vectors along `axis` moves, by the fraction `rate` of the way, into [min_value, max_value]."""

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norm = length(w, self.axis)
        inside = ops.clip(norm, float(self.min_value), float(self.max_value))
        wanted = ops.add(ops.multiply(inside, float(self.rate)), ops.multiply(norm, 1.0 - self.rate))
        return ops.multiply(w, ops.divide(wanted, ops.add(norm, EPSILON)))


@constraints("unit_norm", "unitnorm")
class UnitNorm(Constraint):
    """Vectors along `axis` get the length 1."""

    def __init__(self, axis: Any = 0):
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        return ops.divide(w, ops.add(length(w, self.axis), EPSILON))
