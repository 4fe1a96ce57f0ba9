"""Activation functions that hardly any target has natively: composed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from .activation import relu, sigmoid, softplus
from .bounds import clip
from .casting import cast
from .cumulative import cumsum
from .elementwise import absolute, add, divide, maximum, minimum, multiply, negative, sqrt, square, subtract, tanh, where
from .logic import greater
from .math import expm1
from .promotion import dtype_of
from .rearrange import flip
from .reduce import sum as reduce_sum
from .shape import shape, split
from .shapes import normalize_axis
from .sort import sort


def relu6(x: Any) -> Any:
    """min(max(x, 0), 6)"""
    return clip(x, 0.0, 6.0)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """max(x, 0) + min(alpha · (e^(x / alpha) - 1), 0). Source: Barron 2017, https://arxiv.org/abs/1704.07483"""
    return add(relu(x), multiply(expm1(divide(minimum(x, 0.0), alpha)), alpha))


def glu(x: Any, axis: int = -1) -> Any:
    """a · sigmoid(b), `a` and `b` being the halves of `x` along `axis`. Source: Dauphin et al. 2017, https://arxiv.org/abs/1612.08083"""
    size = x.shape[axis]
    if size is None or size % 2:
        raise ShapeError(f"glu: expected an even size of axis {axis}. Received: x.shape={tuple(x.shape)}")
    a, b = split(x, 2, axis)
    return multiply(a, sigmoid(b))


def hard_tanh(x: Any) -> Any:
    """min(max(x, -1), 1)"""
    return clip(x, -1.0, 1.0)


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x where |x| > threshold, 0 elsewhere."""
    return where(greater(absolute(x), threshold), x, 0.0)


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x brought nearer to 0 by `threshold`, 0 where |x| is less."""
    return subtract(relu(subtract(x, threshold)), relu(subtract(negative(x), threshold)))


def tanh_shrink(x: Any) -> Any:
    """x - tanh x"""
    return subtract(x, tanh(x))


def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """x where it is above `threshold`, `default_value` elsewhere."""
    return where(greater(x, threshold), x, default_value)


def log_sigmoid(x: Any) -> Any:
    """ln(1 / (1 + e^-x))"""
    return negative(softplus(negative(x)))


def sparse_sigmoid(x: Any) -> Any:
    """(x + 1) / 2, cut off at 0 and 1. Source: Blondel et al. 2019, https://arxiv.org/abs/1901.02324"""
    return clip(multiply(add(x, 1.0), 0.5), 0.0, 1.0)


def sparse_plus(x: Any) -> Any:
    """0 up to -1, (x + 1)² / 4 up to 1, x beyond: the integral of sparse_sigmoid."""
    return add(square(multiply(add(hard_tanh(x), 1.0), 0.5)), relu(subtract(x, 1.0)))


def squareplus(x: Any, b: float = 4) -> Any:
    """(x + √(x² + b)) / 2. Source: Barron 2021, https://arxiv.org/abs/2112.11687"""
    return multiply(add(x, sqrt(add(square(x), float(b)))), 0.5)


def sparsemax(x: Any, axis: int = -1) -> Any:
    """max(x - τ, 0) along `axis`, as Keras computes it: with z sorted from the largest down and S_k = z_1 + ... + z_k, let K be
    the number of k with z_k > (S_k - 1) / k; then τ = (S_1 + ... + S_K - 1) / K.

    Martins & Astudillo 2016 (https://arxiv.org/abs/1602.02068) have τ = (S_K - 1) / K, which makes the outputs sum to 1; for
    K > 1 those of Keras (3.7 to 3.15) don't, and a trained model depends on it.
    """
    axis = normalize_axis(axis, len(x.shape))
    size = shape(x)[axis]
    if not isinstance(size, int):
        raise ShapeError(f"sparsemax: expected a known size of axis {axis}. Received: x.shape={tuple(x.shape)}")
    dtype = dtype_of(x) or "float32"
    ordered = flip(sort(x, axis), axis)
    sums = cumsum(ordered, axis)
    ranks = np.arange(1, size + 1).reshape([-1 if i == axis else 1 for i in range(len(x.shape))])
    # the rounding is that of Keras too: one k more or less is another τ
    kept = cast(greater(subtract(ordered, divide(subtract(sums, 1.0), cast(ranks, dtype))), 0.0), dtype)
    total = reduce_sum(multiply(sums, kept), axis, keepdims=True)
    tau = divide(subtract(total, 1.0), reduce_sum(kept, axis, keepdims=True))
    return maximum(subtract(x, tau), 0.0)


__all__ = [
    "celu",
    "glu",
    "hard_shrink",
    "hard_tanh",
    "log_sigmoid",
    "relu6",
    "soft_shrink",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "tanh_shrink",
    "threshold",
]
