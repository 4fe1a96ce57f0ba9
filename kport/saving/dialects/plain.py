"""What all dialects share: plain values, and finding the layers within a configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import FileError, LayerError

Entry = dict[str, Any]
"""A layer in a configuration: class_name, config, and within a functional model name and inbound_nodes."""

FUNCTIONAL = ("Functional", "Model", "Container", "Network", "ModelV2")
_NESTED = ("layer", "backward_layer", "forward_layer", "cell", "cells")
"""Arguments that hold layers."""


def plain(x: Any) -> Any:
    """Tuples, shapes and arrays that Keras 2 wrapped in dictionaries, as lists and numbers."""
    if isinstance(x, list):
        return [plain(item) for item in x]
    if not isinstance(x, dict):
        return x
    if x.get("class_name") in ("__tuple__", "TensorShape", "CollectionsOrderedDict") and "items" in x:
        return plain(x["items"])
    if x.get("type") == "ndarray" and "value" in x:
        return x["value"]
    return {key: plain(item) for key, item in x.items()}


def is_model(entry: Entry) -> bool:
    return is_functional(entry) or is_sequential(entry)


def is_functional(entry: Entry) -> bool:
    """A functional model, or a subclass of the user's whose configuration is one."""
    config = entry.get("config")
    return isinstance(config, dict) and isinstance(config.get("layers"), list) and "output_layers" in config


def is_sequential(entry: Entry) -> bool:
    return entry.get("class_name") == "Sequential"


def sequential_layers(entry: Entry) -> list[Entry]:
    """The layers of a Sequential, whose configuration was a list once."""
    config = entry["config"]
    return config if isinstance(config, list) else config["layers"]


def nested(config: dict[str, Any], upgrade: Callable[[Entry], Entry]) -> dict[str, Any]:
    """The configuration with `upgrade` of every layer in its arguments."""
    config = dict(config)
    for key in _NESTED:
        value: Any = config.get(key)
        if is_entry(value):
            config[key] = upgrade(value)
        elif isinstance(value, list) and value and all(map(is_entry, value)):
            config[key] = [upgrade(item) for item in value]
    return config


def is_entry(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and isinstance(value.get("config"), (dict, list))


def checked(entry: Any) -> Entry:
    """A layer's entry; FileError for anything else."""
    if not is_entry(entry):
        raise FileError(
            f"expected a layer with 'class_name' and 'config' in the model's configuration. Received: {str(entry)[:200]}"
        )
    return entry


def name_of(entry: Entry) -> str:
    config = entry["config"]
    name = entry.get("name") or (config.get("name") if isinstance(config, dict) else None)
    return str(name or entry["class_name"])


def drop(config: dict[str, Any], name: str, **neutral: Any) -> dict[str, Any]:
    """Without arguments that Keras no longer has, which must have the value that changes nothing."""
    for key, value in neutral.items():
        if key in config and config[key] not in (None, value):
            raise LayerError(
                f"expected {key}={value!r}, the only value that layers of Keras 3 can have. Received: {key}={config[key]!r}", name
            )
    return {key: value for key, value in config.items() if key not in neutral}


def renamed(config: dict[str, Any], **names: str) -> dict[str, Any]:
    """With arguments under their new names."""
    return {names.get(key, key): value for key, value in config.items()}
