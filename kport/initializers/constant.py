"""Initial values that chance has no part in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..registry import initializers
from .initializer import Initializer


@initializers("zeros", "zero")
class Zeros(Initializer):
    """All zeros."""

    def values(self, shape: tuple[int, ...]) -> Any:
        return np.zeros(shape, np.float32)


@initializers("ones", "one")
class Ones(Initializer):
    """All ones."""

    def values(self, shape: tuple[int, ...]) -> Any:
        return np.ones(shape, np.float32)


@initializers("constant")
class Constant(Initializer):
    """All `value`, a number or an array that broadcasts to the shape."""

    def __init__(self, value: Any = 0.0):
        self.value = value

    def values(self, shape: tuple[int, ...]) -> Any:
        return np.broadcast_to(np.asarray(self.value), shape).copy()

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constant:
        """As always; Keras 3 wraps an array as {"class_name": "__numpy__", "config": {"value", "dtype"}}."""
        value = config.get("value", 0.0)
        if isinstance(value, dict):
            value = np.array(value["config"]["value"], value["config"]["dtype"])
        return cls(value)


@initializers("identity", "IdentityInitializer")
class Identity(Initializer):
    """`gain` on the diagonal, zero elsewhere. Another rank than 2 is a ShapeError."""

    def __init__(self, gain: float = 1.0):
        self.gain = gain

    def values(self, shape: tuple[int, ...]) -> Any:
        if len(shape) != 2:
            raise ShapeError(f"expected a matrix for the initializer Identity. Received: shape={shape}")
        return self.gain * np.eye(*shape)
