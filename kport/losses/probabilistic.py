"""Losses of distributions other than cross-entropies."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import UsageError
from ..ops.promotion import dtype_of
from ..registry import losses
from .loss import FunctionLoss
from .reduction import as_pair, check_broadcast
from .regression import EPSILON


@losses("kld", "KLD", "kullback_leibler_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """Σ t · ln(t / p) along the last axis, both cut off at 1e-7 and 1. y_true, y_pred: (..., n) → (...)

    Source: Kullback & Leibler 1951, "On information and sufficiency".
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    check_broadcast("kl_divergence", y_true=y_true, y_pred=y_pred)
    y_true, y_pred = (ops.clip(y, EPSILON, 1.0) for y in (y_true, y_pred))
    return ops.sum(ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred))), -1)


@losses()
def poisson(y_true: Any, y_pred: Any) -> Any:
    """mean (y_pred - y_true · ln(y_pred + 1e-7)): counts y_true, expected to be y_pred. (..., n) → (...)"""
    y_true, y_pred = as_pair(y_true, y_pred)
    check_broadcast("poisson", y_true=y_true, y_pred=y_pred)
    return ops.mean(ops.subtract(y_pred, ops.multiply(y_true, ops.log(ops.add(y_pred, EPSILON)))), -1)


@losses()
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """(1 - p^q) / q of the class that the target names; between the mean absolute error (q = 1) and cross-entropy (q → 0).

    y_true: (...) numbers of classes, y_pred: (..., C) probabilities → (...).
    Source: Zhang & Sabuncu 2018, https://arxiv.org/abs/1805.07836
    """
    y_pred = ops.convert_to_tensor(y_pred)
    classes = ops.one_hot(ops.cast(ops.convert_to_tensor(y_true), "int32"), y_pred.shape[-1])
    check_broadcast("categorical_generalized_cross_entropy", one_hot=classes, y_pred=y_pred)
    p = ops.sum(ops.multiply(y_pred, ops.cast(classes, dtype_of(y_pred) or "float32")), -1)
    return ops.divide(ops.subtract(1.0, ops.power(p, q)), q)


@losses()
class KLDivergence(FunctionLoss):
    """Σ y_true · ln(y_true / y_pred)"""

    function = kl_divergence

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None):
        super().__init__(name, reduction, dtype)


@losses()
class Poisson(FunctionLoss):
    """mean (y_pred - y_true · ln y_pred)"""

    function = poisson

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None):
        super().__init__(name, reduction, dtype)


@losses()
class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    """(1 - p^q) / q, which bears wrong labels. 0 < q < 1, else a UsageError."""

    function = categorical_generalized_cross_entropy

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        if not 0 < q < 1:
            raise UsageError(f"expected q between 0 and 1 of CategoricalGeneralizedCrossEntropy. Received: q={q}")
        super().__init__(name, reduction, dtype)
        self.q = q
