"""Weights that Keras 3 quantized to int8 or int4, as floats again.

Per channel: w = q / scale. In groups along an axis: w = (q - zero[g]) · scale[g]. Two int4 lie in a byte, the low one
first, along the last axis (the first one of `reverse_embeddings`). Only weights are dequantized: Keras also rounds the
inputs of these layers while it runs, which a float model doesn't. Source: keras/src/quantizers/quantizers.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import LayerError
from .archive import Stored

_KERNEL = ("kernel", "bias", "kernel_scale", "kernel_zero", "g_idx")
_EMBEDDINGS = ("embeddings", "embeddings_scale", "embeddings_zero", "g_idx")
_REVERSE = ("reverse_embeddings", "reverse_embeddings_scale", "reverse_embeddings_zero")
_ORDERS = {
    "Dense": _KERNEL,
    "EinsumDense": _KERNEL,
    "Embedding": _EMBEDDINGS,
    "ReversibleEmbedding": _EMBEDDINGS + _REVERSE,
}
"""The arrays of each quantized layer, in the file's order; zero points and groups only where there are groups."""


def named(layer: Any, weights: list[Any], stored: list[Stored]) -> dict[str, Stored]:
    """The quantized arrays of a layer by name, from the order in which `.keras` archives number them."""
    own = {w.name for w in weights}
    order = [n for n in _ORDERS.get(type(layer).__name__, ()) if n in own or n.endswith(("_scale", "_zero", "g_idx"))]
    if "reverse_embeddings" not in own:
        order = [n for n in order if not n.startswith("reverse")]
    if len(order) != len(stored):
        order = [n for n in order if not n.endswith(("_zero", "g_idx"))]
    if len(order) != len(stored):
        received = ", ".join(f"{a.dtype}{a.shape}" for a in stored)
        raise LayerError(f"expected quantized arrays {order}. Received: {len(stored)}: {received}", layer.name)
    return dict(zip(order, stored, strict=True))


def dequantized(layer: Any, weights: list[Any], stored: dict[str, Stored]) -> list[np.ndarray]:
    """The layer's float weights from its quantized ones."""
    missing = sorted({w.name for w in weights} - set(stored))
    if missing:
        raise LayerError(f"expected arrays {missing}. Received: {sorted(stored)}", layer.name)
    arrays = {name: array.read() for name, array in stored.items()}
    groups = arrays["g_idx"].astype(int) if "g_idx" in arrays else None
    return [_weight(layer, w, arrays, groups) for w in weights]


def _weight(layer: Any, weight: Any, arrays: dict[str, np.ndarray], groups: np.ndarray | None) -> np.ndarray:
    name, shape = weight.name, weight.shape
    if f"{name}_scale" not in arrays:
        return arrays[name]
    scale, zero = arrays[f"{name}_scale"], arrays.get(f"{name}_zero")
    grouped_axis = 1 if name == "embeddings" else 0
    flat = shape
    packed = is_packed(arrays[name], shape)
    if type(layer).__name__ == "EinsumDense":
        if not packed:
            scale = _scale_of_kernel(layer.equation, scale, shape)
        else:
            flat = (arrays[name].shape[0], scale.shape[-1])
    q = arrays[name]
    if packed:
        axis = 0 if name == "reverse_embeddings" else len(flat) - 1
        q = unpack_int4(q, axis, flat[axis])
    if zero is not None and groups is not None:
        w = (q.astype(scale.dtype) - np.take(zero, groups, grouped_axis)) * np.take(scale, groups, grouped_axis)
    else:
        w = q / (scale[:, None] if name == "embeddings" else scale)
    return w.reshape(shape).astype(np.float32)


def is_packed(q: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether two int4 lie in each byte. Where the shape can't tell (one column), int8 always reaches ±127."""
    return q.shape != tuple(shape) or int(np.abs(q.astype(np.int16)).max(initial=0)) < 16


def unpack_int4(packed: np.ndarray, axis: int, size: int) -> np.ndarray:
    """-8 to 7 from both halves of each byte along `axis`, of which the first `size` are kept."""
    low, high = (packed.astype(np.int8) << 4) >> 4, packed.astype(np.int8) >> 4
    pairs = np.stack([low, high], axis + 1)
    shape = list(packed.shape)
    shape[axis] *= 2
    return np.take(pairs.reshape(shape), range(size), axis)


def _scale_of_kernel(equation: str, scale: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The scale, which lies along the output's axes, along the kernel's: size 1 where the product sums."""
    inputs, output = equation.replace(" ", "").split("->")
    labels = inputs.split(",")[1].replace(".", "")
    kept = [label for label in output if label in labels]
    sizes = dict(zip(labels, shape, strict=True))
    by_output = scale.reshape([sizes[label] for label in kept])
    by_kernel = by_output.transpose([kept.index(label) for label in labels if label in kept])
    return by_kernel.reshape([sizes[label] if label in kept else 1 for label in labels])
