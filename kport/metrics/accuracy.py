"""How often predictions are right.

Functions: y_true, y_pred: (batch, ..., n) → 1.0 where the prediction is right, 0.0 elsewhere, float32.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..losses.reduction import align_ranks, aligned_pair, check_broadcast
from ..ops.promotion import dtype_of
from ..registry import metric_functions, metrics
from .reduction import MeanMetricWrapper


def _matches(name: str, y_true: Any, y_pred: Any) -> Any:
    check_broadcast(name, y_true=y_true, y_pred=y_pred)
    return ops.cast(ops.equal(y_true, y_pred), "float32")


@metric_functions()
def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether y_pred is y_true: (..., n) → (..., n)"""
    return _matches("accuracy", *aligned_pair(y_true, y_pred))


@metric_functions()
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """Whether y_pred > threshold says what y_true, 0 or 1, does: (..., n) → (..., n)"""
    y_true, y_pred = align_ranks(ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred))
    return _matches("binary_accuracy", y_true, ops.cast(ops.greater(y_pred, threshold), dtype_of(y_true) or "float32"))


@metric_functions()
def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the greatest of y_pred is where the greatest of y_true is: (..., C) → (...)"""
    y_true, y_pred = (ops.argmax(ops.convert_to_tensor(y), -1) for y in (y_true, y_pred))
    return _matches("categorical_accuracy", *align_ranks(y_true, y_pred, expand_rank_1=False))


@metric_functions()
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the greatest of y_pred is at the place that y_true names. y_true: (...) or (..., 1), y_pred: (..., C) → (...)"""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    matches = _matches("sparse_categorical_accuracy", y_true, ops.argmax(y_pred, -1))
    return ops.squeeze(matches, -1) if len(matches.shape) > 1 and matches.shape[-1] == 1 else matches


@metrics("accuracy")
class Accuracy(MeanMetricWrapper):
    """How often y_pred equals y_true."""

    def __init__(self, name: str | None = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name, dtype)


@metrics("binary_accuracy")
class BinaryAccuracy(MeanMetricWrapper):
    """How often y_pred > threshold says what y_true, 0 or 1, does."""

    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


@metrics("categorical_accuracy")
class CategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is the right one; targets one-hot."""

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name, dtype)


@metrics("sparse_categorical_accuracy")
class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is the right one; targets are numbers of classes."""

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name, dtype)
