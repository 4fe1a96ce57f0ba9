"""The best of one rate where another is at least so much, over thresholds from 0 to 1.

Each takes the rate that is asked for (from 0 to 1), how many thresholds are tried, and class_id, the only class that counts.
Other values are a UsageError.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import UsageError
from ..registry import metrics
from . import confusion
from .metric import Metric

_RATES = {
    "sensitivity": ("true_positives", "false_negatives"),
    "specificity": ("true_negatives", "false_positives"),
    "recall": ("true_positives", "false_negatives"),
    "precision": ("true_positives", "false_positives"),
}
"""The first count of each, divided by the sum of both."""


class _TradeOff(Metric):
    """The greatest `wanted` where `constraint` is at least `value`; 0 where it is that nowhere."""

    def __init__(
        self, wanted: str, constraint: str, value: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any
    ):
        super().__init__(dtype, name)
        if not 0 <= value <= 1:
            raise UsageError(f"{type(self).__name__}: expected {constraint} from 0 to 1. Received: {constraint}={value}")
        if num_thresholds <= 0:
            raise UsageError(f"{type(self).__name__}: expected num_thresholds > 0. Received: num_thresholds={num_thresholds}")
        self._wanted, self._constraint = wanted, constraint
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self.thresholds = [0.5] if num_thresholds == 1 else confusion.even_thresholds(num_thresholds)
        self._counted = {count: self.add_variable((len(self.thresholds),), name=count) for count in confusion.COUNTS}

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        confusion.update(
            self._counted,
            y_true,
            y_pred,
            self.thresholds,
            evenly=self.num_thresholds > 1,
            sample_weight=sample_weight,
            class_id=self.class_id,
        )

    def _rate(self, name: str) -> Any:
        first, second = (self._counted[count] for count in _RATES[name])
        return ops.divide_no_nan(first, ops.add(first, second))

    def result(self) -> Any:
        feasible = ops.greater_equal(self._rate(self._constraint), self.value)
        return ops.max(ops.where(feasible, self._rate(self._wanted), 0.0))


@metrics("sensitivity_at_specificity")
class SensitivityAtSpecificity(_TradeOff):
    """The best TP / (TP + FN) where TN / (TN + FP) ≥ specificity."""

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("sensitivity", "specificity", specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity


@metrics("specificity_at_sensitivity")
class SpecificityAtSensitivity(_TradeOff):
    """The best TN / (TN + FP) where TP / (TP + FN) ≥ sensitivity."""

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("specificity", "sensitivity", sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity


@metrics("precision_at_recall")
class PrecisionAtRecall(_TradeOff):
    """The best TP / (TP + FP) where TP / (TP + FN) ≥ recall."""

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("precision", "recall", recall, num_thresholds, class_id, name, dtype)
        self.recall = recall


@metrics("recall_at_precision")
class RecallAtPrecision(_TradeOff):
    """The best TP / (TP + FN) where TP / (TP + FP) ≥ precision."""

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("recall", "precision", precision, num_thresholds, class_id, name, dtype)
        self.precision = precision
