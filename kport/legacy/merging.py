"""Keras 0 and 1's Merge: each mode is a layer of its own since."""

from __future__ import annotations

from typing import Any

from ..errors import LayerError

_MODES = {"sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum", "dot": "Dot"}


def merge_layer(config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The layer that a Merge of this mode is; LayerError for a mode that is the user's own function."""
    mode, name = config.get("mode", "sum"), config.get("name")
    if config.get("mode_type", "raw") != "raw" or not (mode in _MODES or mode == "cos"):
        raise LayerError(
            f"expected a Merge with a mode out of {[*_MODES, 'cos']}. Received: mode={str(mode)[:60]!r}, code of the file, which "
            f"is never run. Define the layer yourself in a file and pass --custom FILE: @kport.register(name={name!r})",
            name,
        )
    upgraded: dict[str, Any] = {"name": name, "trainable": config.get("trainable", True)}
    if mode == "concat":
        upgraded["axis"] = config.get("concat_axis", -1)
    if mode == "dot":
        upgraded["axes"] = _axes(config)
    if mode == "cos":
        return "Operation", {"operation": "MergeCosine", "arguments": {"axes": _axes(config)}, "name": name}
    return _MODES[mode], upgraded


def _axes(config: dict[str, Any]) -> Any:
    axes = config.get("dot_axes", -1)
    return [a[0] if isinstance(a, list) else a for a in axes] if isinstance(axes, list) else axes
