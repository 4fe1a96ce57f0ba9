"""The coefficient of determination."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..losses.reduction import aligned_pair, check_broadcast, count
from ..ops.promotion import dtype_of
from ..registry import metrics
from .metric import Metric

AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


def check_batch_of_vectors(name: str, y_true: Any, y_pred: Any) -> int:
    """The number of outputs of targets and predictions (batch, outputs); UsageError for other shapes and an unknown number."""
    shapes = tuple(y_true.shape), tuple(y_pred.shape)
    if any(len(shape) != 2 or shape[1] is None for shape in shapes):
        raise UsageError(
            f"{name}: expected targets and predictions of shape (batch, outputs). "
            f"Received: y_true.shape={shapes[0]}, y_pred.shape={shapes[1]}"
        )
    check_broadcast(name, y_true=y_true, y_pred=y_pred)
    return int(shapes[1][1])


@metrics("r2_score")
class R2Score(Metric):
    """1 - Σ w · (y_true - y_pred)² / Σ w · (y_true - mean)² of each output, 0 where the targets don't vary.

    class_aggregation: "uniform_average", "variance_weighted_average" or None (one number for each output);
    num_regressors p > 0: 1 - (1 - R²) · (n - 1) / (n - p - 1) instead, n being the number of all targets, if that is above p + 1.
    y_true, y_pred: (batch, outputs), sample_weight: () or (batch,). Other shapes and values are a UsageError.
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if class_aggregation not in AGGREGATIONS:
            choices = ", ".join(map(repr, AGGREGATIONS))
            raise UsageError(f"expected class_aggregation among {choices}. Received: class_aggregation={class_aggregation!r}")
        if num_regressors < 0:
            raise UsageError(f"expected num_regressors ≥ 0. Received: num_regressors={num_regressors}")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), name="num_samples")
        self._built = False

    def _build(self, outputs: int) -> None:
        self.squared_sum = self.add_variable((outputs,), name="squared_sum")
        self.sum = self.add_variable((outputs,), name="sum")
        self.total_mse = self.add_variable((outputs,), name="residual")
        self.count = self.add_variable((outputs,), name="count")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = aligned_pair(y_true, ops.cast(ops.convert_to_tensor(y_pred), self.dtype))
        outputs = check_batch_of_vectors("R2Score", y_true, y_pred)
        if not self._built:
            self._build(outputs)
        weight = ops.cast(ops.convert_to_tensor(1 if sample_weight is None else sample_weight), dtype_of(y_true) or "float32")
        weight = ops.expand_dims(weight, 1) if len(weight.shape) == 1 else weight
        weight = ops.broadcast_to(weight, ops.shape(y_true))
        weighted = ops.multiply(y_true, weight)
        self.sum.assign_add(ops.sum(weighted, 0))
        self.squared_sum.assign_add(ops.sum(ops.multiply(y_true, weighted), 0))
        self.total_mse.assign_add(ops.sum(ops.multiply(ops.square(ops.subtract(y_true, y_pred)), weight), 0))
        self.count.assign_add(ops.sum(weight, 0))
        self.num_samples.assign_add(ops.cast(count(y_true, "float32"), "float32"))

    def result(self) -> Any:
        if not self._built:
            raise UsageError("R2Score: expected a batch (update_state) before the result")
        total = ops.subtract(self.squared_sum, ops.divide(ops.square(self.sum), self.count))
        scores = ops.subtract(1.0, ops.divide(self.total_mse, total))
        scores = ops.where(ops.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.divide(ops.sum(ops.multiply(total, scores)), ops.sum(total))
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, score: Any) -> Any:
        left = ops.subtract(ops.subtract(self.num_samples, float(self.num_regressors)), 1.0)
        if not hasattr(left, "graph") and float(np.asarray(left)) <= 0:
            warnings.warn(
                f"R2Score: expected more than num_regressors + 1 targets. Received: num_regressors={self.num_regressors}, "
                f"targets={int(self.num_samples.numpy())}. The score is not adjusted",
                stacklevel=3,
            )
        rest = ops.multiply(ops.subtract(1.0, score), ops.subtract(self.num_samples, 1.0))
        return ops.where(ops.greater(left, 0.0), ops.subtract(1.0, ops.divide_no_nan(rest, left)), score)
