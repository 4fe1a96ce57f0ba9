"""Normalisation with given or computed statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from ..ir import TensorType
from ..ir.types import Shape
from .backend import tf
from .elementwise import add, divide, maximum, multiply, sqrt, square, subtract
from .op import Op, fail
from .reduce import mean
from .reduce import sum as reduce_sum
from .shape import reshape, shape
from .shapes import normalize_axes, normalize_axis


def agree(a: Shape, b: Shape) -> bool:
    """Whether two shapes are the same where both are known."""
    return len(a) == len(b) and all(None in sizes or sizes[0] == sizes[1] for sizes in zip(a, b, strict=True))


class BatchNorm(Op):
    """y = (x - mean) / √(variance + epsilon) · gamma + beta along `axis`.

    x: (...), mean, variance: (C,), gamma, beta: (C,) or None.
    Source: Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
    """

    axis: int
    epsilon: float
    data_inputs = 1

    def infer(
        self,
        x: TensorType,
        mean: TensorType,
        variance: TensorType,
        gamma: TensorType | None = None,
        beta: TensorType | None = None,
    ) -> TensorType:
        channels = x.shape[normalize_axis(self.axis, x.rank)]
        for weight in (mean, variance, gamma, beta):
            if weight is not None and not agree((channels,), weight.shape):
                raise fail(self, f"weights of shape ({channels},)", x=x, weight=weight)
        return x

    def scale_and_offset(self, mean: Any, variance: Any, gamma: Any, beta: Any, sqrt: Any = np.sqrt) -> tuple[Any, Any]:
        """The same as y = x · scale + offset."""
        scale = 1 / sqrt(variance + self.epsilon)
        scale = scale if gamma is None else scale * gamma
        offset = -mean * scale
        return scale, offset if beta is None else offset + beta

    def numpy(
        self,
        x: np.ndarray,
        mean: np.ndarray,
        variance: np.ndarray,
        gamma: np.ndarray | None = None,
        beta: np.ndarray | None = None,
    ) -> np.ndarray:
        shape = [1] * x.ndim
        shape[self.axis] = -1
        scale, _ = self.scale_and_offset(mean, variance, gamma, None)
        # the mean is taken off first: x · scale + offset would cancel digits where |mean| is large
        y = np.asarray(x - mean.reshape(shape))
        y *= scale.reshape(shape).astype(x.dtype, copy=False)
        return y if beta is None else np.add(y, beta.reshape(shape), out=y)

    def tensorflow(self, x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None) -> Any:
        parts = [mean, variance, beta, gamma]
        if self.axis != x.shape.rank - 1:
            shape = [1] * x.shape.rank
            shape[self.axis] = -1
            parts = [None if t is None else tf.reshape(t, shape) for t in parts]
        return tf.nn.batch_normalization(x, *parts, variance_epsilon=self.epsilon)

    def decompose(self, x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None) -> Any:
        shape = [1] * len(x.shape)
        shape[self.axis] = -1
        y = divide(subtract(x, reshape(mean, shape)), sqrt(add(reshape(variance, shape), self.epsilon)))
        y = y if gamma is None else multiply(y, reshape(gamma, shape))
        return y if beta is None else add(y, reshape(beta, shape))

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return BatchNorm(axis=permutation.index(self.axis), epsilon=self.epsilon), permutation


def along(axes: tuple[int, ...], x: Any, weight: Any) -> tuple[int, ...]:
    """The shape in which a weight with a size for each of `axes` broadcasts against `x`."""
    sizes = [1] * len(x.shape)
    for axis, size in zip(axes, weight.shape, strict=True):
        sizes[axis] = size
    return tuple(sizes)


class OverAxes(Op, abstract=True):
    """Each element with the statistics of `axes`; the weights have a size for each of them."""

    axes: tuple[int, ...]
    epsilon: float
    data_inputs = 1

    def infer(self, x: TensorType, *weights: TensorType | None) -> TensorType:
        wanted: Shape = tuple(x.shape[normalize_axis(a, x.rank)] for a in self.axes)
        for weight in weights:
            if weight is not None and not agree(wanted, weight.shape):
                raise fail(self, f"weights of shape {wanted}", x=x, weight=weight)
        return x

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]] | None:
        moved = tuple(permutation.index(a) for a in self.axes)
        # the weights are not permuted, so their axes have to stay in order
        return (replace(self, axes=moved), permutation) if moved == tuple(sorted(moved)) else None


class LayerNorm(OverAxes):
    """y = (x - μ) / √(σ² + epsilon) · gamma + beta, with mean μ and variance σ² of `axes`.

    x: (...), gamma, beta: (a size for each axis of `axes`) or None.
    Source: Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450
    """

    def numpy(self, x: np.ndarray, gamma: np.ndarray | None = None, beta: np.ndarray | None = None) -> np.ndarray:
        y = standardized(x, self.axes, self.epsilon)
        y = y if gamma is None else y * gamma.reshape(along(self.axes, x, gamma))
        return y if beta is None else y + beta.reshape(along(self.axes, x, beta))

    def tensorflow(self, x: Any, gamma: Any = None, beta: Any = None) -> Any:
        moments = tf.nn.moments(x, self.axes, keepdims=True)
        weights = [None if w is None else tf.reshape(w, along(self.axes, x, w)) for w in (beta, gamma)]
        return tf.nn.batch_normalization(x, *moments, *weights, variance_epsilon=self.epsilon)

    def decompose(self, x: Any, gamma: Any = None, beta: Any = None) -> Any:
        centred = subtract(x, mean(x, self.axes, keepdims=True))
        variance = mean(square(centred), self.axes, keepdims=True)
        y = divide(centred, sqrt(add(variance, self.epsilon)))
        y = y if gamma is None else multiply(y, reshape(gamma, along(self.axes, x, gamma)))
        return y if beta is None else add(y, reshape(beta, along(self.axes, x, beta)))


def standardized(x: np.ndarray, axes: tuple[int, ...], epsilon: float) -> np.ndarray:
    """(x - μ) / √(σ² + epsilon)"""
    centred = x - x.mean(axis=axes, keepdims=True)
    y: np.ndarray = centred / np.sqrt(np.square(centred).mean(axis=axes, keepdims=True) + epsilon)
    return y.astype(x.dtype, copy=False)  # bfloat16 with a Python number gives float32


class RmsNorm(OverAxes):
    """y = x / √(mean(x²) + epsilon) · scale, with the mean over `axes`.

    x: (...), scale: (a size for each axis of `axes`) or None.
    Source: Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
    """

    def numpy(self, x: np.ndarray, scale: np.ndarray | None = None) -> np.ndarray:
        y: np.ndarray = x / np.sqrt(np.square(x).mean(axis=self.axes, keepdims=True) + self.epsilon)
        y = y.astype(x.dtype, copy=False)
        return y if scale is None else y * scale.reshape(along(self.axes, x, scale))

    def tensorflow(self, x: Any, scale: Any = None) -> Any:
        y = x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), self.axes, keepdims=True) + self.epsilon)
        return y if scale is None else y * tf.reshape(scale, along(self.axes, x, scale))

    def decompose(self, x: Any, scale: Any = None) -> Any:
        y = divide(x, sqrt(add(mean(square(x), self.axes, keepdims=True), self.epsilon)))
        return y if scale is None else multiply(y, reshape(scale, along(self.axes, x, scale)))


class L2Normalize(OverAxes):
    """y = x / max(√Σx², epsilon), with the sum over `axes`. x: (...) → (...)"""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        y: np.ndarray = x / np.maximum(np.sqrt(np.square(x).sum(axis=self.axes, keepdims=True)), self.epsilon)
        return y.astype(x.dtype, copy=False)

    def tensorflow(self, x: Any) -> Any:
        # the form with rsqrt has a finite gradient at x = 0, that of the square root has none
        norm = tf.math.rsqrt(tf.maximum(tf.reduce_sum(tf.square(x), self.axes, keepdims=True), self.epsilon**2))
        return x * norm

    def decompose(self, x: Any) -> Any:
        return divide(x, maximum(sqrt(reduce_sum(square(x), self.axes, keepdims=True)), self.epsilon))


class GroupNorm(Op):
    """y = (x - μ) / √(σ² + epsilon) · gamma + beta, with the statistics of each sample and group of channels.

    x: (batch, ...) with C channels along `axis`, of which each C / `groups` neighbours are one group;
    gamma, beta: (C,) or None. One group a channel is instance normalisation.
    Source: Wu & He 2018, https://arxiv.org/abs/1803.08494
    """

    groups: int
    axis: int
    epsilon: float
    data_inputs = 1

    def infer(self, x: TensorType, gamma: TensorType | None = None, beta: TensorType | None = None) -> TensorType:
        channels = x.shape[normalize_axis(self.axis, x.rank)]
        if self.axis == 0 or channels is None or channels % self.groups:
            raise fail(self, f"a multiple of {self.groups} channels in axis {self.axis} > 0", x=x)
        return x

    def grouped(self, sizes: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[int, ...]]:
        """The shape with the channels as (groups, C / groups), and the axes of one group in it."""
        split = (*sizes[: self.axis], self.groups, sizes[self.axis] // self.groups, *sizes[self.axis + 1 :])
        return split, tuple(a for a in range(1, len(split)) if a != self.axis)

    def numpy(self, x: np.ndarray, gamma: np.ndarray | None = None, beta: np.ndarray | None = None) -> np.ndarray:
        split, axes = self.grouped(x.shape)
        y = standardized(x.reshape(split), axes, self.epsilon).reshape(x.shape)
        y = y if gamma is None else y * gamma.reshape(along((self.axis,), x, gamma))
        return y if beta is None else y + beta.reshape(along((self.axis,), x, beta))

    def tensorflow(self, x: Any, gamma: Any = None, beta: Any = None) -> Any:
        split, axes = self.grouped(shape(x))
        groups = tf.reshape(x, split)
        moments = tf.nn.moments(groups, axes, keepdims=True)
        channels = [1] * len(split)
        channels[self.axis : self.axis + 2] = self.groups, -1
        weights = [None if w is None else tf.reshape(w, channels) for w in (beta, gamma)]
        y = tf.nn.batch_normalization(groups, *moments, *weights, variance_epsilon=self.epsilon)
        return tf.reshape(y, tf.shape(x))

    def decompose(self, x: Any, gamma: Any = None, beta: Any = None) -> Any:
        sizes = shape(x)
        split, axes = self.grouped(sizes)
        groups = reshape(x, split)
        centred = subtract(groups, mean(groups, axes, keepdims=True))
        variance = mean(square(centred), axes, keepdims=True)
        y = reshape(divide(centred, sqrt(add(variance, self.epsilon))), sizes)
        y = y if gamma is None else multiply(y, reshape(gamma, along((self.axis,), x, gamma)))
        return y if beta is None else add(y, reshape(beta, along((self.axis,), x, beta)))

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]] | None:
        return (replace(self, axis=permutation.index(self.axis)), permutation) if permutation[0] == 0 else None


def batch_norm(
    x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None, *, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """Normalises `x` along `axis` with the given statistics."""
    return BatchNorm(axis=normalize_axis(axis, len(x.shape)), epsilon=float(epsilon))(x, mean, variance, gamma, beta)


def layer_norm(x: Any, gamma: Any = None, beta: Any = None, *, axis: int | Iterable[int] = -1, epsilon: float = 1e-3) -> Any:
    """`x` with mean 0 and variance 1 over `axis`, then scaled and shifted."""
    return LayerNorm(axes=normalize_axes(axis, len(x.shape)), epsilon=float(epsilon))(x, gamma, beta)


def rms_norm(x: Any, scale: Any = None, *, axis: int | Iterable[int] = -1, epsilon: float = 1e-6) -> Any:
    """`x` with a mean square of 1 over `axis`, then scaled."""
    return RmsNorm(axes=normalize_axes(axis, len(x.shape)), epsilon=float(epsilon))(x, scale)


def l2_normalize(x: Any, axis: int | Iterable[int] | None = -1, epsilon: float = 1e-12) -> Any:
    """`x` with an L2 norm of 1 over `axis`."""
    return L2Normalize(axes=normalize_axes(axis, len(x.shape)), epsilon=float(epsilon))(x)


def group_norm(x: Any, gamma: Any = None, beta: Any = None, *, groups: int, axis: int = -1, epsilon: float = 1e-3) -> Any:
    """`x` with mean 0 and variance 1 in each group of channels, then scaled and shifted."""
    op = GroupNorm(groups=groups, axis=normalize_axis(axis, len(x.shape)), epsilon=float(epsilon))
    return op(x, gamma, beta)


__all__ = [
    "BatchNorm",
    "GroupNorm",
    "L2Normalize",
    "LayerNorm",
    "RmsNorm",
    "batch_norm",
    "group_norm",
    "l2_normalize",
    "layer_norm",
    "rms_norm",
]
