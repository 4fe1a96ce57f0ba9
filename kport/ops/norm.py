"""Normalisation with given or computed statistics."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .elementwise import add, divide, multiply, sqrt, subtract
from .op import Op
from .shape import reshape
from .shapes import normalize_axis


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
        normalize_axis(self.axis, x.rank)
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
        y = (x - mean.reshape(shape)) * scale.reshape(shape).astype(x.dtype, copy=False)
        return y if beta is None else y + beta.reshape(shape)

    def tensorflow(self, x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None) -> Any:
        shape = [1] * x.shape.rank
        shape[self.axis] = -1
        parts = [None if t is None else tf.reshape(t, shape) for t in (mean, variance, beta, gamma)]
        return tf.nn.batch_normalization(x, *parts, variance_epsilon=self.epsilon)

    def decompose(self, x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None) -> Any:
        shape = [1] * len(x.shape)
        shape[self.axis] = -1
        y = divide(subtract(x, reshape(mean, shape)), sqrt(add(reshape(variance, shape), self.epsilon)))
        y = y if gamma is None else multiply(y, reshape(gamma, shape))
        return y if beta is None else add(y, reshape(beta, shape))

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return BatchNorm(axis=permutation.index(self.axis), epsilon=self.epsilon), permutation


def batch_norm(
    x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None, *, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """Normalises `x` along `axis` with the given statistics."""
    return BatchNorm(axis=normalize_axis(axis, len(x.shape)), epsilon=float(epsilon))(x, mean, variance, gamma, beta)


__all__ = ["BatchNorm", "batch_norm"]
