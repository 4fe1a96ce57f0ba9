"""Losses of margins, for labels -1 and 1. Source: Crammer & Singer 2001, https://jmlr.org/papers/v2/crammer01a.html"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..registry import losses
from .loss import FunctionLoss
from .reduction import as_pair, check_broadcast


def _short_of_margin(y_true: Any, y_pred: Any) -> Any:
    """max(1 - t · p, 0); targets that are all 0 or 1 become -1 and 1."""
    y_true, y_pred = as_pair(y_true, y_pred)
    check_broadcast("hinge", y_true=y_true, y_pred=y_pred)
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    signed = ops.where(binary, ops.subtract(ops.multiply(y_true, 2.0), 1.0), y_true)
    return ops.maximum(ops.subtract(1.0, ops.multiply(signed, y_pred)), 0.0)


@losses()
def hinge(y_true: Any, y_pred: Any) -> Any:
    """mean max(1 - y_true · y_pred, 0). y_true: -1 and 1 (0 and 1 are taken for these), y_pred: (..., n) → (...)"""
    return ops.mean(_short_of_margin(y_true, y_pred), -1)


@losses()
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """mean max(1 - y_true · y_pred, 0)². y_true: -1 and 1 (0 and 1 are taken for these), y_pred: (..., n) → (...)"""
    return ops.mean(ops.square(_short_of_margin(y_true, y_pred)), -1)


@losses()
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(neg - pos + 1, 0) with pos = Σ t · p and neg = max (1 - t) · p. y_true t: one-hot, y_pred p: (..., C) → (...)"""
    y_true, y_pred = as_pair(y_true, y_pred)
    check_broadcast("categorical_hinge", y_true=y_true, y_pred=y_pred)
    positive = ops.sum(ops.multiply(y_true, y_pred), -1)
    negative = ops.max(ops.multiply(ops.subtract(1.0, y_true), y_pred), -1)
    return ops.maximum(ops.add(ops.subtract(negative, positive), 1.0), 0.0)


@losses()
class Hinge(FunctionLoss):
    """mean max(1 - y_true · y_pred, 0)"""

    function = hinge

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None):
        super().__init__(name, reduction, dtype)


@losses()
class SquaredHinge(FunctionLoss):
    """mean max(1 - y_true · y_pred, 0)²"""

    function = squared_hinge

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None):
        super().__init__(name, reduction, dtype)


@losses()
class CategoricalHinge(FunctionLoss):
    """max(neg - pos + 1, 0) of one-hot targets"""

    function = categorical_hinge

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "categorical_hinge", dtype: Any = None):
        super().__init__(name, reduction, dtype)
