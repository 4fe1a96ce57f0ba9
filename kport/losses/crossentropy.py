"""Losses of probabilities of classes, or of the logits that these come from.

y_pred: probabilities, or with `from_logits` logits. What TensorFlow computed by a softmax or sigmoid is taken back to its
logits. label_smoothing s takes s of the targets' weight and spreads it evenly over the classes.
"""

from __future__ import annotations

import warnings
from typing import Any

from .. import ops
from ..errors import UsageError
from ..ops.promotion import dtype_of
from ..ops.shapes import normalize_axis
from ..registry import losses
from .loss import FunctionLoss
from .reduction import as_pair, with_mask


def check_axis(axis: Any) -> None:
    """UsageError for what an argument in the wrong place gives."""
    if isinstance(axis, bool):
        raise UsageError(f"expected a number for axis. Received: axis={axis}")


def check_classes(name: str, y_pred: Any) -> None:
    """A single class always has the probability 1: a warning, as Keras gives it."""
    if y_pred.shape[-1] == 1:
        warnings.warn(
            f"{name}: expected more than one class in the last axis. Received: y_pred.shape={tuple(y_pred.shape)}. "
            f"For two classes use binary_crossentropy",
            SyntaxWarning,
            stacklevel=3,
        )


def smoothed_classes(y_true: Any, label_smoothing: float) -> Any:
    """t · (1 - s) + s / C of one-hot targets (..., C)"""
    if not label_smoothing:
        return y_true
    classes = ops.cast(ops.shape(y_true)[-1], dtype_of(y_true) or "float32")
    return ops.add(ops.multiply(y_true, 1.0 - label_smoothing), ops.divide(label_smoothing, classes))


def smoothed_binary(y_true: Any, label_smoothing: float) -> Any:
    """t · (1 - s) + s / 2"""
    return ops.add(ops.multiply(y_true, 1.0 - label_smoothing), 0.5 * label_smoothing) if label_smoothing else y_true


@losses("bce", "BCE")
def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1) -> Any:
    """mean along `axis` of -(t · ln p + (1 - t) · ln(1 - p)). y_true: 0 and 1, of y_pred's shape, else a UsageError."""
    y_true, y_pred = as_pair(y_true, y_pred)
    return ops.mean(ops.binary_crossentropy(smoothed_binary(y_true, label_smoothing), y_pred, from_logits), axis)


@losses()
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """-Σ t · ln p along `axis`. y_true: one-hot, of y_pred's shape, else a UsageError."""
    check_axis(axis)
    y_true, y_pred = as_pair(y_true, y_pred)
    check_classes("categorical_crossentropy", y_pred)
    return ops.categorical_crossentropy(smoothed_classes(y_true, label_smoothing), y_pred, from_logits, axis)


@losses()
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """-ln p of the class that the target names. y_true: (...) or (..., 1), y_pred: (..., C) → (...); else a UsageError.

    Where the target is `ignore_class` (which need not be the number of a class) the loss is 0, and Loss leaves it out.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)
    valid = ops.not_equal(y_true, ops.cast(ops.convert_to_tensor(ignore_class), dtype_of(y_true) or "float32"))
    y_true = ops.where(valid, y_true, 0)
    y_pred = ops.where(ops.expand_dims(valid, axis), y_pred, 0.0)
    loss = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)
    class_axis = normalize_axis(axis, len(y_pred.shape))
    valid = ops.reshape(valid, tuple(d for i, d in enumerate(ops.shape(y_pred)) if i != class_axis))
    return with_mask(ops.where(valid, loss, 0.0), valid)


@losses()
class BinaryCrossentropy(FunctionLoss):
    """Cross-entropy of independent yes-or-no questions."""

    function = binary_crossentropy

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


@losses()
class CategoricalCrossentropy(FunctionLoss):
    """Cross-entropy of classes, with one-hot targets."""

    function = categorical_crossentropy

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


@losses()
class SparseCategoricalCrossentropy(FunctionLoss):
    """Cross-entropy of classes, with their numbers as targets."""

    function = sparse_categorical_crossentropy

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis
