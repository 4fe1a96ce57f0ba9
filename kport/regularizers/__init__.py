"""Penalties on weights, under their Keras names."""

from __future__ import annotations

from typing import Any

from ..registry import regularizers as _registry
from .norms import L1, L1L2, L2
from .orthogonal import OrthogonalRegularizer
from .regularizer import Regularizer

__all__ = ["L1", "L1L2", "L2", "OrthogonalRegularizer", "Regularizer", "get"]


def get(identifier: Any) -> Any:
    """The regularizer that None, a name, a configuration or an instance means."""
    if identifier == "l1_l2":  # the name alone stands for Keras's function l1_l2, whose defaults are not those of the class
        return L1L2(l1=0.01, l2=0.01)
    return _registry.get(identifier)
