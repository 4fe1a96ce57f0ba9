"""Arrays by layer (HDF5 of Keras 0 to 3, SavedModel) into the layers that were built.

Within a layer's group Keras lists trainable arrays first, then the others, over everything the layer holds. What an
old generation kept differently is converted for each layer by itself (`conversions.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import KportError, LayerError, MissingPartError
from ..layers.layer import Layer
from ..layers.own_variables import loads_by_itself
from ..models.model import Model
from ..naming import snake_case
from ..ops.variable import Variable
from .archive import LayerWeights, Stored
from .conversions import CONVERSIONS, OLD_COUNTS, Origin
from .quantized import dequantized


def assign_layers(model: Model, weights: LayerWeights, failures: list[tuple[Any, Exception]] | None = None) -> None:
    """Fills the model's weights; LayerError (or MissingPartError) where names, numbers or shapes don't fit.

    With `failures` the errors of single layers are collected there; these layers stay as they are.
    """
    origin = Origin.of(weights)
    if weights.by_attribute:
        for layer, path in _by_attribute(model, "", weights.layers):
            _assign(layer, weights.layers[path], origin)
        return
    layers = {layer.name: layer for layer in model.layers if layer.weights}
    stored = {name: arrays for name, arrays in weights.layers.items() if arrays}
    for layer in model.layers:
        if not layer.weights and layer.name in stored and loads_by_itself(layer):
            arrays = stored.pop(layer.name)
            layer.load_own_variables({_last_part(a.name): a.read() for a in arrays})
    pairs = _by_name(layers, stored) or _by_order(model, layers, stored)
    tasks = [(layer, stored[name]) for layer, name in pairs]
    for layer, arrays in tasks:
        try:
            _assign(layer, arrays, origin)
        except KportError as error:
            if failures is None:
                raise
            failures.append((layer, error))
    if model.own_weights and weights.top:
        _assign_own(model, weights.top)


def assign_layer(layer: Layer, arrays: list[Stored], weights: LayerWeights) -> None:
    """Fills one layer with the arrays of a file."""
    _assign(layer, arrays, Origin.of(weights))


def _assign_own(model: Model, arrays: list[Stored]) -> None:
    """The weights of the model itself, which aren't those of a layer."""
    own = model.numbered_weights
    if len(own) != len(arrays):
        raise LayerError(f"expected {len(own)} arrays of the model itself. Received: {len(arrays)}", model.name)
    for weight, array in zip(own, arrays, strict=True):
        _check_shape(model, weight, array)
        weight.assign(array.read())


def _last_part(name: str) -> str:
    """ "summary" of "discretization/summary:0"."""
    return name.rsplit("/", 1)[-1].split(":")[0]


def _by_name(layers: dict[str, Layer], stored: dict[str, list[Stored]]) -> list[tuple[Layer, str]] | None:
    """Layers with the arrays of their name; None if a layer has none of its name, or an array no layer."""
    return [(layer, name) for name, layer in layers.items()] if set(layers) == set(_used(stored)) else None


def _used(stored: dict[str, list[Stored]]) -> dict[str, list[Stored]]:
    """Without the state of random generators, which kport's layers don't have."""
    return {name: arrays for name, arrays in stored.items() if not all(_is_random_state(a) for a in arrays)}


def _by_order(model: Model, layers: dict[str, Layer], stored: dict[str, list[Stored]]) -> list[tuple[Layer, str]]:
    """Layers with arrays in order: the names of layers that Keras made up differ from process to process."""
    used = _used(stored)
    if len(layers) != len(used):
        raise MissingPartError(
            f"expected weights of {len(layers)} layers of model '{model.name}': {list(layers)[:6]}. "
            f"Received: weights of {len(used)} layers: {list(used)[:6]}"
        )
    pairs = list(zip(layers.values(), used, strict=True))
    mixed = [(layer.name, name) for layer, name in pairs if layer.name in used and layer.name != name and not _is_made_up(layer)]
    if mixed:
        raise LayerError(
            f"expected the arrays of '{mixed[0][0]}' at its place among the layers of the file. Received: '{mixed[0][1]}' there, "
            f"and other names for {sorted(set(layers) - set(used))[:6]}; give the architecture that belongs to the weights",
            mixed[0][0],
        )
    return pairs


