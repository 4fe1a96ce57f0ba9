"""Cross-entropies that care less for what is already right. Source: Lin et al. 2018, https://arxiv.org/abs/1708.02002"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..ops.crossentropy import EPSILON
from ..registry import losses
from .crossentropy import check_axis, check_classes, smoothed_binary, smoothed_classes
from .loss import FunctionLoss
from .reduction import as_pair, check_broadcast


@losses()
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """mean along `axis` of (1 - q)^gamma · binary cross-entropy, q = t · p + (1 - t) · (1 - p), the truth's probability.

    With `apply_class_balancing` ones weigh `alpha`, zeros 1 - alpha. y_true: 0 and 1, of y_pred's shape, else a UsageError.
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    y_true = smoothed_binary(y_true, label_smoothing)
    p = ops.sigmoid(y_pred) if from_logits else y_pred
    loss = ops.binary_crossentropy(y_true, p)
    truth = ops.add(ops.multiply(y_true, p), ops.multiply(ops.subtract(1.0, y_true), ops.subtract(1.0, p)))
    loss = ops.multiply(ops.power(ops.subtract(1.0, truth), gamma), loss)
    if apply_class_balancing:
        balance = ops.add(ops.multiply(y_true, alpha), ops.multiply(ops.subtract(1.0, y_true), 1.0 - alpha))
        loss = ops.multiply(balance, loss)
    return ops.mean(loss, axis)


@losses()
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """-Σ alpha · (1 - p)^gamma · t · ln p along `axis`, p being divided by their sum. y_true: one-hot, of y_pred's shape.

    alpha: a number, or one for each class.
    """
    check_axis(axis)
    y_true, y_pred = as_pair(y_true, y_pred)
    check_broadcast("categorical_focal_crossentropy", y_true=y_true, y_pred=y_pred)
    check_classes("categorical_focal_crossentropy", y_pred)
    y_true = smoothed_classes(y_true, label_smoothing)
    p = ops.softmax(y_pred, axis) if from_logits else y_pred
    p = ops.clip(ops.divide(p, ops.sum(p, axis, keepdims=True)), EPSILON, 1.0 - EPSILON)
    weight = ops.multiply(ops.power(ops.subtract(1.0, p), gamma), ops.convert_to_tensor(alpha))
    return ops.sum(ops.multiply(weight, ops.multiply(ops.negative(y_true), ops.log(p))), axis)


@losses()
class BinaryFocalCrossentropy(FunctionLoss):
    """Focal cross-entropy of independent yes-or-no questions."""

    function = binary_focal_crossentropy

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing = apply_class_balancing
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


@losses()
class CategoricalFocalCrossentropy(FunctionLoss):
    """Focal cross-entropy of classes, with one-hot targets."""

    function = categorical_focal_crossentropy

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis
