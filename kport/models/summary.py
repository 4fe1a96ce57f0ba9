"""A model's layers as a table in text."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ..layers.keras_tensor import KerasTensor, LayerCall
from ..layers.layer import Layer
from ..tree import flatten, map_structure
from .calls import tensors_of

if TYPE_CHECKING:
    from .model import Model

HEADER = ("Layer (type)", "Output shape", "Param #", "Connected to")


def summary(model: Model) -> str:
    """A row for each layer, and the numbers of parameters. Layers of which no call is known have no output shape."""
    calls: dict[int, list[LayerCall]] = defaultdict(list)
    for call in model.known_calls:
        calls[id(call.layer)].append(call)
    rows = [HEADER, *(_row(layer, calls[id(layer)]) for layer in model.layers)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "─" * max(map(len, lines)))
    total = model.count_params()
    trainable = sum(w.type.size or 0 for w in model.trainable_weights)
    counts = f"Parameters: {total:,} ({trainable:,} trainable, {total - trainable:,} not)"
    return "\n".join([f"{type(model).__name__} '{model.name}'", *lines, lines[1], counts])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.rjust(width) if i == 2 else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))]
    return "  ".join(cells).rstrip()


def _row(layer: Layer, calls: list[LayerCall]) -> tuple[str, str, str, str]:
    shapes = dict.fromkeys(str(_shape(call.outputs)) for call in calls)
    sources = dict.fromkeys(x.name for call in calls for x in tensors_of(call))
    parameters = f"{layer.count_params():,}" if layer.built else "not built"
    return f"{layer.name} ({type(layer).__name__})", ", ".join(shapes) or "?", parameters, ", ".join(sources)


def _shape(outputs: Any) -> Any:
    """The shape of the only output, or of each."""
    if isinstance(outputs, KerasTensor):
        return outputs.shape
    return [t.shape for t in flatten(outputs)] if not isinstance(outputs, dict) else map_structure(lambda t: t.shape, outputs)
