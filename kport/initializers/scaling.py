"""Random initial values whose spread depends on the number of inputs and outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..registry import initializers
from .initializer import Initializer


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """Number of inputs and outputs of one unit of a kernel (*window, inputs, outputs)."""
    if len(shape) < 2:
        size = float(shape[0]) if shape else 1.0
        return size, size
    window = float(np.prod(shape[:-2]))
    return shape[-2] * window, shape[-1] * window


@initializers("glorot_uniform")
class GlorotUniform(Initializer):
    """Uniform in ±√(6 / (fan_in + fan_out)). Source: Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html"""

    def __init__(self, seed: int | None = None):
        self.seed = seed

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
        limit = float(np.sqrt(6.0 / sum(fans(shape))))
        return np.random.default_rng(self.seed).uniform(-limit, limit, shape).astype(dtype)
