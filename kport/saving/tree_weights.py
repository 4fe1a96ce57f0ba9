"""Arrays by path of attributes (`.keras` of tf.keras 2.12 to Keras 3) into the layers that were built.

A model's layers lie under `layers/<class>_<n>`, other layers under the attribute that holds them, those in lists under
`<attribute>/<class>_<n>`; a layer's own arrays are numbered, trainable ones first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..errors import LayerError, MissingPartError
from ..layers.layer import Layer
from ..layers.operation import Operation, OpLayer
from ..layers.own_variables import loads_by_itself
from ..models.feature_space import FeatureSpace
from ..models.functional import Functional
from ..models.model import Model
from ..models.sequential import Sequential
from ..naming import UniqueNames, snake_case
from .archive import Stored, TreeWeights
from .quantized import dequantized, named

_ROOTS = ("layers", "_layer_checkpoint_dependencies")


def assign_tree(model: Model, weights: TreeWeights, assets: dict[str, dict[str, bytes]]) -> None:
    """Fills the model's weights and gives layers their assets; LayerError where numbers or shapes don't fit."""
    filled: set[int] = set()
    for path, layer in walk(model, "", weights):
        if id(layer) in filled:
            continue
        filled.add(id(layer))
        _load_own_variables(layer, weights.arrays.get(path, {}))
        if path in assets:
            _load_assets(layer, assets[path])
        own = sorted(layer.own_weights, key=lambda w: not w.trainable)
        if own:
            _fill(layer, own, path, weights)


def walk(layer: Layer, path: str, weights: TreeWeights) -> Iterator[tuple[str, Layer]]:
    """Every layer with its path, each before those within it."""
    yield path, layer
    for name, child in _children(layer, path, weights):
        yield from walk(child, _joined(path, name), weights)


def _children(layer: Layer, path: str, weights: TreeWeights) -> Iterator[tuple[str, Layer]]:
    """The layers within a layer, by the name under which the file has them.

    A subclassed model's lie under its attributes, and under `layers` what is only in private ones: Keras visits these last.
    """
    if isinstance(layer, (Functional, Sequential)):
        yield from _model_layers(layer, path, weights)
        return
    found: dict[int, list[tuple[str, Layer]]] = defaultdict(list)
    for name, child in _attributes(layer, path, weights):
        found[id(child)].append((name, child))
    if isinstance(layer, Model) and not isinstance(layer, FeatureSpace):  # which files treat as a layer with attributes
        for name, child in _model_layers(layer, path, weights):
            found[id(child)].append((name, child))
    for places in found.values():
        yield next((place for place in places if _joined(path, place[0]) in weights.places), places[0])


def _model_layers(model: Model, path: str, weights: TreeWeights) -> Iterator[tuple[str, Layer]]:
    held = [x for x in model.layers if not isinstance(x, (Operation, OpLayer))]
    yield from _listed(held, *_root(path, weights), weights)


def _attributes(layer: Layer, path: str, weights: TreeWeights) -> Iterator[tuple[str, Layer]]:
    for key, value in vars(layer).items():
        if isinstance(value, Layer):
            yield _stored_name(key, path, weights), value
        elif isinstance(value, (list, tuple, dict)):
            items = list(value.values()) if isinstance(value, dict) else value
            names = UniqueNames()
            stored = _stored_name(key, path, weights)
            for item in items:
                if isinstance(item, Layer):
                    yield f"{stored}/{names.next(snake_case(type(item).__name__))}", item


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _stored_name(attribute: str, path: str, weights: TreeWeights) -> str:
    """The attribute, which the file may know with or without an underscore: versions differ in which they see first."""
    for name in (attribute, attribute.lstrip("_"), f"_{attribute}"):
        if _joined(path, name) in weights.places:
            return name
    return attribute


def _root(path: str, weights: TreeWeights) -> tuple[str, str]:
    """The name under which a model's layers lie, and the path to it."""
    for root in _ROOTS:
        full = _joined(path, root)
        if full in weights.places:
            return root, full
    return _ROOTS[0], path


def _listed(held: list[Layer], root: str, full: str, weights: TreeWeights) -> Iterator[tuple[str, Layer]]:
    """Layers of a model by class and number. The older root skips numbers, so there only the order counts."""
    if root == _ROOTS[0]:
        names = UniqueNames()
        for layer in held:
            yield f"{root}/{names.next(snake_case(type(layer).__name__))}", layer
        return
    present: dict[str, list[str]] = defaultdict(list)
    members = {p[len(full) + 1 :].split("/")[0] for p in weights.arrays if p.startswith(f"{full}/")}
    for name in sorted(members, key=_number):
        present[_base(name)].append(name)
    for layer in held:
        candidates = present[snake_case(type(layer).__name__)]
        if candidates:
            yield f"{root}/{candidates.pop(0)}", layer


def _number(name: str) -> tuple[str, int]:
    head, _, tail = name.rpartition("_")
    return (head, int(tail)) if tail.isdigit() else (name, 0)


def _base(name: str) -> str:
    return _number(name)[0]


def _fill(layer: Layer, own: list[Any], path: str, weights: TreeWeights) -> None:
    stored = weights.arrays.get(path)
    if stored is None:
        places = [p for p, arrays in weights.arrays.items() if arrays][:6]
        raise MissingPartError(f"expected weights of layer '{layer.name}' at '{path}' of the file. Received: arrays at {places}")
    arrays: list[Any] = [stored[key] for key in sorted(stored, key=_position)]
    if any(a.dtype == "int8" for a in arrays) and len(arrays) > len(own):
        arrays = dequantized(layer, own, named(layer, own, arrays))
    if len(arrays) != len(own):
        raise LayerError(
            f"expected {len(own)} arrays: {', '.join(f'{w.name}{w.shape}' for w in own)}. "
            f"Received: {len(arrays)} at '{path}': {', '.join(str(tuple(a.shape)) for a in arrays)}",
            layer.name,
        )
    for weight, array in zip(own, arrays, strict=True):
        if tuple(array.shape) != weight.shape:
            raise LayerError(
                f"expected weight '{weight.name}' of shape {weight.shape}. Received: shape={tuple(array.shape)}", layer.name
            )
        weight.assign(array.read() if isinstance(array, Stored) else array)


def _position(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (1 << 30, key)


def _load_own_variables(layer: Layer, stored: dict[str, Stored]) -> None:
    """Gives a layer the arrays that it keeps by name, apart from its weights."""
    if loads_by_itself(layer) and stored:
        layer.load_own_variables({key: array.read() for key, array in stored.items()})


def _load_assets(layer: Layer, files: dict[str, bytes]) -> None:
    load = getattr(layer, "load_assets", None)
    if load is None:
        raise LayerError(f"expected a layer that takes assets. Received: {sorted(files)} for {type(layer).__name__}", layer.name)
    load(files)
