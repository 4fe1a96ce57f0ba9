"""Activation functions under their Keras names. Any of them can be a layer's `activation=`."""

from __future__ import annotations

from typing import Any

from . import ops
from .registry import activations as _registry


@_registry()
def linear(x: Any) -> Any:
    """y = x"""
    return x


@_registry()
def relu(x: Any) -> Any:
    """max(x, 0)"""
    return ops.relu(x)


@_registry()
def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)"""
    return ops.sigmoid(x)


@_registry()
def tanh(x: Any) -> Any:
    """tanh x"""
    return ops.tanh(x)


@_registry()
def softmax(x: Any, axis: int = -1) -> Any:
    """e^x / Σ e^x along `axis`"""
    return ops.softmax(x, axis)


def get(identifier: Any) -> Any:
    """The function that None (linear), a name, a configuration or a callable means."""
    return linear if identifier is None else _registry.get(identifier)
