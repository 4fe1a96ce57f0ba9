"""Initial values of weights, under their Keras names."""

from __future__ import annotations

from typing import Any

from ..registry import initializers as _registry
from .constant import Constant, Ones, Zeros
from .scaling import GlorotUniform

__all__ = ["Constant", "GlorotUniform", "Ones", "Zeros", "get"]


def get(identifier: Any) -> Any:
    """The initializer that a name, a configuration or an instance means."""
    return _registry.get(identifier)
