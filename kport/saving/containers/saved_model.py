"""SavedModel directories that carry Keras's metadata, read without TensorFlow.

The architecture is JSON in keras_metadata.pb (TensorFlow 2.5 to 2.15) or in saved_model.pb's object graph (before);
the arrays are found through the checkpoint's object graph. A subclassed model has the name of its class instead, whose code
the user gives; its arrays are found by attribute. Sources: tensorflow/core/protobuf/saved_object_graph.proto,
trackable_object_graph.proto and keras/protobuf/saved_metadata.proto.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import MissingPartError
from ..archive import Archive, LayerWeights, Stored, reading
from ..limits import regular
from . import input_types
from .protobuf import all_of, int_of, one_of
from .tensor_bundle import TensorBundle

FILE = "saved_model.pb"
_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_BOOKKEEPING = ("keras_api", "signatures", "optimizer", "variables", "trainable_variables", "regularization_losses")
"""What Keras adds to a model's own attributes."""


@dataclass
class _Node:
    """An object of the checkpoint: what its attributes are, and the name and key of its array if it is a variable."""

    children: dict[str, int]
    name: str
    key: str


def open_saved_model(path: Path) -> Archive:
    """The model of a SavedModel directory; MissingPartError if only a TensorFlow graph is in it."""
    with reading(path, "a SavedModel"):
        metadata = _root_metadata(path)
        config = metadata.get("model_config") or {
            "class_name": metadata.get("class_name"),
            "config": metadata.get("config"),
        }
        version, backend = metadata.get("keras_version"), metadata.get("backend") or "tensorflow"
        bundle = TensorBundle(path / "variables" / "variables")
        nodes = [_node(data) for data in all_of(bundle.text(_GRAPH) or b"", 1)]
        if not nodes:
            raise MissingPartError(f"expected the object graph of the checkpoint in {path}/variables. Received: none")
        if not isinstance(config.get("config"), dict) or not isinstance(config["config"].get("layers"), list):
            weights = LayerWeights(_by_attribute(nodes, bundle), version, backend, by_attribute=True)
            subclassed = {"class_name": metadata["class_name"], "config": _own_config(metadata)}
            return Archive(path, "SavedModel", subclassed, weights, version, backend, inputs=_inputs(path, metadata))
        weights = LayerWeights(_layers(nodes, bundle, config), version, backend)
        return Archive(path, "SavedModel", config, weights, version, backend)


def _root_metadata(path: Path) -> dict[str, Any]:
    """The JSON that describes the model itself: node 0 of the metadata."""
    file = path / "keras_metadata.pb"
    if file.exists():
        nodes = {int_of(node, 2): one_of(node, 5) for node in all_of(regular(file).read_bytes(), 1)}
        text = nodes.get(0, b"")
    else:
        graph = one_of(one_of(regular(path / FILE).read_bytes(), 2), 7)
        text = next((one_of(one_of(node, 4), 3) for node in all_of(graph, 1)), b"")
    metadata = json.loads(text) if text else None
    if not isinstance(metadata, dict) or "class_name" not in metadata:
        raise MissingPartError(
            f"expected Keras metadata in the SavedModel {path}. Received: a TensorFlow graph alone, which has no layers; "
            "give the Keras file that it was made from (.keras or .h5)"
        )
    return metadata


def _own_config(metadata: dict[str, Any]) -> dict[str, Any]:
    """The constructor's arguments of a subclassed model or layer; none if its class didn't say them."""
    config = metadata.get("config") or {}
    return {} if "layer was saved without config" in config else config


def _inputs(path: Path, metadata: dict[str, Any]) -> Any:
    """The types of a subclassed model's inputs: of the call it was saved with, or of what it serves."""
    if metadata.get("save_spec") is not None:
        return input_types.of_specs(metadata["save_spec"])
    return input_types.of_signatures(all_of(one_of(regular(path / FILE).read_bytes(), 2), 5))


def _layers(nodes: list[_Node], bundle: TensorBundle, config: dict[str, Any]) -> dict[str, list[Stored]]:
    """The arrays of each layer of the model, trainable ones first."""
    layers: dict[str, list[Stored]] = {}
    for index, layer in enumerate(config["config"]["layers"]):
        child = nodes[0].children.get(f"layer-{index}")
        if child is not None:
            layers[layer["config"]["name"]] = _stored(_variables(nodes, child), bundle)
    return layers


def _by_attribute(nodes: list[_Node], bundle: TensorBundle) -> dict[str, list[Stored]]:
    """The arrays of each layer and variable that a subclassed model holds, by attribute: `encoder`, `blocks/0`, `gain`.

    What was never called has no list of its variables; what it holds is found by its own attributes.
    """
    found: dict[str, list[Stored]] = {}
    seen = {0}

    def visit(index: int, path: str) -> None:
        for name, child in nodes[index].children.items():
            full = f"{path}/{name}" if path else name
            if name in _BOOKKEEPING:
                continue
            if nodes[child].key:
                found[full] = _stored([nodes[child]], bundle)
            elif "variables" in nodes[child].children:
                found[full] = _stored(_variables(nodes, child), bundle)
            elif child not in seen:
                seen.add(child)
                visit(child, full)

    visit(0, "")
    return found


def _stored(variables: list[_Node], bundle: TensorBundle) -> list[Stored]:
    return [_renamed(bundle.arrays[node.key], node.name) for node in variables if node.key in bundle.arrays]


def _node(data: bytes) -> _Node:
    children = {one_of(child, 2).decode("utf-8"): int_of(child, 1) for child in all_of(data, 1)}
    attribute = one_of(data, 2)
    return _Node(children, one_of(attribute, 2).decode("utf-8"), one_of(attribute, 3).decode("utf-8"))


def _variables(nodes: list[_Node], layer: int) -> list[_Node]:
    if "variables" not in nodes[layer].children:  # preprocessing layers: each array is an attribute, under several names
        own = {i: name for name, i in reversed(nodes[layer].children.items()) if nodes[i].key}
        return [_Node({}, name, nodes[i].key) for i, name in own.items()]
    trainable = _list(nodes, layer, "trainable_variables")
    return [nodes[i] for i in trainable + [i for i in _list(nodes, layer, "variables") if i not in trainable]]


def _list(nodes: list[_Node], layer: int, attribute: str) -> list[int]:
    node = nodes[layer].children.get(attribute)
    items = nodes[node].children.items() if node is not None else ()
    return [i for _, i in sorted((int(key), i) for key, i in items if key.isdigit())]


def _renamed(array: Stored, name: str) -> Stored:
    return Stored(name, array.shape, array.dtype, array.read)
