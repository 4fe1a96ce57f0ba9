"""Activations: elementwise, but for softmax and those with a parameter per channel."""

from __future__ import annotations

import numpy as np

from .elementwise import erf
from .shapes import per_channel

FORMS = """
15 relu(x: T=F) -> T
15 relu6(x: T=F) -> T
15 sigmoid(x: T=F) -> T
15 silu(x: T=F) -> T
15 softplus(x: T=F) -> T
15 softsign(x: T=F) -> T
15 gelu(x: T=F, mode?: const string) -> T
15 softmax(x: T=F, axis?: const int32) -> T
15 clamped_relu(x: T=F, alpha: const T, beta: const T) -> T
17 clamped_relu(x: T=F, alpha: const U=F, beta: const U) -> T
15 elu(x: T=F, alpha: const T) -> T
17 elu(x: T=F, alpha: const U=F) -> T
15 leaky_relu(x: T=F, alpha: const T) -> T
17 leaky_relu(x: T=F, alpha: const U=F) -> T
15 linear_activation(x: T=F, alpha: const T, beta: const T) -> T
17 linear_activation(x: T=F, alpha: const U=F, beta: const U) -> T
15 prelu(x[3-5]: T=F, alpha[1]: const T) -> T
17 prelu(x[3-5]: T=F, alpha[1]: const U=F) -> T
15 scaled_tanh(x: T=F, alpha: const T, beta: const T) -> T
17 scaled_tanh(x: T=F, alpha: const U=F, beta: const U) -> T
15 sigmoid_hard(x: T=F, alpha: const T, beta: const T) -> T
17 sigmoid_hard(x: T=F, alpha: const U=F, beta: const U) -> T
15 softplus_parametric(x[3-5]: T=F, alpha[1]: const T, beta[1]: const T) -> T
17 softplus_parametric(x[3-5]: T=F, alpha[1]: const U=F, beta[1]: const U) -> T
15 thresholded_relu(x: T=F, alpha: const T) -> T
17 thresholded_relu(x: T=F, alpha: const U=F) -> T
"""


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x), by way of tanh, which doesn't overflow."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + e^x)"""
    return np.logaddexp(x, x.dtype.type(0))


def _gelu(x: np.ndarray, mode: str = "EXACT") -> np.ndarray:
    if mode == "EXACT":
        return 0.5 * x * (1 + erf(x * 0.5**0.5))
    if mode == "TANH_APPROXIMATION":
        return 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))
    if mode == "SIGMOID_APPROXIMATION":
        return x * sigmoid(1.702 * x)
    raise ValueError(f"expected mode EXACT, TANH_APPROXIMATION or SIGMOID_APPROXIMATION. Received: {mode}")


def _softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _clamped_relu(x: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    return np.minimum(np.where(x >= 0, x, alpha * x), beta)


def _elu(x: np.ndarray, alpha: float) -> np.ndarray:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _prelu(x: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """A slope for each channel. Apple's own test of ranks 3 and 5 fails but where all slopes are the same."""
    if x.ndim != 4 and np.any(alpha != alpha[0]):
        raise ValueError(f"expected rank 4, or equal slopes: CoreML computes others wrongly. Received: rank {x.ndim}")
    return np.where(x > 0, x, per_channel(alpha, x) * x)


def _softplus_parametric(x: np.ndarray, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    return per_channel(alpha, x) * softplus(per_channel(beta, x) * x)


KERNELS = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "gelu": _gelu,
    "softmax": _softmax,
    "clamped_relu": _clamped_relu,
    "elu": _elu,
    "leaky_relu": lambda x, alpha: np.where(x >= 0, x, alpha * x),
    "linear_activation": lambda x, alpha, beta: x * alpha + beta,
    "prelu": _prelu,
    "scaled_tanh": lambda x, alpha, beta: alpha * np.tanh(beta * x),
    "sigmoid_hard": lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1),
    "softplus_parametric": _softplus_parametric,
    "thresholded_relu": lambda x, alpha: np.where(x >= alpha, x, 0),
}
