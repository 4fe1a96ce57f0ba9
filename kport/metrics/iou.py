"""Intersection over union, from a matrix of how often each class was taken for each."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..errors import UsageError
from ..losses.reduction import check_broadcast
from ..losses.regression import EPSILON
from ..ops.promotion import dtype_of, is_float, is_integer
from ..registry import metrics
from .metric import Metric


@metrics("io_u", "iou")
class IoU(Metric):
    """mean over `target_class_ids` of TP / (TP + FP + FN); classes that occur in neither targets nor predictions don't count.

    y_true, y_pred: numbers of classes of any shape, or with sparse_y_true=False, sparse_y_pred=False one number for each class
    along `axis`; what is outside of 0 to num_classes - 1, or has the target `ignore_class`, is left out. sample_weight: one for
    each. dtype: that of the counts, integers by default. A target class that isn't one is a UsageError.
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__("int64" if dtype in (None, "int") else dtype, name)
        if max(target_class_ids) >= num_classes:
            raise UsageError(
                f"expected target_class_ids below num_classes={num_classes}. Received: target_class_ids={list(target_class_ids)}"
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable((num_classes, num_classes), dtype=self.dtype, name="total_confusion_matrix")

    def _classes(self, y: Any, sparse: bool) -> Any:
        y = ops.convert_to_tensor(y)
        y = y if sparse else ops.argmax(y, self.axis)
        # by way of the counts' dtype, which may be too small for a number of a class
        return ops.reshape(ops.cast(ops.cast(y, self.dtype), "int32"), (-1,))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = self._classes(y_true, self.sparse_y_true), self._classes(y_pred, self.sparse_y_pred)
        check_broadcast(type(self).__name__, y_true=y_true, y_pred=y_pred)
        weight = ops.convert_to_tensor(1 if sample_weight is None else sample_weight)
        if is_float(dtype_of(weight) or "float32") and is_integer(self.dtype):
            warnings.warn(
                f"{self.name}: expected integers as sample weights because of dtype={self.dtype!r}. Received: floats, which are "
                f"truncated. Pass dtype='float32' to the metric",
                stacklevel=2,
            )
        weight = ops.cast(weight, self.dtype)
        weight = ops.reshape(weight, (-1,)) if len(weight.shape) > 1 else weight
        valid = ops.logical_and(_within(y_true, self.num_classes), _within(y_pred, self.num_classes))
        if self.ignore_class is not None:
            valid = ops.logical_and(valid, ops.not_equal(y_true, self.ignore_class))
        place = ops.where(valid, ops.add(ops.multiply(y_true, self.num_classes), y_pred), -1)
        weight = ops.broadcast_to(weight, ops.shape(place))
        counts = ops.segment_sum(weight, place, self.num_classes**2)  # a negative place drops its weight
        self.total_cm.assign_add(ops.reshape(counts, (self.num_classes, self.num_classes)))

    def result(self) -> Any:
        both = ops.diagonal(self.total_cm)
        union = ops.subtract(ops.add(ops.sum(self.total_cm, 0), ops.sum(self.total_cm, 1)), both)
        both, union = (ops.cast(ops.take(x, self.target_class_ids, 0), "float32") for x in (both, union))
        occurs = ops.greater(union, 1e-9)
        iou = ops.where(occurs, ops.divide(both, ops.add(union, EPSILON)), 0.0)
        return ops.divide(ops.sum(iou), ops.add(ops.sum(ops.cast(occurs, "float32")), EPSILON))


def _within(classes: Any, number: int) -> Any:
    return ops.logical_and(ops.greater_equal(classes, 0), ops.less(classes, number))


@metrics("binary_io_u", "binary_iou")
class BinaryIoU(IoU):
    """IoU of two classes, the second where y_pred ≥ threshold."""

    def __init__(
        self, target_class_ids: Sequence[int] = (0, 1), threshold: float = 0.5, name: str | None = None, dtype: Any = None
    ):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), "float32")
        super().update_state(y_true, ops.cast(ops.greater_equal(y_pred, self.threshold), "int32"), sample_weight)


@metrics("mean_io_u", "mean_iou")
class MeanIoU(IoU):
    """The mean IoU over all classes."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


@metrics("one_hot_io_u", "one_hot_iou")
class OneHotIoU(IoU):
    """IoU of one-hot targets."""

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


@metrics("one_hot_mean_io_u", "one_hot_mean_iou")
class OneHotMeanIoU(MeanIoU):
    """The mean IoU over all classes, of one-hot targets."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
