"""Losses of numbers: how far predictions are from targets.

All functions: y_true, y_pred: (..., n) → (...), the mean over the last axis. Shapes that don't fit together are a UsageError.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import ops
from ..registry import losses
from .loss import FunctionLoss
from .reduction import aligned_pair, check_broadcast

EPSILON = 1e-7
"""Keras's, against divisions by 0 and logarithms of it."""


def _mean_of(y_true: Any, y_pred: Any, function: Callable[[Any, Any], Any]) -> Any:
    y_true, y_pred = aligned_pair(y_true, y_pred)
    check_broadcast("loss", y_true=y_true, y_pred=y_pred)
    return ops.mean(function(y_true, y_pred), -1)


@losses("mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """mean (y_true - y_pred)²"""
    return _mean_of(y_true, y_pred, lambda t, p: ops.square(ops.subtract(t, p)))


@losses("mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """mean |y_true - y_pred|"""
    return _mean_of(y_true, y_pred, lambda t, p: ops.absolute(ops.subtract(t, p)))


@losses("mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """100 · mean (|y_true - y_pred| / max(|y_true|, 1e-7)), in percent"""

    def relative(t: Any, p: Any) -> Any:
        return ops.absolute(ops.divide(ops.subtract(t, p), ops.maximum(ops.absolute(t), EPSILON)))

    return ops.multiply(_mean_of(y_true, y_pred, relative), 100.0)


@losses("msle", "MSLE")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """mean (ln(1 + y_true) - ln(1 + y_pred))², numbers below 1e-7 being taken for it"""

    def logarithm(x: Any) -> Any:
        return ops.log(ops.add(ops.maximum(x, EPSILON), 1.0))

    return _mean_of(y_true, y_pred, lambda t, p: ops.square(ops.subtract(logarithm(p), logarithm(t))))


@losses()
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """mean of e² / 2 where |e| ≤ delta, of delta · |e| - delta² / 2 elsewhere; e = y_pred - y_true.

    Source: Huber 1964, "Robust estimation of a location parameter".
    """

    def loss(t: Any, p: Any) -> Any:
        error = ops.subtract(p, t)
        size = ops.absolute(error)
        far = ops.subtract(ops.multiply(size, delta), 0.5 * delta**2)
        return ops.where(ops.less_equal(size, delta), ops.multiply(ops.square(error), 0.5), far)

    return _mean_of(y_true, y_pred, loss)


@losses("logcosh")
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """mean ln cosh e = mean (e + ln(1 + e^-2e) - ln 2); e = y_pred - y_true"""

    def loss(t: Any, p: Any) -> Any:
        error = ops.subtract(p, t)
        return ops.subtract(ops.add(error, ops.softplus(ops.multiply(error, -2.0))), math.log(2.0))

    return _mean_of(y_true, y_pred, loss)


@losses("cosine_proximity")
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """-Σ t · p along `axis`, t and p being y_true and y_pred divided by their length: -1 for the same direction, 1 for opposite
    ones, 0 at right angles and for zeros."""
    y_true, y_pred = aligned_pair(y_true, y_pred)
    check_broadcast("cosine_similarity", y_true=y_true, y_pred=y_pred)
    return ops.negative(ops.sum(ops.multiply(ops.normalize(y_true, axis), ops.normalize(y_pred, axis)), axis))


@losses()
class MeanSquaredError(FunctionLoss):
    """mean (y_true - y_pred)²"""

    function = mean_squared_error

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_squared_error", dtype: Any = None):
        super().__init__(name, reduction, dtype)


@losses()
class MeanAbsoluteError(FunctionLoss):
    """mean |y_true - y_pred|"""

    function = mean_absolute_error

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_absolute_error", dtype: Any = None
    ):
        super().__init__(name, reduction, dtype)


@losses()
class MeanAbsolutePercentageError(FunctionLoss):
    """100 · mean (|y_true - y_pred| / |y_true|), in percent"""

    function = mean_absolute_percentage_error

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)


@losses()
class MeanSquaredLogarithmicError(FunctionLoss):
    """mean (ln(1 + y_true) - ln(1 + y_pred))²"""

    function = mean_squared_logarithmic_error

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)


@losses()
class Huber(FunctionLoss):
    """Squares of errors up to `delta`, beyond it their size."""

    function = huber

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.delta = delta


@losses()
class LogCosh(FunctionLoss):
    """mean ln cosh (y_pred - y_true)"""

    function = log_cosh

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None):
        super().__init__(name, reduction, dtype)


@losses()
class CosineSimilarity(FunctionLoss):
    """-cosine of the angle between y_true and y_pred along `axis`."""

    function = cosine_similarity

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.axis = axis
