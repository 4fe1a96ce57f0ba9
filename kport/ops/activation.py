"""Activation functions as operations, so that a target can use its own native one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .elementwise import FloatUnary
from .op import Op
from .shapes import normalize_axis


class Relu(FloatUnary):
    """y = max(x, 0)"""

    tf_kernel = "nn.relu"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return np.maximum(x, 0)


class Sigmoid(FloatUnary):
    """y = 1 / (1 + e^-x)"""

    tf_kernel = "sigmoid"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        # the half-angle form neither overflows nor loses digits for large |x|
        return 0.5 * np.tanh(0.5 * x) + 0.5


class Softmax(Op):
    """y = e^x / Σ e^x along `axis`; computed from x - max(x)."""

    axis: int

    def infer(self, x: TensorType) -> TensorType:
        normalize_axis(self.axis, x.rank)
        return x

    def numpy(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=self.axis, keepdims=True))
        return e / e.sum(axis=self.axis, keepdims=True)

    def tensorflow(self, x: Any) -> Any:
        return tf.nn.softmax(x, axis=self.axis)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return Softmax(axis=permutation.index(self.axis)), permutation


relu = Relu()
sigmoid = Sigmoid()


def softmax(x: Any, axis: int = -1) -> Any:
    """Softmax along `axis`."""
    return Softmax(axis=normalize_axis(axis, len(x.shape)))(x)


__all__ = ["Relu", "Sigmoid", "Softmax", "relu", "sigmoid", "softmax"]
