"""Calls of layers in functional models: from the lists of Keras 1 and 2 to Keras 3's arguments.

Keras 1 and 2: inbound_nodes = [call, ...], a call = [[layer, node, tensor, kwargs], ...] or, where the structure of
the arguments was kept, one such list by itself or a dict of them. Tensors in kwargs are [layer, node, tensor].
"""

from __future__ import annotations

from typing import Any

from ...errors import FileError
from .plain import Entry, is_functional, is_model, name_of

_CONSTANT = "_CONSTANT_VALUE"
_STATEFUL = (
    "RNN",
    "SimpleRNN",
    "LSTM",
    "GRU",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Bidirectional",
    "CuDNNLSTM",
    "CuDNNGRU",
)
"""Layers to which Keras 2 gave initial states as further inputs."""
_SEPARATE = ("tf.raw_ops.", "Merge")
"""Operations (by the beginning of their names) that take several tensors as arguments of their own, not as a list."""


def upgrade_nodes(layers: list[Entry], ends: dict[str, Any]) -> tuple[list[Entry], dict[str, Any]]:
    """The layers with Keras 3's calls, and input_layers and output_layers as Keras 3 counts them."""
    offsets = _offsets(layers, ends)
    names = {name_of(entry) for entry in layers}

    def tensor(reference: list[Any]) -> dict[str, Any]:
        name, node, index = reference[:3]
        history = [name, node - offsets.get(name, 0), index]
        return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}

    def value(x: Any) -> Any:
        """An argument: tensors are recognised by the names of layers."""
        if _is_reference(x) and x[0] in names:
            return tensor(x)
        if isinstance(x, list):
            return [value(item) for item in x]
        if isinstance(x, dict):
            return {key: value(item) for key, item in x.items()}
        return x

    def first(x: Any) -> Any:
        """The first argument: every leaf is a reference or a constant."""
        if isinstance(x, list) and len(x) in (3, 4) and x[0] == _CONSTANT:
            return value(x[2])
        if _is_reference(x):
            return tensor(x)
        if isinstance(x, list):
            return [first(item) for item in x]
        if isinstance(x, dict):
            return {key: first(item) for key, item in x.items()}
        raise FileError(f"expected a reference to a layer's output. Received: {str(x)[:100]}")

    def call(entry: Entry, node: Any) -> dict[str, Any]:
        if isinstance(node, dict) and "args" in node:
            return node
        kwargs = {key: value(item) for key, item in _kwargs(node).items()}
        single = _is_reference(node) or _is_constant(node)
        argument = first(node)
        if isinstance(node, list) and not single and len(argument) == 1:
            argument = argument[0]
        if isinstance(argument, list) and entry["class_name"] in _STATEFUL:
            constants = entry["config"].pop("num_constants", 0) or 0
            if constants:
                argument, kwargs["constants"] = argument[:-constants], argument[-constants:]
            # initial states stay behind the sequences, for with these a mask counts, as in Keras 2; with `initial_state` not
            argument = argument[0] if len(argument) == 1 else argument
        operation = entry["config"].get("operation", "") if entry["class_name"] == "Operation" else ""
        if operation:
            kwargs.pop("name", None)
        args = argument if isinstance(argument, list) and operation.startswith(_SEPARATE) else [argument]
        return {"args": args, "kwargs": kwargs}

    upgraded = [{**entry, "inbound_nodes": [call(entry, node) for node in entry.get("inbound_nodes", [])]} for entry in layers]
    functional = {name_of(entry) for entry in layers if is_functional(entry)}

    def end(structure: Any) -> Any:
        if _is_reference(structure):
            name, node, index = structure[:3]
            return [name, node - offsets.get(name, 0) + (name in functional), index]
        if isinstance(structure, dict):
            return {key: end(item) for key, item in structure.items()}
        return [end(item) for item in structure]

    return upgraded, {key: _unpacked(end(item)) for key, item in ends.items()}


def _offsets(layers: list[Entry], ends: dict[str, Any]) -> dict[str, int]:
    """1 for nested models, whose first call has the number 1 because their own graph is number 0 (not in every version)."""
    models = {name_of(entry) for entry in layers if is_model(entry)}
    seen: dict[str, set[int]] = {name: set() for name in models}

    def visit(x: Any) -> None:
        if _is_reference(x) and x[0] in models:
            seen[x[0]].add(x[1])
        if isinstance(x, (list, dict)):
            for item in x.values() if isinstance(x, dict) else x:
                visit(item)

    visit([entry.get("inbound_nodes", []) for entry in layers])
    visit(list(ends.values()))
    return {name: int(bool(nodes) and 0 not in nodes) for name, nodes in seen.items()}


def _is_reference(x: Any) -> bool:
    return (
        isinstance(x, list)
        and len(x) in (3, 4)
        and isinstance(x[0], str)
        and x[0] != _CONSTANT
        and all(isinstance(i, int) and not isinstance(i, bool) for i in x[1:3])
    )


def _is_constant(x: Any) -> bool:
    return isinstance(x, list) and len(x) in (3, 4) and x[0] == _CONSTANT


def _kwargs(node: Any) -> dict[str, Any]:
    """The keyword arguments, which every reference of a call repeats."""
    if _is_reference(node) or _is_constant(node):
        return node[3] if len(node) == 4 and isinstance(node[3], dict) else {}
    items = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return next((kwargs for kwargs in map(_kwargs, items) if kwargs), {})


def _unpacked(structure: Any) -> Any:
    """A list of one tensor was the same as the tensor."""
    one = isinstance(structure, list) and len(structure) == 1 and isinstance(structure[0], list)
    return structure[0] if one else structure
