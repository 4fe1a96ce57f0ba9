"""Penalties on the size of weights."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..registry import regularizers
from .regularizer import Regularizer, penalty_factor


@regularizers("l1")
class L1(Regularizer):
    """l1 · Σ |x|"""

    def __init__(self, l1: float = 0.01):
        self.l1 = penalty_factor(l1, "l1")

    def __call__(self, x: Any) -> Any:
        return ops.multiply(ops.sum(ops.absolute(x)), self.l1)


@regularizers("l2")
class L2(Regularizer):
    """l2 · Σ x²"""

    def __init__(self, l2: float = 0.01):
        self.l2 = penalty_factor(l2, "l2")

    def __call__(self, x: Any) -> Any:
        return ops.multiply(ops.sum(ops.square(x)), self.l2)


@regularizers("l1l2")
class L1L2(Regularizer):
    """l1 · Σ |x| + l2 · Σ x²"""

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        self.l1 = penalty_factor(l1, "l1")
        self.l2 = penalty_factor(l2, "l2")

    def __call__(self, x: Any) -> Any:
        return ops.add(L1(self.l1)(x), L2(self.l2)(x))
