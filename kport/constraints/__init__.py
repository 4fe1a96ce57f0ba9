"""Conditions that weights are brought back to after each step, under their Keras names."""

from __future__ import annotations

from typing import Any

from ..registry import constraints as _registry
from .constraint import Constraint
from .non_neg import NonNeg
from .norms import MaxNorm, MinMaxNorm, UnitNorm

__all__ = ["Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "get"]


def get(identifier: Any) -> Any:
    """The constraint that None, a name, a configuration or an instance means."""
    return _registry.get(identifier)
