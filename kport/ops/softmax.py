"""Softmax and its logarithm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ir import TensorType
from .attached import attach_logits
from .backend import tf
from .casting import as_float
from .elementwise import divide, exp, log, subtract
from .op import Op
from .reduce import logsumexp
from .reduce import max as reduce_max
from .reduce import sum as reduce_sum
from .shapes import normalize_axes, normalize_axis


class AlongAxis(Op, abstract=True):
    """Normalises the elements along `axis`; the shape stays."""

    axis: int

    def infer(self, x: TensorType) -> TensorType:
        normalize_axis(self.axis, x.rank)
        return x

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return type(self)(axis=permutation.index(self.axis)), permutation


class Softmax(AlongAxis):
    """y = e^x / Σ e^x along `axis`; computed from x - max(x)."""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=self.axis, keepdims=True, initial=-np.inf))
        return e / e.sum(axis=self.axis, keepdims=True)

    def tensorflow(self, x: Any) -> Any:
        return attach_logits(tf.nn.softmax(x, axis=self.axis), x)

    def decompose(self, x: Any) -> Any:
        e = exp(subtract(x, reduce_max(x, self.axis, keepdims=True)))
        return divide(e, reduce_sum(e, self.axis, keepdims=True))


class LogSoftmax(AlongAxis):
    """y = x - ln Σ e^x along `axis`; computed from x - max(x)."""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        shifted = x - x.max(axis=self.axis, keepdims=True, initial=-np.inf)
        return shifted - np.log(np.exp(shifted).sum(axis=self.axis, keepdims=True))

    def tensorflow(self, x: Any) -> Any:
        return tf.nn.log_softmax(x, axis=self.axis)

    def decompose(self, x: Any) -> Any:
        shifted = subtract(x, reduce_max(x, self.axis, keepdims=True))
        return subtract(shifted, log(reduce_sum(exp(shifted), self.axis, keepdims=True)))


def softmax(x: Any, axis: int | Sequence[int] | None = -1) -> Any:
    """e^x / Σ e^x along `axis`: a number, several, or None for all of them."""
    axes = normalize_axes(axis, len(x.shape))
    return Softmax(axis=axes[0])(as_float(x)) if len(axes) == 1 else exp(log_softmax(x, axes))


def log_softmax(x: Any, axis: int | Sequence[int] | None = -1) -> Any:
    """x - ln Σ e^x along `axis`: a number, several, or None for all of them."""
    axes = normalize_axes(axis, len(x.shape))
    x = as_float(x)
    return LogSoftmax(axis=axes[0])(x) if len(axes) == 1 else subtract(x, logsumexp(x, axes, keepdims=True))


__all__ = [
    "LogSoftmax",
    "Softmax",
    "log_softmax",
    "softmax",
]
