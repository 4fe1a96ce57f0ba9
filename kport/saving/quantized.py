"""Weights that Keras 3 quantized to int8 or int4, as floats again."""

from __future__ import annotations

from typing import Any

from ..errors import LayerError


def dequantized(layer: Any, own: list[Any], arrays: list[Any]) -> list[Any]:
    raise LayerError("not yet", layer.name)
