"""Learning rates that change with the step, under their Keras names."""

from __future__ import annotations

from typing import Any

from ...configurable import serialize
from ...registry import schedules as _registry
from .cosine import CosineDecay, CosineDecayRestarts
from .decays import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay
from .schedule import LearningRateSchedule

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The schedule (or the user's own function) that a configuration means; custom_objects: the user's own classes by name."""
    own = (custom_objects or {}).get(str(config.get("class_name"))) if isinstance(config, dict) else None
    return own.from_config(config["config"]) if own is not None else _registry.get(config)
