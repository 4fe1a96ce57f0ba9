"""Losses of overlap, for segmentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops
from ..registry import losses
from .loss import FunctionLoss
from .reduction import as_pair, check_broadcast
from .regression import EPSILON

Axis = int | Sequence[int] | None


@losses()
def dice(y_true: Any, y_pred: Any, axis: Axis = None) -> Any:
    """1 - 2 · Σ t · p / (Σ t + Σ p + 1e-7) along `axis` (all axes by default). Source: Milletari et al. 2016,
    https://arxiv.org/abs/1606.04797"""
    y_true, y_pred = as_pair(y_true, y_pred)
    check_broadcast("dice", y_true=y_true, y_pred=y_pred)
    both = ops.sum(ops.multiply(y_true, y_pred), axis)
    total = ops.add(ops.add(ops.sum(y_true, axis), ops.sum(y_pred, axis)), EPSILON)
    return ops.subtract(1.0, ops.divide(ops.multiply(both, 2.0), total))


@losses()
def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axis = None) -> Any:
    """1 - m / (m + alpha · Σ t · (1 - p) + beta · Σ (1 - t) · p + 1e-7) along `axis` (all axes by default), m = Σ t · p.

    alpha weighs what is missed, beta what is wrongly found. Source: Salehi et al. 2017, https://arxiv.org/abs/1706.05721
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    check_broadcast("tversky", y_true=y_true, y_pred=y_pred)
    both = ops.sum(ops.multiply(y_true, y_pred), axis)
    missed = ops.sum(ops.multiply(ops.subtract(1.0, y_pred), y_true), axis)
    wrong = ops.sum(ops.multiply(y_pred, ops.subtract(1.0, y_true)), axis)
    total = ops.add(ops.add(ops.add(both, ops.multiply(missed, alpha)), ops.multiply(wrong, beta)), EPSILON)
    return ops.subtract(1.0, ops.divide(both, total))


@losses()
class Dice(FunctionLoss):
    """1 - the Sørensen-Dice coefficient"""

    function = dice

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Axis = None,
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.axis = axis


@losses()
class Tversky(FunctionLoss):
    """1 - the Tversky index"""

    function = tversky

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Axis = None,
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.alpha = alpha
        self.beta = beta
        self.axis = axis