def _is_made_up(layer: Layer) -> bool:
    """Whether Keras may have named the layer: its class and a number."""
    return re.fullmatch(rf"{snake_case(type(layer).__name__)}(_\d+)?", layer.name) is not None


def _by_attribute(layer: Layer, path: str, stored: dict[str, list[Stored]]) -> Iterator[tuple[Layer, str]]:
    """The outermost layers with stored arrays, with the paths of the attributes that hold them; own weights are filled."""
    for weight in layer.own_weights:
        names = [name for name, value in vars(layer).items() if value is weight]
        found = [stored[full] for name in (*names, weight.name) if (full := _joined(path, name)) in stored]
        if not found:
            raise MissingPartError(
                f"expected an array at '{_joined(path, [*names, weight.name][0])}' for weight '{weight.path}'. Received: arrays "
                f"at {list(stored)[:8]}; attributes that hold layers and weights need the names that the authors gave them"
            )
        _check_shape(layer, weight, found[0][0])
        weight.assign(found[0][0].read())
    for full, child in _held(vars(layer), path):
        if full in stored:
            yield child, full
        elif child.weights:
            yield from _by_attribute(child, full, stored)


def _held(attributes: dict[str, Any], path: str) -> Iterator[tuple[str, Layer]]:
    """The layers in attributes, lists and dicts, each with its path."""
    for key, value in attributes.items():
        full = _joined(path, key)
        if isinstance(value, Layer):
            yield full, value
        elif isinstance(value, dict):
            yield from _held(value, full)
        elif isinstance(value, (list, tuple)):
            yield from _held({str(i): item for i, item in enumerate(value)}, full)


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


@dataclass
class _Unit:
    """A layer whose arrays are converted together: its weights, trainable ones first, and how many arrays it has."""

    layer: Layer
    weights: list[Variable]
    trainable: bool
    counts: tuple[int, int]

    def with_old_counts(self) -> _Unit:
        counts = OLD_COUNTS.get(type(self.layer).__name__, self.counts)
        return _Unit(self.layer, self.weights, self.trainable, counts)


def _units(layer: Layer, trainable: bool = True) -> Iterator[_Unit]:
    trainable = trainable and layer.trainable
    whole = type(layer).__name__ in CONVERSIONS
    children = layer.layers if isinstance(layer, Model) else list(layer.sublayers())
    inner = {id(w) for child in children for w in child.weights} if layer.own_weights else set()
    own = layer.weights if whole else sorted((w for w in layer.own_weights if id(w) not in inner), key=lambda w: not w.trainable)
    if own or type(layer).__name__ in OLD_COUNTS:
        count = sum(w.trainable for w in own)
        yield _Unit(layer, own, trainable, (count, len(own) - count))
    if not whole:
        for child in children:
            yield from _units(child, trainable)


def _assign(layer: Layer, arrays: list[Stored], origin: Origin) -> None:
    units = _unique(layer)
    if any(_base(a.name).endswith("_scale") and a.name.count("/") for a in arrays) and any(a.dtype == "int8" for a in arrays):
        _assign_quantized(units, arrays)
        return
    for candidate in (units, [u.with_old_counts() for u in units]):
        if sum(sum(u.counts) for u in candidate) == len(arrays):
            units = candidate
            break
    else:
        expected = [f"{w.name}{w.shape}" for u in units for w in u.weights]
        raise LayerError(
            f"expected {len(expected)} arrays: {', '.join(expected[:8])}. "
            f"Received: {len(arrays)}: {', '.join(f'{a.name}{a.shape}' for a in arrays[:8])}",
            layer.name,
        )
    parts: dict[int, list[Stored]] = {id(u): [] for u in units}
    rest = iter(arrays)
    for unit in units:
        if unit.trainable:
            parts[id(unit)] += [next(rest) for _ in range(unit.counts[0])]
    for unit in units:
        parts[id(unit)] += [next(rest) for _ in range(unit.counts[1] if unit.trainable else sum(unit.counts))]
    for unit in units:
        _fill(unit, parts[id(unit)], origin)


