"""The area under a curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..losses.regression import EPSILON
from ..registry import metrics
from . import confusion
from .metric import Metric

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "minoring", "majoring")
_HEIGHTS: dict[str, Callable[[Any, Any], Any]] = {
    "interpolation": lambda a, b: ops.divide(ops.add(a, b), 2.0),
    "minoring": ops.minimum,
    "majoring": ops.maximum,
}


def _choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """The one of `choices` that is meant, in whatever case; another is a UsageError."""
    value = getattr(value, "value", value)  # Keras's enumeration
    for choice in choices:
        if isinstance(value, str) and value.lower() == choice.lower():
            return choice
    raise UsageError(f"AUC: expected {name} among {', '.join(choices)}. Received: {name}={value!r}")


def _steps(x: Any) -> tuple[Any, Any]:
    """Each but the last, and each but the first."""
    return ops.getitem(x, slice(None, -1)), ops.getitem(x, slice(1, None))


@metrics("auc")
class AUC(Metric):
    """The area under a curve of rates at thresholds from 0 to 1, summed up between them.

    curve: "ROC" (recall over false positive rate), "PR" (precision over recall) or "PRGAIN" (precision gain over recall gain:
    Flach & Kull 2015, "Precision-recall-gain curves").
    summation_method: "interpolation" (trapezoids; for PR as Davis & Goadrich 2006, "The relationship between precision-recall
    and ROC curves", interpolate), "minoring" or "majoring" (the lower or the higher end of each step).
    thresholds: instead of num_thresholds even ones, those within 0 to 1; 0 and 1 are added.
    multi_label: the mean of the areas of all labels, y_pred being (batch, labels), weighted by label_weights; num_labels: how
    many, if variables are to be made before the first batch. Else label_weights (labels,) weigh the predictions.
    from_logits: y_pred are logits. Values that don't go together are a UsageError.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ):
        super().__init__(dtype, name)
        if thresholds is None and num_thresholds <= 1:
            raise UsageError(f"AUC: expected num_thresholds > 1. Received: num_thresholds={num_thresholds}")
        if num_labels and not multi_label:
            raise UsageError(f"AUC: expected num_labels only with multi_label=True. Received: num_labels={num_labels}")
        self._given = None if thresholds is None else sorted(confusion.thresholds_of(list(thresholds), 0.5))
        even = confusion.even_thresholds(num_thresholds) if self._given is None else [0.0, *self._given, 1.0]
        self._evenly = self._given is None or confusion.are_even(even)
        self._thresholds = np.asarray([-EPSILON, *even[1:-1], 1.0 + EPSILON])
        self.num_thresholds = len(even)
        self.curve = _choice("curve", curve, CURVES)
        self.summation_method = _choice("summation_method", summation_method, SUMMATIONS)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else np.asarray(label_weights, self.dtype)
        self.from_logits = from_logits
        self._built = False
        if not multi_label or num_labels:
            self._build((num_labels,) if multi_label else ())

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, the first a little below 0 and the last a little above 1."""
        return list(self._thresholds)

    def _build(self, labels: tuple[Any, ...]) -> None:
        self._counted = {c: self.add_variable((self.num_thresholds, *labels), name=c) for c in confusion.COUNTS}
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = ops.convert_to_tensor(y_pred)
        if not self._built:
            if len(y_pred.shape) != 2:
                raise UsageError(
                    f"AUC: expected y_pred: (batch, labels) because of multi_label. Received: y_pred.shape={tuple(y_pred.shape)}"
                )
            self._build((y_pred.shape[1],))
        confusion.update(
            self._counted,
            y_true,
            ops.sigmoid(y_pred) if self.from_logits else y_pred,
            self._thresholds.tolist(),
            evenly=self._evenly,
            sample_weight=sample_weight,
            by_label=self.multi_label,
            label_weights=self.label_weights,
        )

    def result(self) -> Any:
        if not self._built:
            raise UsageError("AUC: expected a batch (update_state) before the result")
        tp, fp, tn, fn = (self._counted[name] for name in confusion.COUNTS)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._total(_interpolated_precision(tp, fp, fn))
        recall = ops.divide_no_nan(tp, ops.add(tp, fn))
        if self.curve == "ROC":
            x, y = ops.divide_no_nan(fp, ops.add(fp, tn)), recall
        elif self.curve == "PR":
            x, y = recall, ops.divide_no_nan(tp, ops.add(tp, fp))
        else:
            x, y = _gains(tp, fp, tn, fn)
        width = ops.subtract(*_steps(x))
        return self._total(ops.multiply(width, _HEIGHTS[self.summation_method](*_steps(y))))

    def _total(self, parts: Any) -> Any:
        if not self.multi_label:
            return ops.sum(parts)
        areas = ops.sum(parts, 0)
        if self.label_weights is None:
            return ops.mean(areas)
        return ops.divide_no_nan(ops.sum(ops.multiply(areas, self.label_weights)), ops.sum(self.label_weights))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"thresholds": self._given}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        weights = config.get("label_weights")
        if isinstance(weights, dict):  # Keras writes them as a tensor
            config = config | {"label_weights": weights["config"]["value"]}
        return cls(**config)


def _interpolated_precision(tp: Any, fp: Any, fn: Any) -> Any:
    """The area under precision over recall between two thresholds, TP and FP changing in proportion.

    With P = TP + FP, slope s = dTP / dP and intercept b = TP - s · P the precision is s + b / P, whose integral over TP is
    s · (dTP + b · ln(P' / P)); divided by TP + FN.
    """
    found = ops.add(tp, fp)
    (tp_before, tp_after), (before, after) = _steps(tp), _steps(found)
    gained = ops.subtract(tp_before, tp_after)
    slope = ops.divide_no_nan(gained, ops.maximum(ops.subtract(before, after), 0.0))
    intercept = ops.subtract(tp_after, ops.multiply(slope, after))
    both = ops.logical_and(ops.greater(before, 0.0), ops.greater(after, 0.0))
    ratio = ops.where(both, ops.divide_no_nan(before, ops.maximum(after, 0.0)), 1.0)
    area = ops.multiply(slope, ops.add(gained, ops.multiply(intercept, ops.log(ratio))))
    return ops.divide_no_nan(area, ops.maximum(ops.add(tp_after, ops.getitem(fn, slice(1, None))), 0.0))


def _gains(tp: Any, fp: Any, tn: Any, fn: Any) -> tuple[Any, Any]:
    """Recall gain and precision gain: 1 - r · FN / TP (not below 0) and 1 - r · FP / TP, r = positives / negatives."""
    odds = ops.divide_no_nan(ops.add(tp, fn), ops.add(tn, fp))
    none = ops.equal(tp, 0.0)

    def gain(wrong: Any, otherwise: float) -> Any:
        return ops.where(none, otherwise, ops.subtract(1.0, ops.multiply(odds, ops.divide_no_nan(wrong, tp))))

    return ops.maximum(gain(fn, 0.0), 0.0), gain(fp, 1.0)
