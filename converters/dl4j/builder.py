"""Collects a model's layers.

A tensor is what a layer gives: for every sample its elements in row-major order, in some shape that DL4J can hold (1 to 4
axes). Which one doesn't matter to the graph: whoever reads a tensor asks for it in the shape that serves him (`shaped`), and a
Reshape is put in only where the shapes differ.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ..target import Emission
from .batch import Sizes, sample
from .keras2 import Layer

MOST_AXES = 4
"""Of a sample: DL4J's arrays have rank 5 at most, the batch included."""
WEIGHTS = {
    "BatchNormalization": ("beta", "gamma", "moving_mean", "moving_variance"),
    "Conv1D": ("kernel", "bias"),
    "Conv2D": ("kernel", "bias"),
    "Conv2DTranspose": ("kernel", "bias"),
    "Conv3D": ("kernel", "bias"),
    "Dense": ("kernel", "bias"),
    "DepthwiseConv2D": ("depthwise", "bias"),
    "Embedding": ("embeddings",),
    "LSTM": ("kernel", "recurrent", "bias"),
    "SimpleRNN": ("kernel", "recurrent", "bias"),
}
"""Layers with weights. DL4J asks each for the initializers of these, though the file has the numbers."""
SPATIAL = re.compile(r"\dD")
"""In the names of layers that have a `data_format`."""


def initializers(class_name: str) -> dict[str, Any]:
    return {f"{name}_initializer": {"class_name": "Zeros", "config": {}} for name in WEIGHTS.get(class_name, ())}


@dataclass(frozen=True)
class Tensor:
    """A layer's output: for each sample an array of these sizes."""

    layer: str
    sizes: Sizes


class Builder:
    """The layers of one model, in order.

    emissions: how each operation is said; tensors: where a graph's values are; observed: value names by layer.
    """

    def __init__(self, emissions: Mapping[Any, Emission]):
        self.emissions = emissions
        self.layers: list[Layer] = []
        self.tensors: dict[Value, Tensor] = {}
        self.inputs: list[Tensor] = []
        self._names: set[str] = set()
        self._reshaped: dict[tuple[str, Sizes], Tensor] = {}
        self._features: dict[str, int | None] = {}

    def emit(self, graph: Graph) -> None:
        for node in graph.nodes:
            self.emissions[type(node.op)].emit(self, node)

    def input(self, name: str, sizes: Sizes) -> Tensor:
        """An input of the model."""
        tensor = self._add(self.free(name), "InputLayer", {"batch_input_shape": [None, *sizes], "sparse": False}, (), {}, sizes)
        self.inputs.append(tensor)
        return tensor

    def output(self, name: str, value: Value) -> Tensor:
        """An output of the model: a layer of its own, so that its name is free and a Reshape is never the last layer (which
        DL4J can't have)."""
        tensor = self.natural(value)
        return self._add(self.free(name), "Activation", {"activation": "linear"}, [tensor.layer], {}, tensor.sizes)

    def finished(self) -> list[Layer]:
        """All layers. What is read by an activation and by other layers too, and is an input, is copied first: DL4J writes
        an activation's result over an input."""
        readers = Counter(name for layer in self.layers for name in set(layer.inbound))
        overwritten = {layer.inbound[0] for layer in self.layers if layer.class_name in ACTIVATIONS and layer.inbound}
        copies = {
            t.layer: Layer(self.free(f"{t.layer}_copy"), "Maximum", {}, [t.layer, t.layer])
            for t in self.inputs
            if readers[t.layer] > 1 and t.layer in overwritten
        }
        inner = [
            replace(layer, inbound=[copies[name].name if name in copies else name for name in layer.inbound])
            for layer in self.layers[len(self.inputs) :]
        ]
        return [*self.layers[: len(self.inputs)], *copies.values(), *inner]

    def __call__(
        self,
        class_name: str,
        inputs: Tensor | Sequence[Tensor],
        sizes: Sizes,
        weights: Mapping[str, np.ndarray] | None = None,
        **config: Any,
    ) -> Tensor:
        """Adds a layer; gives its output, which has `sizes`."""
        tensors = [inputs] if isinstance(inputs, Tensor) else list(inputs)
        config = {**initializers(class_name), **config}
        name = self.free(f"L{len(self.layers):04d}_{class_name.lower()}")
        return self._add(name, class_name, config, [t.layer for t in tensors], weights or {}, sizes)

    def _add(
        self,
        name: str,
        class_name: str,
        config: Mapping[str, Any],
        inbound: Sequence[str],
        weights: Mapping[str, np.ndarray],
        sizes: Sizes,
    ) -> Tensor:
        layout = {"data_format": "channels_last"} if SPATIAL.search(class_name) else {}
        self.layers.append(Layer(name, class_name, {**layout, **config}, inbound, weights))
        given = self._features.get(inbound[0]) if inbound else None
        self._features[name] = sizes[-1] if class_name in FEATURES else given
        return Tensor(name, sizes)

    def free(self, name: str) -> str:
        """A name that no layer has yet."""
        while name in self._names:
            name += "x"
        self._names.add(name)
        return name

    def bind(self, node: Node, *tensors: Tensor) -> None:
        self.tensors.update(zip(node.outputs, tensors, strict=True))

    def tensor(self, value: Value | None) -> Tensor:
        """Where a value that isn't constant is."""
        assert value is not None
        return self.tensors[value]

    def natural(self, value: Value | None) -> Tensor:
        """A value in its own shape; more axes than DL4J has become one."""
        assert value is not None
        return self.shaped(self.tensor(value), natural(sample(value)))

    def shaped(self, tensor: Tensor, sizes: Sizes) -> Tensor:
        """The same elements in another shape.

        DL4J can't reshape 4 axes unless the first one stays, gets 3 others wrong then, and can't make 4 axes of 3: where there
        are 4 on either side, it takes a step between.
        """
        if tensor.sizes == sizes:
            return tensor
        key = (tensor.layer, sizes)
        if key not in self._reshaped:
            if len(tensor.sizes) == MOST_AXES:
                tensor = self._reshape(tensor, (tensor.sizes[0], product(tensor.sizes[1:])))
            elif len(sizes) == MOST_AXES and len(tensor.sizes) == MOST_AXES - 1:
                tensor = self._reshape(tensor, (product(sizes),))
            self._reshaped[key] = tensor if tensor.sizes == sizes else self._reshape(tensor, sizes)
        return self._reshaped[key]

    def _reshape(self, tensor: Tensor, sizes: Sizes) -> Tensor:
        return self("Reshape", tensor, sizes, target_shape=list(known(sizes)))

    def features(self, tensor: Tensor) -> int | None:
        """How many channels DL4J believes a tensor has: those of the last layer with a number of outputs of its own, which it
        looks for along every layer's first input."""
        return self._features[tensor.layer]


ACTIVATIONS = frozenset({"Activation", "ELU", "LeakyReLU", "ReLU", "Softmax", "ThresholdedReLU"})
FEATURES = (WEIGHTS.keys() - {"BatchNormalization"}) | {"Bidirectional"}
"""Layers with a number of outputs of their own, as DL4J sees it."""


def natural(sizes: Sizes) -> Sizes:
    """The sizes of a sample as DL4J can hold them."""
    if not sizes:
        return (1,)
    return sizes if len(sizes) <= MOST_AXES else (product(sizes),)


def known(sizes: Sizes) -> tuple[int, ...]:
    """The sizes, none of which is unknown: `accepts` has seen to that."""
    assert None not in sizes, sizes
    return tuple(d for d in sizes if d is not None)


def product(sizes: Sizes) -> int:
    return math.prod(known(sizes))
