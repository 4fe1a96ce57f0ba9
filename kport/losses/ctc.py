"""The loss of sequences that are not aligned with their labels."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import UsageError
from ..registry import losses
from .loss import FunctionLoss

BLANK = 0
"""The class that means no label, and pads the labels."""


@losses()
def ctc(y_true: Any, y_pred: Any) -> Any:
    """-ln of the probability of the labels, over all frames. y_true: (batch, L) labels, 0 after their end; y_pred: (batch, T, C)
    logits of frames, class 0 being the blank → (batch,). Other ranks are a UsageError. See ops.ctc_loss."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2 or len(y_pred.shape) != 3:
        raise UsageError(
            f"ctc: expected y_true: (batch, length) labels, y_pred: (batch, frames, classes) logits. "
            f"Received: y_true.shape={tuple(y_true.shape)}, y_pred.shape={tuple(y_pred.shape)}"
        )
    batch, frames, _ = ops.shape(y_pred)
    length = ops.sum(ops.not_equal(y_true, BLANK), -1)
    return ops.ctc_loss(y_true, y_pred, length, ops.broadcast_to(ops.cast(frames, "int32"), (batch,)), BLANK)


@losses()
class CTC(FunctionLoss):
    """-ln of the probability of the labels: connectionist temporal classification."""

    function = ctc

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "ctc", dtype: Any = None):
        super().__init__(name, reduction, dtype)
