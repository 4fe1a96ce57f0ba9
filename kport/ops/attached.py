"""Masks that travel with a TensorFlow tensor: how a model's outputs carry theirs to losses and metrics."""

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
