"""Initial values that are the same everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..registry import initializers
from .initializer import Initializer


@initializers("zeros", "zero")
class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
        return np.zeros(shape, dtype)


@initializers("ones", "one")
class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
        return np.ones(shape, dtype)


@initializers("constant")
class Constant(Initializer):
    """All `value`."""

    def __init__(self, value: float = 0.0):
        self.value = value

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
        return np.broadcast_to(np.asarray(self.value, dtype), shape).copy()