def _assign_quantized(units: list[_Unit], arrays: list[Stored]) -> None:
    """Keras 3 names each array with its layer: <layer>/<array>, so that quantized ones are found by name."""
    by_layer: dict[str, dict[str, Stored]] = {}
    for array in arrays:
        parent, _, name = array.name.rpartition("/")
        by_layer.setdefault(parent.rpartition("/")[2], {})[name] = array
    for unit in units:
        values = dequantized(unit.layer, unit.weights, by_layer.get(unit.layer.name, {}))
        for weight, value in zip(unit.weights, values, strict=True):
            weight.assign(value)


def _unique(layer: Layer) -> list[_Unit]:
    """A layer that is shared within the group has its arrays once."""
    seen: set[int] = set()
    units = []
    for unit in _units(layer):
        if id(unit.layer) not in seen:
            seen.add(id(unit.layer))
            units.append(unit)
    return units


def in_order(layer: Layer) -> list[Variable]:
    """A layer's weights in the order in which its group lists them: those that training changes first."""
    units = _unique(layer)
    first = [w for u in units if u.trainable for w in u.weights[: u.counts[0]]]
    return first + [w for u in units for w in (u.weights[u.counts[0] :] if u.trainable else u.weights)]


def _fill(unit: _Unit, arrays: list[Stored], origin: Origin) -> None:
    convert = CONVERSIONS.get(type(unit.layer).__name__)
    values: list[Any] = _ordered(unit, arrays)
    if convert is not None:
        _check_size(unit, arrays)
        values = convert(unit.layer, values, origin)
    if len(values) != len(unit.weights):
        raise LayerError(f"expected {len(unit.weights)} arrays. Received: {len(values)}", unit.layer.name)
    for weight, value in zip(unit.weights, values, strict=True):
        _check_shape(unit.layer, weight, value)
    for weight, value in zip(unit.weights, values, strict=True):
        weight.assign(value.read() if isinstance(value, Stored) else np.ascontiguousarray(value))


def _check_shape(layer: Layer, weight: Variable, value: Any) -> None:
    if tuple(value.shape) != weight.shape:
        raise LayerError(
            f"expected weight '{weight.name}' of shape {weight.shape}. Received: shape={tuple(value.shape)}", layer.name
        )


def _check_size(unit: _Unit, arrays: list[Stored]) -> None:
    """Before anything is read for conversion: no generation kept more than twice the numbers (cuDNN's biases)."""
    expected, received = sum(w.type.size or 0 for w in unit.weights), sum(a.size for a in arrays)
    if not expected <= received <= 2 * expected:
        raise LayerError(
            f"expected {expected} numbers in {[f'{w.name}{w.shape}' for w in unit.weights]}. "
            f"Received: {received} in {[f'{a.name}{a.shape}' for a in arrays]}",
            unit.layer.name,
        )


def _ordered(unit: _Unit, arrays: list[Stored]) -> list[Stored]:
    """The arrays in the order of the layer's weights where the file names them as the layer does."""
    names = [_base(a.name) for a in arrays]
    wanted = [w.name for w in unit.weights]
    if len(set(names)) == len(names) and sorted(names) == sorted(wanted):
        return [arrays[names.index(name)] for name in wanted]
    return arrays


def _base(name: str) -> str:
    """kernel for conv2d_1/kernel:0"""
    return re.sub(r"(_\d+)?(:0)?$", "", name.rpartition("/")[2])


def _is_random_state(array: Stored) -> bool:
    """The state of a random generator, which tf.keras kept among the weights."""
    return array.dtype.startswith(("int", "uint")) and ("StateVar" in array.name or "seed_generator" in array.name)
