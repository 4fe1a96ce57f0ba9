"""From the losses of single elements to the one number that training lowers: ranks, masks, weights, reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..errors import ShapeError, UsageError
from ..ops.attached import attach_mask
from ..ops.backend import is_tensorflow, tf
from ..ops.promotion import dtype_of
from ..ops.shapes import broadcast

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)

MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")
"""Those whose value `scale_loss_for_distribution` scales."""


def check_reduction(reduction: str | None) -> str | None:
    """`reduction` itself; a UsageError if there is no such one."""
    if reduction not in REDUCTIONS:
        raise UsageError(f"expected a reduction among {', '.join(map(repr, REDUCTIONS))}. Received: reduction={reduction!r}")
    return reduction


def align_ranks(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Both with the same rank, if their ranks differ by one and the longer shape ends in 1.

    That axis goes, but beside a vector it stays, and the vector gets one too (with `expand_rank_1`).
    """
    longer = len(x1.shape) - len(x2.shape)
    if longer == -1:
        x2, x1 = align_ranks(x2, x1, expand_rank_1)
    elif longer == 1 and x1.shape[-1] == 1:
        if len(x2.shape) == 1 and expand_rank_1:
            x2 = ops.expand_dims(x2, -1)
        else:
            x1 = ops.squeeze(x1, -1)
    return x1, x2


def as_pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Targets and predictions as arrays or tensors, the targets in the predictions' dtype."""
    y_pred = ops.convert_to_tensor(y_pred)
    return ops.cast(ops.convert_to_tensor(y_true), dtype_of(y_pred) or "float32"), y_pred


def aligned_pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """As as_pair, with the same rank."""
    return align_ranks(*as_pair(y_true, y_pred))


def check_broadcast(what: str, **values: Any) -> None:
    """UsageError for values whose shapes, as far as they are known, don't broadcast."""
    try:
        broadcast(*(tuple(value.shape) for value in values.values()))
    except ShapeError:
        shapes = ", ".join(f"{name}.shape={tuple(value.shape)}" for name, value in values.items())
        raise UsageError(f"{what}: expected shapes that fit together. Received: {shapes}") from None


def count(x: Any, dtype: str) -> Any:
    """How many elements there are: a Python number where that is known."""
    number = ops.size(x)
    return number if isinstance(number, int) else ops.cast(number, dtype)


def with_mask(values: Any, mask: Any) -> Any:
    """`values`, which carry the mask to the reduction; arrays of NumPy do so as a view that has an attribute."""
    if isinstance(values, np.ndarray):
        values = values.view(_MaskedArray)
        values._keras_mask = mask
    attach_mask(values, mask)
    return values


class _MaskedArray(np.ndarray):
    _keras_mask: Any = None


def masked_weights(sample_weight: Any, mask: Any, dtype: str, reduction: str | None) -> Any:
    """The weights, with 0 where the mask is False. For a mean over all elements what counts weighs all / valid.

    Σ loss · weight · (all / valid) / all = Σ loss · weight / valid
    """
    if mask is None:
        return sample_weight
    weights = ops.cast(ops.convert_to_tensor(mask), dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        weights = ops.multiply(weights, ops.divide_no_nan(count(weights, dtype), ops.sum(weights)))
    if sample_weight is None:
        return weights
    weights, sample_weight = align_ranks(weights, ops.cast(ops.convert_to_tensor(sample_weight), dtype))
    check_broadcast("sample_weight", mask=weights, sample_weight=sample_weight)
    return ops.multiply(sample_weight, weights)


def reduce_losses(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: str = "float32",
) -> Any:
    """The losses of a batch, weighted, masked and reduced.

    "sum": Σ l · w; "sum_over_batch_size" and "mean": divided by the number of elements (of those that the mask leaves);
    "mean_with_sample_weight": divided by Σ w; None or "none": l · w. An empty sum is 0. Within a distributed training a mean is
    divided by the number of replicas, too, whose gradients are then added up.
    Weights whose shape doesn't fit the losses are a UsageError.
    """
    values = ops.cast(ops.convert_to_tensor(values), dtype)
    if sample_weight is not None:
        sample_weight = ops.cast(ops.convert_to_tensor(sample_weight), dtype)
    weights = masked_weights(sample_weight, mask, dtype, reduction)
    if weights is not None:
        values, weights = align_ranks(values, weights)
        check_broadcast("sample_weight", losses=values, sample_weight=weights)
        values = ops.multiply(values, weights)
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return total
    divisor = ops.sum(weights) if reduction == "mean_with_sample_weight" and weights is not None else count(values, dtype)
    mean = ops.divide(total, divisor) if isinstance(divisor, int) and divisor else ops.divide_no_nan(total, divisor)
    return scale_loss_for_distribution(mean)


def _replicas(value: Any) -> int:
    return int(tf.distribute.get_strategy().num_replicas_in_sync) if is_tensorflow(value) else 1


def scale_loss_for_distribution(value: Any) -> Any:
    """`value` divided by the number of replicas that train together."""
    replicas = _replicas(value)
    return value if replicas == 1 else ops.multiply(value, 1.0 / replicas)


def unscale_loss_for_distribution(value: Any) -> Any:
    """`value` multiplied by the number of replicas that train together."""
    replicas = _replicas(value)
    return value if replicas == 1 else ops.multiply(value, float(replicas))
