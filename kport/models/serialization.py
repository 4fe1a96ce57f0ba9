"""A model's configuration, as Keras 3 writes it, and the model from its configuration."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ..configurable import serialize
from ..errors import LayerError
from ..layers.arguments import call_parameters
from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor, LayerCall
from ..layers.layer import Layer
from ..layers.operation import Operation
from ..registry import layers as registry
from ..tree import flatten
from .model import Model

if TYPE_CHECKING:
    from .functional import Functional

TENSOR = "__keras_tensor__"


def functional_from_config(cls: Any, config: dict[str, Any]) -> Any:
    """The model of a configuration with `layers`, `input_layers` and `output_layers`.

    A node k of a layer is its k-th call. References in `output_layers` count one more for functional models, which
    Keras gives a node of their own. A call waits until everything it refers to has been called; a reference to
    nothing, or in a circle, is a LayerError.
    """
    created: dict[str, Layer] = {}
    waiting: dict[str, list[Any]] = {}
    for entry in config["layers"]:
        layer = registry.get(entry)
        name = entry.get("name", layer.name)
        if name in created:
            raise LayerError(f"expected each layer once. Received: two layers named {name!r}", config.get("name"))
        created[name] = layer
        waiting[name] = list(entry.get("inbound_nodes", []))
    outputs: dict[str, list[Any]] = {
        name: [layer._keras_call.outputs] if isinstance(layer, InputLayer) else [] for name, layer in created.items()
    }

    def tensor(reference: list[Any]) -> KerasTensor:
        name, node, index = reference[:3]
        results = outputs[name][node]
        leaves = (
            results if isinstance(results, (list, tuple)) else [*results.values()] if isinstance(results, dict) else [results]
        )
        found: KerasTensor = leaves[index]
        return found

    def ready(node: Any) -> bool:
        return all(len(outputs.get(name, ())) > k for name, k, _ in references(node))

    pending = [name for name, nodes in waiting.items() if nodes]
    while pending:
        progress = False
        for name in pending:
            nodes = waiting[name]
            while nodes and ready(nodes[0]):
                outputs[name].append(_call(created[name], nodes.pop(0), tensor))
                progress = True
        pending = [name for name in pending if waiting[name]]
        if pending and not progress:
            missing = sorted({r[0] for name in pending for r in references(waiting[name][0])} - set(created))
            what = f"layers {missing} that don't exist" if missing else f"layers {pending[:5]} that wait for one another"
            raise LayerError(f"expected calls of layers that can be put in order. Received: {what}", config.get("name"))

    def end(structure: Any) -> Any:
        if _is_reference(structure):
            name, node, index = structure
            if name not in outputs:
                raise LayerError(f"expected the name of a layer of the model. Received: {name!r}", config.get("name"))
            if _has_own_node(created[name]):
                node -= 1
            if not 0 <= node < len(outputs[name]):
                raise LayerError(f"expected a call of layer {name!r}. Received: call {node} of {len(outputs[name])}")
            return tensor([name, node, index])
        if isinstance(structure, dict):
            return {key: end(item) for key, item in structure.items()}
        return [end(item) for item in structure]

    model = cls(end(config["input_layers"]), end(config["output_layers"]), name=config.get("name"))
    model._trainable = config.get("trainable", True)  # the layers have theirs from their own configurations
    model.order_layers(list(created.values()))
    return model


def functional_config(model: Functional) -> dict[str, Any]:
    """The configuration of a functional model, as `functional_from_config` takes it."""
    position: dict[int, tuple[str, int]] = {}
    nodes: dict[int, list[LayerCall]] = defaultdict(list)
    for call in model.calls:
        position[id(call)] = (call.layer.name, len(nodes[id(call.layer)]))
        nodes[id(call.layer)].append(call)

    def encode(x: Any) -> Any:
        if isinstance(x, KerasTensor):
            history = [*position[id(x.call)], x.index]
            return {"class_name": TENSOR, "config": {"shape": list(x.shape), "dtype": x.dtype, "keras_history": history}}
        if isinstance(x, (list, tuple)):
            return [encode(item) for item in x]
        if isinstance(x, dict):
            return {key: encode(item) for key, item in x.items()}
        return encode_value(x)

    def end(structure: Any) -> Any:
        if isinstance(structure, KerasTensor):
            assert structure.call is not None
            name, node = position[id(structure.call)]
            return [name, node + _has_own_node(structure.call.layer), structure.index]
        if isinstance(structure, dict):
            return {key: end(item) for key, item in structure.items()}
        return [end(item) for item in structure]

    entries = []
    for layer in model.layers:
        calls = [] if isinstance(layer, InputLayer) else nodes[id(layer)]
        inbound = [{"args": encode(call.args), "kwargs": encode(call.kwargs)} for call in calls]
        entries.append({**serialize(layer), "name": layer.name, "inbound_nodes": inbound})
    inputs, outputs = end(model.inputs), end(model.outputs)
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": entries,
        "input_layers": inputs,
        "output_layers": outputs,
    }


def references(node: Any) -> list[list[Any]]:
    """[layer, call, output] for every tensor that the arguments of a call refer to."""
    if isinstance(node, dict):
        if node.get("class_name") == TENSOR:
            return [node["config"]["keras_history"]]
        return [r for item in node.values() for r in references(item)]
    if isinstance(node, (list, tuple)):
        return [r for item in node for r in references(item)]
    return []


def encode_value(x: Any) -> Any:
    """An argument that isn't a tensor, as JSON can hold it."""
    if isinstance(x, slice):
        return {"class_name": "__slice__", "config": {"start": x.start, "stop": x.stop, "step": x.step}}
    if x is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(x, np.ndarray) and x.ndim:
        return {"class_name": "__numpy__", "config": {"value": x.tolist(), "dtype": x.dtype.name}}
    return serialize(x)


def decode_value(x: Any, tensor: Any) -> Any:
    """An argument of a call from its configuration; `tensor` gives the KerasTensor of a reference."""
    if isinstance(x, list):
        return [decode_value(item, tensor) for item in x]
    if not isinstance(x, dict):
        return x
    kind, config = x.get("class_name"), x.get("config")
    if kind == TENSOR:
        return tensor(config["keras_history"])  # type: ignore[index]
    if kind == "__slice__":
        return slice(*(decode_value(config[part], tensor) for part in ("start", "stop", "step")))  # type: ignore[index]
    if kind == "__ellipsis__":
        return Ellipsis
    if kind in ("__numpy__", "__tensor__"):
        return np.array(config["value"], config["dtype"])  # type: ignore[index]
    return {key: decode_value(item, tensor) for key, item in x.items()}


def _call(layer: Layer, node: Any, tensor: Any) -> Any:
    """Calls a layer with the arguments of a node; what only training needs is left out."""
    args = decode_value(node["args"], tensor)
    kwargs = decode_value(node.get("kwargs", {}), tensor)
    if not isinstance(layer, Operation):  # an operation takes what its function takes: there, nothing is neutral
        known = call_parameters(type(layer))
        kwargs = {k: v for k, v in kwargs.items() if k in known or not _is_neutral(k, v)}
    return layer(*args, **kwargs)


def _is_neutral(name: str, value: Any) -> bool:
    """Whether a layer that doesn't take this argument computes the same without it."""
    return name == "training" or all(item is None for item in flatten(value))


def _is_reference(structure: Any) -> bool:
    return isinstance(structure, (list, tuple)) and len(structure) == 3 and isinstance(structure[0], str)


def _has_own_node(layer: Layer) -> bool:
    return isinstance(layer, Model) and layer.has_own_node
