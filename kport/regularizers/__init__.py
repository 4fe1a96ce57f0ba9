"""Penalties on weights, under their Keras names."""

from __future__ import annotations

from typing import Any

from ..registry import regularizers as _registry


def get(identifier: Any) -> Any:
    """The regularizer that None, a name, a configuration or an instance means."""
    return _registry.get(identifier)
