"""Activation functions under their Keras names. Any of them can be a layer's `activation=`."""

from __future__ import annotations

from typing import Any

from . import ops
from .registry import activations as _registry
from .registry import layers as _layers

# functions that are the same in kport.ops
celu = _registry.add(ops.celu)
elu = _registry.add(ops.elu)
glu = _registry.add(ops.glu)
hard_shrink = _registry.add(ops.hard_shrink)
hard_sigmoid = _registry.add(ops.hard_sigmoid)
hard_tanh = _registry.add(ops.hard_tanh)
leaky_relu = _registry.add(ops.leaky_relu)
log_sigmoid = _registry.add(ops.log_sigmoid)
log_softmax = _registry.add(ops.log_softmax)
relu6 = _registry.add(ops.relu6)
soft_shrink = _registry.add(ops.soft_shrink)
softmax = _registry.add(ops.softmax, "softmax_v2")  # as TensorFlow 2.0 and 2.1 wrote it
sparse_plus = _registry.add(ops.sparse_plus)
sparse_sigmoid = _registry.add(ops.sparse_sigmoid)
sparsemax = _registry.add(ops.sparsemax)
squareplus = _registry.add(ops.squareplus)
tanh_shrink = _registry.add(ops.tanh_shrink)
threshold = _registry.add(ops.threshold)


@_registry()
def linear(x: Any) -> Any:
    """y = x"""
    return x


@_registry()
def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """negative_slope · (x - threshold) below the threshold, x from there on, at most max_value."""
    if threshold == 0 and max_value is None:
        return ops.leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)
    if threshold == 0 and not negative_slope:
        return ops.clip(x, 0.0, float(max_value))  # type: ignore[arg-type]
    above = ops.thresholded_relu(x, threshold) if threshold else ops.relu(x)
    above = above if max_value is None else ops.clip(above, 0.0, float(max_value))
    if not negative_slope:
        return above
    return ops.subtract(above, ops.multiply(ops.relu(ops.subtract(float(threshold), x)), float(negative_slope)))


@_registry()
def gelu(x: Any, approximate: bool = False) -> Any:
    """x · Φ(x), exactly or approximated by tanh."""
    return ops.gelu(x, approximate)


@_registry()
def selu(x: Any) -> Any:
    """elu with the two constants that keep mean 0 and variance 1."""
    return ops.selu(x)


@_registry()
def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)"""
    return ops.sigmoid(x)


@_registry()
def hard_sigmoid_keras2(x: Any) -> Any:
    """0.2 · x + 0.5, cut off at 0 and 1: what `hard_sigmoid` means in files written before Keras 3."""
    return ops.hard_sigmoid(x, 0.2, 0.5)


@_registry("swish")
def silu(x: Any) -> Any:
    """x · sigmoid(x)"""
    return ops.silu(x)


@_registry("hard_swish")
def hard_silu(x: Any) -> Any:
    """x · hard_sigmoid(x)"""
    return ops.hard_silu(x)


@_registry()
def tanh(x: Any) -> Any:
    """tanh x"""
    return ops.tanh(x)


@_registry()
def exponential(x: Any) -> Any:
    """e^x"""
    return ops.exp(x)


@_registry()
def softplus(x: Any) -> Any:
    """ln(1 + e^x)"""
    return ops.softplus(x)


@_registry()
def softsign(x: Any) -> Any:
    """x / (1 + |x|)"""
    return ops.softsign(x)


@_registry()
def mish(x: Any) -> Any:
    """x · tanh(softplus(x))"""
    return ops.mish(x)


def get(identifier: Any) -> Any:
    """The function that None (linear), a name, a configuration or a callable means; a layer, if that is what is named."""
    if identifier is None:
        return linear
    name = identifier.get("class_name") if isinstance(identifier, dict) else identifier
    if isinstance(name, str) and name in _layers.items and name not in _registry.items:
        return _layers.get(identifier)
    return _registry.get(identifier)
