"""Means of precision and recall."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import UsageError
from ..losses.regression import EPSILON
from ..registry import metrics
from .metric import Metric
from .r2_score import check_batch_of_vectors

AVERAGES = (None, "micro", "macro", "weighted")


@metrics("f_beta_score", "fbeta_score")
class FBetaScore(Metric):
    """(1 + beta²) · precision · recall / (beta² · precision + recall) of each class.

    average: None (one number for each class), "micro" (all classes counted together), "macro" (the mean over classes) or
    "weighted" (by how often they occur). threshold: above it a class is predicted; None: the most probable one is.
    y_true, y_pred: (batch, classes), 0 and 1 and probabilities, sample_weight: (batch,). Others are a UsageError.
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if average not in AVERAGES:
            raise UsageError(f"expected average among {', '.join(map(repr, AVERAGES))}. Received: average={average!r}")
        if not isinstance(beta, float) or beta <= 0:
            raise UsageError(f"expected a float beta > 0. Received: beta={beta!r}")
        if threshold is not None and (not isinstance(threshold, float) or not 0 < threshold <= 1):
            raise UsageError(f"expected a float threshold, 0 < threshold ≤ 1. Received: threshold={threshold!r}")
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _build(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        self.true_positives = self.add_variable(shape, dtype=self.dtype, name="true_positives")
        self.false_positives = self.add_variable(shape, dtype=self.dtype, name="false_positives")
        self.false_negatives = self.add_variable(shape, dtype=self.dtype, name="false_negatives")
        self.intermediate_weights = self.add_variable(shape, dtype=self.dtype, name="intermediate_weights")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = (ops.cast(ops.convert_to_tensor(y), self.dtype) for y in (y_true, y_pred))
        classes = check_batch_of_vectors("FBetaScore", y_true, y_pred)
        if not self._built:
            self._build(classes)
        if self.threshold is None:
            best = ops.greater_equal(y_pred, ops.max(y_pred, -1, keepdims=True))
            chosen = ops.logical_and(best, ops.greater(ops.absolute(y_pred), 1e-9))
        else:
            chosen = ops.greater(y_pred, self.threshold)
        y_pred = ops.cast(chosen, self.dtype)
        weight = None if sample_weight is None else ops.cast(ops.convert_to_tensor(sample_weight), self.dtype)

        def total(x: Any) -> Any:
            x = x if weight is None else ops.multiply(x, ops.expand_dims(weight, 1))
            return ops.sum(x, None if self.average == "micro" else 0)

        self.true_positives.assign_add(total(ops.multiply(y_pred, y_true)))
        self.false_positives.assign_add(total(ops.multiply(y_pred, ops.subtract(1.0, y_true))))
        self.false_negatives.assign_add(total(ops.multiply(ops.subtract(1.0, y_pred), y_true)))
        self.intermediate_weights.assign_add(total(y_true))

    def result(self) -> Any:
        if not self._built:
            raise UsageError(f"{type(self).__name__}: expected a batch (update_state) before the result")
        right = self.true_positives
        precision = ops.divide(right, ops.add(ops.add(right, self.false_positives), EPSILON))
        recall = ops.divide(right, ops.add(ops.add(right, self.false_negatives), EPSILON))
        sum_of_both = ops.add(ops.add(ops.multiply(precision, self.beta**2), recall), EPSILON)
        score = ops.multiply(ops.divide(ops.multiply(precision, recall), sum_of_both), 1 + self.beta**2)
        if self.average == "weighted":
            weights = self.intermediate_weights
            return ops.sum(ops.multiply(score, ops.divide(weights, ops.add(ops.sum(weights), EPSILON))))
        return score if self.average is None else ops.mean(score)


@metrics("f1_score")
class F1Score(FBetaScore):
    """2 · precision · recall / (precision + recall) of each class, as FBetaScore."""

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average, 1.0, threshold, name, dtype)
