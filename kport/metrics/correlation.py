"""How predictions and targets go together. Functions: y_true, y_pred: (..., n, ...) → without `axis`."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..losses.reduction import aligned_pair, check_broadcast
from ..losses.regression import EPSILON
from ..registry import metric_functions, metrics
from .reduction import MeanMetricWrapper


@metric_functions()
def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """mean of (t - mean t) / std t · (p - mean p) / std p along `axis`; from -1 to 1."""
    y_true, y_pred = aligned_pair(y_true, y_pred)
    check_broadcast("pearson_correlation", y_true=y_true, y_pred=y_pred)

    def standardized(x: Any) -> Any:
        x = ops.subtract(x, ops.mean(x, axis, keepdims=True))
        return ops.divide(x, ops.std(x, axis, keepdims=True))

    return ops.mean(ops.multiply(standardized(y_true), standardized(y_pred)), axis)


@metric_functions()
def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """mean of 2 · (t - mean p) · (p - mean p) / (var t + var p + (mean t - mean p)² + 1e-7) along `axis`.

    Lin 1989 ("A concordance correlation coefficient to evaluate reproducibility") has t - mean t; the mean is the same, because
    Σ (p - mean p) = 0.
    """
    y_true, y_pred = aligned_pair(y_true, y_pred)
    check_broadcast("concordance_correlation", y_true=y_true, y_pred=y_pred)
    mean_true, mean_pred = (ops.mean(y, axis, keepdims=True) for y in (y_true, y_pred))
    variances = ops.add(*(ops.var(y, axis, keepdims=True) for y in (y_true, y_pred)))
    spread = ops.add(ops.add(variances, ops.square(ops.subtract(mean_true, mean_pred))), EPSILON)
    together = ops.multiply(ops.subtract(y_true, mean_pred), ops.subtract(y_pred, mean_pred))
    return ops.mean(ops.divide(ops.multiply(together, 2.0), spread), axis)


@metrics("pearson_correlation")
class PearsonCorrelation(MeanMetricWrapper):
    """Pearson's correlation coefficient along `axis`, its mean."""

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


@metrics("concordance_correlation")
class ConcordanceCorrelation(MeanMetricWrapper):
    """Lin's concordance correlation coefficient along `axis`, its mean."""

    def __init__(self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = axis
