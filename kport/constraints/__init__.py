"""Conditions that weights are brought back to after each step, under their Keras names."""

from __future__ import annotations

from typing import Any

from ..registry import constraints as _registry


def get(identifier: Any) -> Any:
    """The constraint that None, a name, a configuration or an instance means."""
    return _registry.get(identifier)
