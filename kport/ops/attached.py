"""What travels with a TensorFlow tensor: the mask of a model's output, and the logits of probabilities.

Losses and metrics take both from there: a cross-entropy of logits loses no digits to a softmax that is 0 or 1.
"""

from __future__ import annotations

from typing import Any

from .backend import is_tensorflow

_MASK = "_keras_mask"
"""The attribute has Keras's name: functions that users wrote for Keras look for it."""


def attach_mask(x: Any, mask: Any) -> None:
    """Attaches a mask to a TensorFlow tensor; None takes it off. Other values carry no mask."""
    if is_tensorflow(x) and (mask is not None or getattr(x, _MASK, None) is not None):
        setattr(x, _MASK, mask)


def mask_of(x: Any) -> Any:
    """The mask that `attach_mask` attached; None if there is none."""
    return getattr(x, _MASK, None)


_LOGITS = "_keras_logits"
"""Keras's name, too."""


def attach_logits(probabilities: Any, logits: Any) -> Any:
    """The outcome of a softmax or sigmoid in TensorFlow, which remembers what it was computed from."""
    setattr(probabilities, _LOGITS, logits)
    return probabilities


def logits_of(probabilities: Any, op_type: str) -> Any:
    """What a TensorFlow tensor of probabilities was computed from, if that is known; else None.

    op_type: "Softmax" or "Sigmoid", the operation that a tensor of a TensorFlow graph may come from.
    """
    logits = getattr(probabilities, _LOGITS, None)
    if logits is not None:
        return logits
    op = _op_of(probabilities)
    return op.inputs[0] if op is not None and op.type == op_type else None


def _op_of(x: Any) -> Any:
    """The operation of a TensorFlow graph that made `x`; an eager tensor has none."""
    try:
        return x.op
    except AttributeError:
        return None
