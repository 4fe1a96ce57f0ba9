"""How often the right class is among the k most probable. Functions: → 1.0 or 0.0 for each prediction, float32."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..losses.reduction import check_broadcast
from ..registry import metric_functions, metrics
from .reduction import MeanMetricWrapper


def _in_top_k(name: str, classes: Any, y_pred: Any, k: int) -> Any:
    """classes: (...), y_pred: (..., C) → (...). Equal predictions count as one place; what is no class is in no place."""
    check_broadcast(name, y_true=ops.expand_dims(classes, -1), y_pred=y_pred)
    known = ops.clip(classes, 0, ops.subtract(ops.shape(y_pred)[-1], 1))
    own = ops.take_along_axis(y_pred, ops.expand_dims(known, -1), -1)
    better = ops.sum(ops.greater(y_pred, own), -1)
    return ops.cast(ops.logical_and(ops.less(better, k), ops.equal(known, classes)), "float32")


@metric_functions()
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Whether the greatest of y_true is among the `k` greatest of y_pred: (..., C) → (...)"""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    return _in_top_k("top_k_categorical_accuracy", ops.argmax(y_true, -1), y_pred, k)


@metric_functions()
def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> Any:
    """Whether the class that y_true names is among the `k` greatest of y_pred; with `from_sorted_ids` y_pred has the numbers of
    classes, the best first. y_true: (...), y_pred: (..., C) → (...)"""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if not from_sorted_ids:
        return _in_top_k("sparse_top_k_categorical_accuracy", ops.cast(y_true, "int32"), y_pred, k)
    check_broadcast("sparse_top_k_categorical_accuracy", y_true=ops.expand_dims(y_true, -1), y_pred=y_pred)
    best = ops.getitem(y_pred, (..., slice(None, k)))
    return ops.cast(ops.any(ops.equal(ops.expand_dims(y_true, -1), best), -1), "float32")


@metrics("top_k_categorical_accuracy")
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right class is among the k most probable; targets one-hot."""

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


@metrics("sparse_top_k_categorical_accuracy")
class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right class is among the k most probable; targets are numbers of classes."""

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ):
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
        self.k = k
        self.from_sorted_ids = from_sorted_ids
