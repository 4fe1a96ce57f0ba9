"""A graph of whole layers and operations as a functional model of layers that Keras 3 has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...layers.core.embedding import Embedding
from ...layers.core.identity import Identity
from ...layers.core.input_layer import InputLayer
from ...layers.keras_tensor import KerasTensor
from ...layers.layer import Layer
from ...layers.operation import Operation
from ...models.functional import Functional
from ...models.model import Model
from ...ops.op import Op
from ...tree import flatten, pack_like
from ..target import Emission
from .names import Names, plain
from .whole import WholeLayer

LITERAL = 64
"""Constants of more elements than this lie among the weights, not in the configuration."""


class Builder:
    """Puts the model together. `values` has what stands for each value of the graph: a KerasTensor, or an array."""

    def __init__(self, graph: Graph, names: Names):
        self.values: dict[Value, Any] = {}
        self._names = names
        self._zero: KerasTensor | None = None
        self._weights: dict[int, tuple[np.ndarray, KerasTensor]] = {}
        self._made: dict[tuple[Any, ...], Layer] = {}
        for name, value in zip(graph.input_names, graph.inputs, strict=True):
            self.values[value] = InputLayer(batch_shape=value.shape, dtype=value.dtype, name=names.unique(name)).output
        self.inputs: list[KerasTensor] = list(self.values.values())

    def operand(self, value: Value | None) -> Any:
        """What stands for a value; a large constant becomes a weight."""
        if value is None or value.data is None:
            return None if value is None else self.values[value]
        data = np.asarray(value.data)
        if data.size > LITERAL and data.dtype == np.float32:
            return self.weight(data, value.name)
        return data

    def output(self, value: Value) -> Any:
        """What stands for an output of the graph: one that is constant is a weight."""
        return self.operand(value) if value.data is None else self.weight(np.asarray(value.data), value.name)

    def constant(self, value: Value | None) -> np.ndarray | None:
        """The numbers of a value that is constant."""
        return None if value is None or value.data is None else np.asarray(value.data)

    def operation(
        self, node: Node, operation: str, *operands: Any, given: Mapping[str, Any] | None = None, **arguments: Any
    ) -> Any:
        """An object of keras.ops on the operands; arguments are its configuration, and `given` comes with the call."""
        return self._new(operation, path_of(node), **arguments)(*operands, **(given or {}))

    def layer(
        self, node: Node, kind: Callable[..., Layer], *operands: Any, weights: list[np.ndarray] | None = None, **config: Any
    ) -> Any:
        """A new layer on the operands, with weights."""
        key = (kind, *map(id, weights or ()), repr(config))
        layer = self._made.get(key) if weights else None
        if layer is not None:  # of the same weights: one layer that is called again
            return layer(*operands)
        layer = self._made[key] = kind(name=self._names.unique(path_of(node)), **config)
        outputs = layer(*operands)
        if weights is not None:
            layer.set_weights(weights)
        return outputs

    def whole(self, layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A layer of the model, as it is."""
        self._names.keep(layer)
        return layer(*args, **kwargs)

    def bind(self, node: Node, results: Any) -> None:
        """The results stand for what the node gives."""
        self.values.update(zip(node.outputs, flatten(results), strict=True))

    def _new(self, operation: str, name: str, **arguments: Any) -> Operation:
        return Operation(operation, arguments, name=self._names.unique(name))

    def weight(self, array: np.ndarray, name: str) -> KerasTensor:
        """A constant as the only row of an Embedding, which Keras keeps among the weights."""
        known = self._weights.get(id(array))
        if known is not None:
            return known[1]
        layer = Embedding(1, array.size, name=self._names.unique(name))
        row = layer(self._scalar_zero())
        layer.set_weights([array.reshape(1, -1)])
        found: KerasTensor = self._new("Reshape", f"{name}_shaped", newshape=list(array.shape))(row)
        self._weights[id(array)] = (array, found)  # holds the array: its id can't be reused
        return found

    def _scalar_zero(self) -> KerasTensor:
        """An integer 0 for Embeddings to look up: a sum of zeros like an input."""
        if self._zero is None:
            zeros = self._new("ZerosLike", "zeros", dtype="int32")(self.inputs[0])
            self._zero = self._new("Sum", "zero", axis=None)(zeros)
        return self._zero


def path_of(node: Node) -> str:
    """What a new layer is named after: the layer that the node is of, and what it does."""
    return f"{node.layer}/{node.op.name}".lower().strip("/")


def rebuild(graph: Graph, emissions: Mapping[type[Op], Emission], names: Names, like: Model | None = None) -> Functional:
    """The functional model of a graph, its inputs and outputs in the structure of those of the model `like`."""
    wanted = [plain(name) for name in graph.output_names]
    names.reserve(
        wanted, (v.producer.op.call.layer for v in graph.outputs if v.producer and isinstance(v.producer.op, WholeLayer))
    )
    builder = Builder(graph, names)
    for node in graph.nodes:
        kind: Any = type(node.op)
        emissions[kind].emit(builder, node)
    outputs = [builder.output(value) for value in graph.outputs]
    named = [_named(tensor, name, outputs[:i], names) for i, (tensor, name) in enumerate(zip(outputs, wanted, strict=True))]
    if like is None:
        return Functional(builder.inputs, named, name=graph.name)
    return Functional(pack_like(like.inputs, builder.inputs), pack_like(like.outputs, named), name=like.name)


def _named(tensor: Any, name: str, earlier: list[Any], names: Names) -> KerasTensor:
    """The output from a layer of this name; where the layer that gives it has another, through one that does nothing."""
    layer = tensor.call.layer
    if layer.name == name:
        return tensor
    is_new = isinstance(layer, Operation) and not any(tensor is other for other in earlier)
    if is_new and names.claim(name):
        layer.name = name
        return tensor
    return Identity(name=name if names.claim(name) else names.unique(name))(tensor)
