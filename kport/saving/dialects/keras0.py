"""Keras 0 (2015): layers are {"name": class, ...arguments}, to Keras 1."""

from __future__ import annotations

from typing import Any

from ...errors import FileError
from .plain import Entry


def upgrade(architecture: dict[str, Any]) -> Entry:
    """A Sequential of Keras 0 in Keras 1's form; layers get the names layer_0, layer_1, ... that the weights have."""
    if architecture.get("name") != "Sequential":
        raise FileError(
            f"expected a Sequential model of Keras 0. Received: {architecture.get('name')!r}, whose connections Keras 0 kept in "
            "code; open it with Keras 1 and save it again"
        )
    layers = [_layer(layer, f"layer_{i}") for i, layer in enumerate(architecture["layers"])]
    return {"class_name": "Sequential", "config": layers}


def _layer(layer: dict[str, Any], name: str) -> Entry:
    config = {k: v for k, v in layer.items() if k not in ("name", "custom_name", "cache_enabled", "input_shape")}
    if layer.get("input_shape") is not None:
        config["batch_input_shape"] = [None, *layer["input_shape"]]
    return {"class_name": layer["name"], "config": {**config, "name": name}}
