"""Normalisation. A mean and its variance are taken in the precision that the machine computes in, in two passes."""

from __future__ import annotations

import numpy as np

from .shapes import axes_of, per_channel

_GAINS = "gamma?[1]: const {0}, beta?[1]: const {0}, epsilon?: const {0}"
FORMS = f"""
15 batch_norm(x[3-5]: T=F, mean[1]: const T, variance[1]: const T, {_GAINS.format("T")}) -> T
17 batch_norm(x[3-5]: T=F, mean[1]: const U=F, variance[1]: const U, {_GAINS.format("U")}) -> T
15 instance_norm(x[3-4]: T=F, {_GAINS.format("T")}) -> T
17 instance_norm(x[3-4]: T=F, gamma?[1]: const U=F, beta?[1]: const U, epsilon?: const U) -> T
15 l2_norm(x[3-5]: T=F, epsilon?: const T) -> T
17 l2_norm(x[3-5]: T=F, epsilon?: const U=F) -> T
15 layer_norm(x: T=F, axes?[1]: const int32, gamma?: const T, beta?: const T, epsilon?: const T) -> T
17 layer_norm(x: T=F, axes?[1]: const int32, gamma?: const U=F, beta?: const U, epsilon?: const U) -> T
15 local_response_norm(x[3-4]: T=F, size: const int32, alpha?: const T, beta?: const T, k?: const T) -> T
17 local_response_norm(x[3-4]: T=F, size: const int32, alpha?: const U=F, beta?: const U, k?: const U) -> T
"""


def _batch_norm(
    x: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    gamma: np.ndarray | None = None,
    beta: np.ndarray | None = None,
    epsilon: float = 1e-5,
) -> np.ndarray:
    """γ (x - mean) / √(variance + ε) + β, each per channel."""
    y = (x - per_channel(mean, x)) / per_channel(np.sqrt(variance + variance.dtype.type(epsilon)), x)
    y = y if gamma is None else y * per_channel(gamma, x)
    return y if beta is None else y + per_channel(beta, x)


def _instance_norm(
    x: np.ndarray, gamma: np.ndarray | None = None, beta: np.ndarray | None = None, epsilon: float = 1e-5
) -> np.ndarray:
    """Each channel of each sample normalised over its pixels."""
    y = _normalised(x, tuple(range(2, x.ndim)), epsilon)
    y = y if gamma is None else y * per_channel(gamma, x)
    return y if beta is None else y + per_channel(beta, x)


def _layer_norm(
    x: np.ndarray,
    axes: np.ndarray | None = None,
    gamma: np.ndarray | None = None,
    beta: np.ndarray | None = None,
    epsilon: float = 1e-5,
) -> np.ndarray:
    """γ and β have the shape of the normalised axes."""
    found = axes_of(axes, x.ndim)
    y = _normalised(x, found, epsilon)
    for name, values in (("gamma", gamma), ("beta", beta)):
        if values is not None and np.shape(values) != tuple(x.shape[a] for a in found):
            raise ValueError(f"expected {name} of the shape of axes {list(found)}. Received: {list(np.shape(values))}")
    if list(found) != sorted(found) and (gamma is not None or beta is not None):
        raise ValueError(f"the documentation doesn't say how gamma lies when axes aren't in order. Received: {list(found)}")
    shape = [size if a in found else 1 for a, size in enumerate(x.shape)]
    y = y if gamma is None else y * np.reshape(gamma, shape)
    return y if beta is None else y + np.reshape(beta, shape)


def _normalised(x: np.ndarray, axes: tuple[int, ...], epsilon: float) -> np.ndarray:
    centred = x - x.mean(axis=axes, keepdims=True)
    return centred / np.sqrt((centred * centred).mean(axis=axes, keepdims=True) + x.dtype.type(epsilon))


def _l2_norm(x: np.ndarray, epsilon: float = 1e-6) -> np.ndarray:
    """Over the last three axes."""
    return x / np.sqrt((x * x).sum(axis=(-3, -2, -1), keepdims=True) + x.dtype.type(epsilon))


def _local_response_norm(x: np.ndarray, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> np.ndarray:
    """x / (k + α / size · Σ x²)^β, over `size` channels around each."""
    if size % 2 == 0:
        raise ValueError(f"the documentation doesn't say which channels are next to one when size is even. Received: {size}")
    squares = np.pad(x * x, [(0, 0), (size // 2, size // 2), *[(0, 0)] * (x.ndim - 2)])
    total = sum(squares[:, i : i + x.shape[1]] for i in range(size))
    return x / (k + alpha / size * total) ** beta


KERNELS = {
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "layer_norm": _layer_norm,
    "l2_norm": _l2_norm,
    "local_response_norm": _local_response_norm,
}
