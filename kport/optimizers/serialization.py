"""Optimizers by name and from configurations."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..registry import optimizers
from .optimizer import Optimizer


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer that a configuration means; built-in names in any case. custom_objects: the user's own classes by name."""
    name = config["class_name"]
    cls = (custom_objects or {}).get(name)
    if cls is None:
        known = name.lower() in optimizers.items and name not in optimizers.items
        cls = optimizers.find(name.lower() if known else name, config.get("registered_name"))
    if issubclass(cls, Optimizer):
        return cls.from_config(dict(config.get("config") or {}), custom_objects)
    return cls.from_config(config.get("config") or {})


def get(identifier: Any) -> Any:
    """The optimizer that None, a name, a configuration or an instance means."""
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    found = None
    if isinstance(identifier, str):
        identifier = {"class_name": identifier, "config": {}}
    if isinstance(identifier, dict) and "class_name" in identifier:
        found = deserialize(identifier)
    if isinstance(found, Optimizer):
        return found
    raise UsageError(
        "Could not interpret optimizer identifier: expected the name of an optimizer, its configuration or an instance. "
        f"Received: identifier={identifier!r}"
    )
