"""Normalisation of a batch by its own statistics, which may be those of several replicas' batches together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ir.types import Dimension
from .backend import is_tensorflow, tf
from .casting import cast
from .creation import ones_like
from .elementwise import add, divide, maximum, multiply, square, subtract, where
from .norm import batch_norm
from .promotion import dtype_of
from .reduce import mean as mean_of
from .reduce import sum as sum_of
from .shape import squeeze
from .shapes import normalize_axis

SMALLEST_FUSED_EPSILON = 1.001e-5
"""Below it, cuDNN refuses TensorFlow's kernel for everything at once."""


def normalized_batch(x: Any, gamma: Any, beta: Any, axis: int, epsilon: float) -> tuple[Any, Any, Any]:
    """y = (x - mean) / √(variance + epsilon) · gamma + beta with mean and variance of all axes but `axis`.

    x: (..., C) in some order of axes, gamma, beta: (C,) or None → y like x, mean (C,), variance (C,), which is that of the
    batch itself: mean((x - mean)²). Gradients flow through y only. Source: https://arxiv.org/abs/1502.03167
    """
    axis = normalize_axis(axis, len(x.shape))
    last = axis == len(x.shape) - 1 and len(x.shape) > 2  # rows of single positions are faster without it
    fused = last and dtype_of(x) == "float32" and epsilon >= SMALLEST_FUSED_EPSILON
    if is_tensorflow(x) and fused and x.shape[-1]:
        return _fused(x, gamma, beta, epsilon)
    mean, variance = moments(x, [a for a in range(len(x.shape)) if a != axis])
    return batch_norm(x, mean, variance, gamma, beta, axis=axis, epsilon=epsilon), mean, variance


def _fused(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """By TensorFlow's kernel for channels-last images of float32; other ranks as images of one column."""
    sizes, channels = x.shape.as_list(), x.shape[-1]
    gamma, beta = (tf.fill((channels,), default) if w is None else w for w, default in ((gamma, 1.0), (beta, 0.0)))
    nothing = tf.zeros((0,))
    images = x if len(sizes) == 4 else tf.reshape(x, (-1, 1, 1, channels))
    y, mean, unbiased, *_ = tf.raw_ops.FusedBatchNormV3(
        x=images, scale=gamma, offset=beta, mean=nothing, variance=nothing, epsilon=epsilon, is_training=True
    )
    # the kernel's variance is Σ(x - mean)² / (n - 1)
    n = _count(sizes[:-1]) or tf.cast(tf.size(x) // channels, tf.float32)
    y = y if len(sizes) == 4 else tf.reshape(y, _target(sizes) or tf.shape(x))
    return y, mean, unbiased * ((n - 1) / n)


def _count(sizes: Sequence[Dimension]) -> int | None:
    """Their product, None if they aren't all known."""
    count = 1
    for size in sizes:
        if size is None:
            return None
        count *= size
    return count


def _target(sizes: Sequence[Dimension]) -> list[int] | None:
    """The sizes as `tf.reshape` takes them, with -1 for an unknown one; None for several."""
    return [-1 if d is None else d for d in sizes] if list(sizes).count(None) <= 1 else None


def moments(
    x: Any, axes: Sequence[int], *, keepdims: bool = False, mask: Any = None, synchronized: bool = False
) -> tuple[Any, Any]:
    """Mean and variance of `x` over `axes`: of what `mask` (bool, broadcasts against x) leaves, if it is given.

    synchronized: of the data of all replicas of a distributed training together, as E[x²] - E[x]², like Keras.
    """
    if synchronized and is_tensorflow(x):
        replica = tf.distribute.get_replica_context()
        if replica is not None and replica.num_replicas_in_sync > 1:
            return _moments_of_replicas(replica, x, tuple(axes), keepdims, mask)
    if mask is not None:
        return _masked_moments(x, tuple(axes), keepdims, mask)
    if is_tensorflow(x):
        return tf.nn.moments(x, tuple(axes), keepdims=keepdims)
    mean = mean_of(x, axes, keepdims=True)
    return mean if keepdims else squeeze(mean, axes), mean_of(square(subtract(x, mean)), axes, keepdims)


def _masked_moments(x: Any, axes: tuple[int, ...], keepdims: bool, mask: Any) -> tuple[Any, Any]:
    """A masked place counts nothing, whatever is there; that something does is secured by Keras's small number."""
    counted = add(sum_of(_weights(x, mask), axes, True), 1e-7)
    mean = divide(sum_of(where(mask, x, 0.0), axes, True), counted)
    squares = square(where(mask, subtract(x, mean), 0.0))
    variance = divide(sum_of(squares, axes, True), counted)
    return (mean, variance) if keepdims else (squeeze(mean, axes), squeeze(variance, axes))


def _moments_of_replicas(replica: Any, x: Any, axes: tuple[int, ...], keepdims: bool, mask: Any) -> tuple[Any, Any]:
    kept = x if mask is None else where(mask, x, 0.0)
    own = [sum_of(t, axes, True) for t in (kept, square(kept), _weights(x, mask))]
    total, squares, count = replica.all_reduce(tf.distribute.ReduceOp.SUM, own)
    mean = tf.math.divide_no_nan(total, count)
    variance = maximum(subtract(tf.math.divide_no_nan(squares, count), square(mean)), 0.0)
    return (mean, variance) if keepdims else (squeeze(mean, axes), squeeze(variance, axes))


def _weights(x: Any, mask: Any) -> Any:
    """1 where x counts, 0 elsewhere, in the shape of x."""
    ones = ones_like(x)
    return ones if mask is None else multiply(cast(mask, dtype_of(ones) or "float32"), ones)
