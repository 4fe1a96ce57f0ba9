"""What a picture of a model shows: a box for each layer, and which box reads which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ..errors import LayerError, UsageError
from ..layers.core.input_layer import InputLayer
from ..layers.layer import Layer
from ..models.calls import tensors_of
from ..models.functional import Functional
from ..models.model import Model
from ..models.sequential import Sequential
from ..tree import flatten, map_structure

INK, PAPER = "#000000", "#ffffff"
TRAINABLE, FROZEN = "#228b22", "#b22222"


@dataclass(frozen=True)
class Shown:
    """What boxes say."""

    shapes: bool = False
    dtype: bool = False
    names: bool = False
    activations: bool = False
    trainable: bool = False
    nested: bool = False


@dataclass(frozen=True)
class Cell:
    """A field of a box."""

    text: str
    fill: str = PAPER
    ink: str = INK


@dataclass
class Box:
    """A layer: rows of cells. `group`: the models that it lies in, the outermost first, as (number, name)."""

    rows: list[list[Cell]]
    group: tuple[tuple[int, str], ...] = ()


@dataclass
class Picture:
    """Boxes, and edges between them by their numbers."""

    boxes: list[Box] = field(default_factory=list)
    edges: dict[tuple[int, int], None] = field(default_factory=dict)


Ends = tuple[list[int], list[int]]
"""The boxes that read a layer's inputs, and those that give its outputs."""


def picture_of(model: Model, shown: Shown) -> Picture:
    """The picture of a model; a subclassed one is a box of its own. UsageError for a model that wasn't built."""
    if not model.built:
        raise UsageError(f"expected a model that was built: call it on data first. Received: model '{model.name}', built=False")
    picture = Picture()
    if isinstance(model, (Functional, Sequential)):
        _add_model(picture, model, shown, ())
    else:
        picture.boxes.append(Box(_rows(model, shown)))
    return picture


def _add(picture: Picture, layer: Layer, shown: Shown, group: tuple[tuple[int, str], ...]) -> Ends:
    if shown.nested and isinstance(layer, (Functional, Sequential)):
        return _add_model(picture, layer, shown, (*group, (len(picture.boxes), layer.name)))
    picture.boxes.append(Box(_rows(layer, shown), group))
    number = len(picture.boxes) - 1
    return [number], [number]


def _add_model(picture: Picture, model: Any, shown: Shown, group: tuple[tuple[int, str], ...]) -> Ends:
    if isinstance(model, Sequential):
        ends = [_add(picture, layer, shown, group) for layer in model.layers]
        for (_, outputs), (inputs, _) in pairwise(ends):
            _connect(picture, outputs[:1], inputs)
        return ends[0][0], ends[-1][1]
    known: dict[int, Ends] = {}
    for layer in model.layers:
        known[id(layer)] = _add(picture, layer, shown, group)

    def source(tensor: Any) -> int:
        outputs = known[id(tensor.call.layer)][1]
        return outputs[min(tensor.index, len(outputs) - 1)]

    for call in model.calls:
        inputs = known[id(call.layer)][0]
        for i, tensor in enumerate(tensors_of(call)):
            _connect(picture, [source(tensor)], [inputs[min(i, len(inputs) - 1)]])
    starts = [known[id(t.call.layer)][0][0] for t in model.input_tensors]
    return starts, [source(t) for t in model.output_tensors]


def _connect(picture: Picture, sources: list[int], targets: list[int]) -> None:
    picture.edges.update(((source, target), None) for source in sources for target in targets)


def _rows(layer: Layer, shown: Shown) -> list[list[Cell]]:
    kind = type(layer).__name__
    rows = [[Cell(f"{layer.name} ({kind})" if shown.names else kind, INK, PAPER)]]
    activation = getattr(layer, "activation", None)
    if shown.activations and activation is not None:
        rows.append([Cell(f"Activation: {getattr(activation, 'name', getattr(activation, '__name__', activation))}")])
    cells = list(_facts(layer, shown))
    return [*rows, cells] if cells else rows


def _facts(layer: Layer, shown: Shown) -> Iterator[Cell]:
    inputs, outputs = _ends(layer)
    if shown.shapes and not isinstance(layer, InputLayer):
        yield Cell(f"Input shape: {_said(inputs, 'shape')}")
    if shown.shapes:
        yield Cell(f"Output shape: {_said(outputs, 'shape')}")
    if shown.dtype:
        yield Cell(f"Output dtype: {_said(outputs, 'dtype')}")
    if shown.trainable and layer.weights:
        yield Cell("Trainable", TRAINABLE, PAPER) if layer.trainable else Cell("Non-trainable", FROZEN, PAPER)


def _ends(layer: Layer) -> tuple[Any, Any]:
    """What the layer was called on and what it gave, None where that isn't known."""
    if isinstance(layer, InputLayer):
        return None, layer.output
    try:
        return layer.input, layer.output
    except LayerError:
        return None, None


def _said(tensors: Any, what: str) -> str:
    if tensors is None or any(t is None or not hasattr(t, what) for t in flatten(tensors)):
        return "?"
    values = map_structure(lambda t: getattr(t, what), tensors)
    if isinstance(values, dict):
        return ", ".join(f"{key}: {value}" for key, value in values.items())
    return str(values)
