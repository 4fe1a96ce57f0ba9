"""Sums and means of values, and of what a function of targets and predictions gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..configurable import serialize
from ..losses.loss import function_of
from ..losses.reduction import align_ranks, check_broadcast, masked_weights
from ..ops.attached import mask_of
from ..registry import metrics
from .metric import Metric, reading


def samplewise(values: Any, sample_weight: Any, reduce: Callable[..., Any], dtype: str) -> tuple[Any, Any]:
    """One weighted value for each sample, and its weight. values: (batch, ...), sample_weight: (), (batch,) or (batch, ...).

    The axes that the weights lack are reduced before weighting, the others after it. Weights that don't fit are a UsageError.
    """
    mask = mask_of(values)
    values = ops.cast(ops.convert_to_tensor(values), dtype)
    if sample_weight is not None:
        sample_weight = ops.cast(ops.convert_to_tensor(sample_weight), dtype)
        sample_weight = masked_weights(sample_weight, mask, dtype, "sum")
        values, sample_weight = align_ranks(values, sample_weight)
        rank = len(sample_weight.shape)
        if len(values.shape) > rank:
            values = reduce(values, axis=range(rank, len(values.shape)))
        check_broadcast("sample_weight", values=values, sample_weight=sample_weight)
        if tuple(sample_weight.shape) != tuple(values.shape):
            sample_weight = ops.broadcast_to(sample_weight, ops.shape(values))
        values = ops.multiply(values, sample_weight)
        if rank > 1:
            sample_weight = reduce(sample_weight, axis=range(1, rank))
    if len(values.shape) > 1:
        values = reduce(values, axis=range(1, len(values.shape)))
    return values, sample_weight


@metrics("sum")
class Sum(Metric):
    """Σ values · weights"""

    def __init__(self, name: str | None = "sum", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = self.add_variable((), dtype=self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values, _ = samplewise(values, sample_weight, ops.sum, self.dtype)
        self.total.assign_add(ops.sum(values))

    def result(self) -> Any:
        return reading(self.total)


@metrics("mean")
class Mean(Metric):
    """Σ values · weights / Σ weights over all samples; 0 before the first."""

    def __init__(self, name: str | None = "mean", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = self.add_variable((), dtype=self.dtype, name="total")
        self.count = self.add_variable((), dtype=self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values, sample_weight = samplewise(values, sample_weight, ops.mean, self.dtype)
        self.total.assign_add(ops.sum(values))
        if sample_weight is not None:
            number = ops.sum(sample_weight)
        else:
            number = ops.shape(values)[0] if len(values.shape) else 1
        self.count.assign_add(ops.cast(number, self.dtype))

    def result(self) -> Any:
        return ops.divide_no_nan(self.total, self.count)


@metrics("mean_metric_wrapper")
class MeanMetricWrapper(Mean):
    """The mean of what `fn(y_true, y_pred, **kwargs)` gives. A mask of `y_pred` leaves elements out.

    The metrics made from functions are subclasses, whose own arguments go to the function.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any):
        super().__init__(name, dtype)
        self.fn = fn
        self._options = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        values = self.fn(y_true, y_pred, **self._options)
        super().update_state(values, masked_weights(sample_weight, mask_of(y_pred), self.dtype, "sum"))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return config | serialize(self._options) if "fn" in config else config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config | {"fn": function_of(config["fn"])} if "fn" in config else config)
