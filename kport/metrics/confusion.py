"""Counting what is rightly and wrongly found, at several thresholds at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..losses.reduction import align_ranks, check_broadcast
from ..ops import Variable
from ..ops.promotion import dtype_of

FLOAT = "float32"
LOWEST = -1e10
"""A threshold that only the predictions outside of the k greatest don't pass."""

COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def thresholds_of(thresholds: Any, default: float) -> list[float]:
    """A list of thresholds from None, a number or several; UsageError for one outside of 0 to 1."""
    if thresholds is None:
        return [default]
    given = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    wrong = [t for t in given if t is None or not 0 <= t <= 1]
    if wrong:
        raise UsageError(f"expected thresholds from 0 to 1. Received: {wrong}")
    return given


def even_thresholds(number: int) -> list[float]:
    """0, 1 / (number - 1), 2 / (number - 1), ..., 1"""
    return [0.0, *((i + 1) * 1.0 / (number - 1) for i in range(number - 2)), 1.0]


def are_even(thresholds: Sequence[float]) -> bool:
    """Whether these are 0, 1 / n, 2 / n, ..., 1."""
    number = len(thresholds)
    return number > 2 and bool(np.allclose(thresholds, np.arange(number, dtype=np.float32) / (number - 1), atol=1e-7))


def update(
    counts: dict[str, Variable],
    y_true: Any,
    y_pred: Any,
    thresholds: Sequence[float],
    *,
    evenly: bool = False,
    sample_weight: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    by_label: bool = False,
    label_weights: Any = None,
) -> None:
    """Adds a batch to the variables in `counts`, by their names in COUNTS; a prediction is positive above the threshold.

    y_true, y_pred: (batch, ...), sample_weight: (), (batch,) or as y_pred. The variables: (thresholds,), or by_label for y_pred:
    (batch, labels) (thresholds, labels). evenly: the thresholds divide 0 to 1 into equal parts, then predictions are counted by
    these. top_k: only the k greatest along the last axis can be positive; class_id: only this place of it counts. label_weights:
    (labels,). Shapes that don't fit are a UsageError.
    """
    y_true, y_pred = (ops.cast(ops.convert_to_tensor(y), FLOAT) for y in (y_true, y_pred))
    y_pred, y_true = align_ranks(y_pred, y_true)
    check_broadcast("counting", y_true=y_true, y_pred=y_pred)
    weight = None
    if sample_weight is not None:
        weight = ops.expand_dims(ops.cast(ops.convert_to_tensor(sample_weight), FLOAT), -1)
        _, weight = align_ranks(y_true, weight, expand_rank_1=False)
    if top_k is not None:
        y_pred = _only_top_k(y_pred, top_k)
    if class_id is not None:
        if len(y_pred.shape) == 1:
            raise UsageError(f"expected predictions (batch, classes) because of class_id. Received: shape={tuple(y_pred.shape)}")
        y_true, y_pred = (ops.getitem(y, (..., slice(class_id, class_id + 1))) for y in (y_true, y_pred))
    if label_weights is not None and not by_label:
        label_weights = ops.expand_dims(label_weights, 0)
        weight = label_weights if weight is None else ops.multiply(weight, label_weights)
    if weight is not None:
        check_broadcast("sample_weight", y_pred=y_pred, sample_weight=weight)
        weight = ops.broadcast_to(weight, ops.shape(y_pred))
    if not by_label:
        y_true, y_pred = (ops.reshape(y, (-1,)) for y in (y_true, y_pred))
        weight = None if weight is None else ops.reshape(weight, (-1,))
    count = _by_parts if evenly else _by_comparison
    found = count(ops.cast(y_true, "bool"), y_pred, weight, thresholds, tuple(counts))
    for name, variable in counts.items():
        variable.assign_add(found[name])


def _only_top_k(x: Any, k: int) -> Any:
    _, places = ops.top_k(x, k)
    chosen = ops.sum(ops.one_hot(places, x.shape[-1]), -2)
    chosen = ops.cast(chosen, dtype_of(x) or FLOAT)
    return ops.add(ops.multiply(x, chosen), ops.multiply(ops.subtract(1.0, chosen), LOWEST))


def _by_comparison(labels: Any, y_pred: Any, weight: Any, thresholds: Sequence[float], names: Sequence[str]) -> dict[str, Any]:
    """Every prediction is compared with every threshold. labels, y_pred, weight: (N, ...) → (thresholds, ...)"""
    each = np.asarray(thresholds, FLOAT).reshape(-1, *(1,) * len(y_pred.shape))
    found = ops.greater(ops.expand_dims(y_pred, 0), each)
    truth = ops.expand_dims(labels, 0)

    def total(name: str) -> Any:
        right = truth if name in ("true_positives", "false_negatives") else ops.logical_not(truth)
        said = found if name in ("true_positives", "false_positives") else ops.logical_not(found)
        both = ops.cast(ops.logical_and(right, said), FLOAT)
        return ops.sum(both if weight is None else ops.multiply(both, weight), 1)

    return {name: total(name) for name in names}


def _by_parts(labels: Any, y_pred: Any, weight: Any, thresholds: Sequence[float], names: Sequence[str]) -> dict[str, Any]:
    """Predictions are sorted into the parts between thresholds, and the parts are added up from above. Shapes as above.

    A prediction in part k lies above the thresholds 0, ..., k.
    """
    number = len(thresholds)
    truth = ops.cast(labels, FLOAT)
    positive = truth if weight is None else ops.multiply(truth, weight)
    negative = ops.subtract(1.0, truth)
    negative = negative if weight is None else ops.multiply(negative, weight)
    part = ops.subtract(ops.ceil(ops.multiply(ops.clip(y_pred, 0.0, 1.0), float(number - 1))), 1.0)
    if thresholds[0] < 0 or thresholds[-1] > 1:
        part = ops.maximum(part, 0.0)  # even 0 lies above the first threshold; elsewhere it lies above none, and is dropped
    part = ops.cast(part, "int32")

    columns = () if len(y_pred.shape) == 1 else (y_pred.shape[1],)
    if columns:  # each label has parts of its own
        wide = ops.add(ops.multiply(part, columns[0]), ops.arange(columns[0]))
        part = ops.where(ops.less(part, 0), -1, wide)
    size = number * (columns[0] if columns else 1)
    pairs = ops.stack([ops.reshape(positive, (-1,)), ops.reshape(negative, (-1,))], -1)
    sums = ops.reshape(ops.segment_sum(pairs, ops.reshape(part, (-1,)), size), (number, *columns, 2))
    above = ops.flip(ops.cumsum(ops.flip(sums, 0), 0), 0)
    found = {"true_positives": ops.getitem(above, (..., 0)), "false_positives": ops.getitem(above, (..., 1))}
    if "false_negatives" in names:
        found["false_negatives"] = ops.subtract(ops.sum(positive, 0), found["true_positives"])
    if "true_negatives" in names:
        found["true_negatives"] = ops.subtract(ops.sum(negative, 0), found["false_positives"])
    return found
