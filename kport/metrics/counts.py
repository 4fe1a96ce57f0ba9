"""True and false positives and negatives, precision and recall.

thresholds: a number or several from 0 to 1, above which a prediction is positive; 0.5 by default. With several the result has one
number for each.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .. import ops
from ..registry import metrics
from . import confusion
from .metric import Metric, reading


class _Counts(Metric):
    """Has a variable for each of `counts`, which are counted at `thresholds`."""

    counts: ClassVar[tuple[str, ...]]

    def __init__(self, thresholds: Any, default: float, name: str | None, dtype: Any):
        super().__init__(dtype, name)
        self._given_thresholds = thresholds
        self.thresholds = confusion.thresholds_of(thresholds, default)
        self._evenly = confusion.are_even(self.thresholds)
        self._counted = {count: self.add_variable((len(self.thresholds),), name=count) for count in self.counts}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"thresholds": self._given_thresholds}

    def _of_one(self, x: Any) -> Any:
        """The number alone, where there is one threshold."""
        return ops.getitem(x, 0) if len(self.thresholds) == 1 else x


class _Count(_Counts):
    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None):
        super().__init__(thresholds, 0.5, name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        confusion.update(self._counted, y_true, y_pred, self.thresholds, evenly=self._evenly, sample_weight=sample_weight)

    def result(self) -> Any:
        return self._of_one(reading(*self._counted.values()))


@metrics("true_positives")
class TruePositives(_Count):
    """How many positives were found (the sum of their weights)."""

    counts = ("true_positives",)


@metrics("false_positives")
class FalsePositives(_Count):
    """How many negatives were taken for positives (the sum of their weights)."""

    counts = ("false_positives",)


@metrics("true_negatives")
class TrueNegatives(_Count):
    """How many negatives were left alone (the sum of their weights)."""

    counts = ("true_negatives",)


@metrics("false_negatives")
class FalseNegatives(_Count):
    """How many positives were missed (the sum of their weights)."""

    counts = ("false_negatives",)


class _Ratio(_Counts):
    """The first of two counts, divided by the sum of both; 0 if that is 0.

    top_k: only the k greatest predictions of a sample can be positive; class_id: only this class counts.
    """

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(thresholds, 0.5 if top_k is None else confusion.LOWEST, name, dtype)
        self.top_k = top_k
        self.class_id = class_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        confusion.update(
            self._counted,
            y_true,
            y_pred,
            self.thresholds,
            evenly=self._evenly,
            sample_weight=sample_weight,
            top_k=self.top_k,
            class_id=self.class_id,
        )

    def result(self) -> Any:
        first, second = self._counted.values()
        return self._of_one(ops.divide_no_nan(first, ops.add(first, second)))


@metrics("precision")
class Precision(_Ratio):
    """TP / (TP + FP): how many of those found are positive."""

    counts = ("true_positives", "false_positives")


@metrics("recall")
class Recall(_Ratio):
    """TP / (TP + FN): how many of the positives are found."""

    counts = ("true_positives", "false_negatives")
