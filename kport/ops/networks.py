"""What layers compute, as functions with the names and arguments of keras.ops: convolutions, normalisations, attention.

Layers themselves use the functions of the other modules, whose arguments are those of the operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .attention import causal_mask, masked_softmax
from .casting import as_float, cast, promote
from .conv import conv
from .einsum import einsum
from .elementwise import add, divide, maximum, minimum, multiply, square, subtract
from .linalg import norm
from .logic import logical_and
from .math import log10, rsqrt
from .norm import batch_norm, layer_norm, rms_norm
from .promotion import dtype_of
from .rearrange import repeat
from .reduce import mean
from .reduce import sum as sum_of
from .shape import reshape, shape, transpose
from .shapes import CHANNELS_FIRST, to_channels_first, to_channels_last

EPSILON = 1e-7
"""Keras's, where nothing else is said."""


def with_channels_last(x: Any, data_format: str | None, function: Callable[[Any], Any]) -> Any:
    """`function` of data with channels last, whatever their format is."""
    if data_format != CHANNELS_FIRST:
        return function(x)
    rank = len(x.shape)
    return transpose(function(transpose(x, to_channels_last(rank))), to_channels_first(rank))


def depthwise_conv(
    inputs: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None, dilation_rate: Any = 1
) -> Any:
    """Each channel is convolved by itself. kernel: (*window, C, M) → (batch, *spatial', C · M)"""
    *window, channels, multiplier = kernel.shape
    weights = reshape(kernel, (*window, 1, channels * multiplier))
    options = {"strides": strides, "padding": padding, "dilations": dilation_rate, "groups": channels}
    return with_channels_last(inputs, data_format, lambda x: conv(x, weights, **options))


def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """A depthwise convolution, and one with a window of a single position. pointwise_kernel: (*(1, ...), C · M, C_out)"""

    def convolve(x: Any) -> Any:
        return conv(depthwise_conv(x, depthwise_kernel, strides, padding, None, dilation_rate), pointwise_kernel)

    return with_channels_last(inputs, data_format, convolve)


def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> Any:
    """(x - mean) / √(variance + epsilon) · scale + offset along `axis`."""
    return batch_norm(x, mean, variance, scale, offset, axis=axis, epsilon=epsilon)


def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: int | Sequence[int] = -1,
    epsilon: float | None = None,
    rms_scaling: bool = False,
) -> Any:
    """`x` with mean 0 and variance 1 over `axis`, then scaled and shifted; with `rms_scaling` divided by the deviation alone."""
    epsilon = EPSILON if epsilon is None else epsilon
    if not rms_scaling:
        return layer_norm(x, gamma, beta, axis=axis, epsilon=epsilon)
    variance = mean(square(subtract(x, mean(x, axis, True))), axis, True)
    y = multiply(x, rsqrt(add(variance, epsilon)))
    return y if gamma is None else multiply(y, gamma)


def rms_normalization(x: Any, scale: Any = None, axis: int | Sequence[int] = -1, epsilon: float | None = None) -> Any:
    """`x` with a mean square of 1 over `axis`, then scaled."""
    return rms_norm(x, scale, axis=axis, epsilon=EPSILON if epsilon is None else epsilon)


def normalize(x: Any, axis: int = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """x / max(‖x‖, epsilon) along `axis`, by the norm of `order`."""
    epsilon = EPSILON if epsilon is None else epsilon
    if order == 2:  # as Keras has it: of zeros the gradient is finite
        limit = min(1 / epsilon, 65504.0) if dtype_of(x) == "float16" else 1 / epsilon  # which float16 hasn't
        return multiply(x, minimum(rsqrt(sum_of(square(x), axis, True)), limit))
    return divide(x, maximum(norm(x, ord=order, axis=axis, keepdims=True), epsilon))


def psnr(x1: Any, x2: Any, max_val: float) -> Any:
    """How much stronger the signal is than the noise, in decibels: 20 · log₁₀(max_val) - 10 · log₁₀(mean((x1 - x2)²))"""
    return subtract(20 * math.log10(max_val), multiply(log10(mean(square(subtract(x1, x2)))), 10.0))


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """softmax(query · keyᵀ · scale + bias) · value for each head, where `mask` (bool) admits it.

    query: (batch, T, N, H), key, value: (batch, S, K, H) with K heads of which each serves N / K of the query's,
    bias, mask: (batch, N or 1, T, S) → (batch, T, N, H). scale: 1 / √H by default. The last two arguments are for other
    frameworks: TensorFlow, too, computes the same without them.
    """
    query, key, value = (as_float(x) for x in promote(query, key, value))
    dtype = dtype_of(query) or "float32"
    heads, served, width = query.shape[2], key.shape[2], query.shape[3]
    if served != heads:
        key, value = (repeat(x, heads // served, axis=2) for x in (key, value))
    scores = multiply(einsum("BTNH,BSNH->BNTS", query, key), 1 / math.sqrt(width) if scale is None else scale)
    scores = scores if bias is None else add(scores, bias)
    if is_causal:
        causal = causal_mask(shape(query)[1], shape(key)[1])
        mask = causal if mask is None else logical_and(mask, causal)
    weights = masked_softmax(cast(scores, "float32"), mask)
    return einsum("BNTS,BSNH->BTNH", cast(weights, dtype), value)


__all__ = [
    "batch_normalization",
    "depthwise_conv",
    "dot_product_attention",
    "layer_normalization",
    "normalize",
    "psnr",
    "rms_normalization",
    "separable_conv",
]
