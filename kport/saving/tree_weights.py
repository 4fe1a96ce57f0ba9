"""Arrays by path of attributes (`.keras` of tf.keras 2.12 to Keras 3) into the layers that were built.

A model's layers lie under `layers/<class>_<n>`, other layers under the attribute that holds them, those in lists under
`<attribute>/<class>_<n>`; a layer's own arrays are numbered, trainable ones first.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ..errors import KportError, LayerError, MissingPartError
from ..layers.attention import MultiHeadAttention
from ..layers.layer import Layer
from ..layers.operation import Operation, OpLayer
from ..layers.own_variables import keeps_files_in_folder, loads_by_itself
from ..models.feature_space import FeatureSpace
from ..models.functional import Functional
from ..models.model import Model
from ..models.sequential import Sequential
from ..naming import UniqueNames, snake_case
from ..ops.variable import Variable
from .archive import Stored, TreeWeights
from .quantized import dequantized, named

_PUBLIC = ("_key_dense", "_output_dense", "_query_dense", "_value_dense")
"""Attributes that Keras's MultiHeadAttention also has under public names, where it finds them first."""
_ROOTS = ("layers", "_layer_checkpoint_dependencies")


def assign_tree(
    model: Model,
    weights: TreeWeights,
    assets: dict[str, dict[str, bytes]],
    failures: list[tuple[Any, Exception]] | None = None,
    skipped: Collection[int] = (),
) -> None:
    """Fills the model's weights, its optimizer's state if it has one, and gives layers their assets.

    LayerError where numbers or shapes don't fit; with `failures` these are collected there, and the layer stays as it is.
    skipped: what isn't filled (by id).
    """
    filled: set[int] = set(skipped)
    for path, holder in walk(model, "", weights):
        if id(holder) in filled:
            continue
        filled.add(id(holder))
        try:
            _assign(holder, path, weights, assets)
        except (KportError, ValueError, LookupError) as error:
            if failures is None:
                raise
            failures.append((holder, error))


def _assign(holder: Any, path: str, weights: TreeWeights, assets: dict[str, dict[str, bytes]]) -> None:
    stored = weights.arrays.get(path)
    if isinstance(holder, Layer):
        own = holder.numbered_weights
        if loads_by_itself(holder) and stored:
            holder.load_own_variables({key: array.read() for key, array in stored.items()})
        elif own and not loads_by_itself(holder):
            _fill(holder, own, path, weights)
        files = dict(assets.get(path, {}))
        if keeps_files_in_folder(holder):
            inner = {p: found for p, found in assets.items() if p.startswith(f"{path}/")}
            files |= {f"{p[len(path) + 1 :]}/{name}": content for p, found in inner.items() for name, content in found.items()}
        if files:
            _load_assets(holder, files)
    elif stored:
        arrays = {key: array.read() for key, array in stored.items()}
        holder.load_own_variables(arrays) if hasattr(holder, "load_own_variables") else holder.state.assign(arrays["0"])


def is_seed_generator(x: Any) -> bool:
    """Whether this is a generator of seeds, which files know by its state."""
    return hasattr(x, "next") and isinstance(getattr(x, "state", None), Variable)


def is_holder(x: Any) -> bool:
    """Whether files keep arrays of this object at a path of its own."""
    if isinstance(x, Layer):
        return not isinstance(x, (Operation, OpLayer))
    return hasattr(x, "save_own_variables") or is_seed_generator(x)


def walk(holder: Any, path: str, weights: TreeWeights, above: frozenset[int] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Every layer with its path, each before those within it; also optimizers and generators of seeds.

    The order is Keras's: it keeps the arrays of what is held in several places in the first one. `above` are those that
    hold this one (by id).
    """
    yield path, holder
    above |= {id(holder)}
    for name, child in _children(holder, path, weights):
        if id(child) not in above:
            yield from walk(child, _joined(path, name), weights, above)


def _children(holder: Any, path: str, weights: TreeWeights) -> Iterator[tuple[str, Any]]:
    """What a holder holds, by the name under which the file has it."""
    found: dict[int, list[tuple[str, Any]]] = defaultdict(list)
    for name, child in _places(holder, path, weights):
        found[id(child)].append((name, child))
    for places in found.values():
        yield next((place for place in places if _joined(path, place[0]) in weights.places), places[0])


def _places(holder: Any, path: str, weights: TreeWeights) -> Iterator[tuple[str, Any]]:
    """Where the file may have what is in a holder: attributes by name, private ones last.

    Models have their layers in an attribute `layers`, too; those that are put together from layers have these first.
    """
    attributes = {key: value for key, value in vars(holder).items() if not key.startswith("_keras_") and key != "_layers"}
    if isinstance(holder, MultiHeadAttention):
        attributes = {key[1:] if key in _PUBLIC else key: value for key, value in attributes.items()}
    if isinstance(holder, Model):
        attributes["optimizer"] = getattr(holder, "optimizer", None)
    is_graph = isinstance(holder, (Functional, Sequential))
    if is_graph:
        yield from _model_layers(holder, path, weights)
    elif isinstance(holder, Model) and not isinstance(holder, FeatureSpace):  # which files treat as a layer with attributes
        attributes["layers"] = NotImplemented
    for key in sorted(attributes, key=lambda name: (name.startswith("_"), name)):
        value = attributes[key]
        if value is NotImplemented:
            yield from _model_layers(holder, path, weights)
        elif is_holder(value):
            yield _stored_name(key, path, weights), value
        elif isinstance(value, (list, tuple, dict)):
            for name, item in _contained(value):
                yield f"{_stored_name(key, path, weights)}/{name}", item


def _contained(container: Any) -> Iterator[tuple[str, Any]]:
    """What a list, tuple or dict holds, by class and number; containers in it by the class "container"."""
    names = UniqueNames()
    for item in list(container.values()) if isinstance(container, dict) else container:
        if is_holder(item):
            yield names.next(snake_case(type(item).__name__)), item
        elif isinstance(item, (list, tuple, dict)):
            inner = names.next("container")
            for name, held in _contained(item):
                yield f"{inner}/{name}", held


def _model_layers(model: Model, path: str, weights: TreeWeights) -> Iterator[tuple[str, Layer]]:
    yield from _listed([x for x in model.layers if is_holder(x)], *_root(path, weights), weights)


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
    for weight, array in zip(own, arrays, strict=True):
        weight.assign(array.read() if isinstance(array, Stored) else array)


def _position(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (1 << 30, key)


def _load_assets(layer: Any, files: dict[str, bytes]) -> None:
    if not hasattr(layer, "load_assets"):
        raise LayerError(f"expected a layer that takes assets. Received: {sorted(files)} for {type(layer).__name__}", layer.name)
    if not keeps_files_in_folder(layer):
        layer.load_assets(files)
        return
    with tempfile.TemporaryDirectory(prefix="kport-") as folder:
        for name, content in files.items():
            place = Path(folder, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        layer.load_assets(folder)
