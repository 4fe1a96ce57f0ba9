"""A model's layers and their calls as TF.js's functional model, in Keras 2's form, and its weights by name.

    inbound_nodes = [call, ...], a call = [[layer, call of that layer, output, {}], ...]

A nested model counts its own graph as its call 0. Names are tensors' names there: letters, digits and - . _ /, each once in the
whole model.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from ....configurable import serialize
from ....ir.types import Shape
from ....layers.core.input_layer import InputLayer
from ....layers.keras_tensor import KerasTensor, LayerCall
from ....layers.layer import Layer
from ....layers.rnn.bidirectional import Bidirectional
from ....layers.rnn.time_distributed import TimeDistributed
from ....models.functional import Functional
from ....models.model import Model
from ....models.sequential import Sequential
from ....ops.promotion import is_float
from ....saving.dialects.backwards import downgrade
from .calls import inputs_of, is_traced, shapes_of
from .masks import mask_problems
from .operations import traced_steps
from .steps import Config, Refused, Said, Step
from .table import ABSENT, ACTIVATIONS, LAYERS
from .training import for_training

FORBIDDEN = re.compile(r"[^-A-Za-z0-9._/]")
Shapes = tuple[Shape, ...]
INNER = "layer"
"""The layer within a Bidirectional, whose own name plays no part."""
LEAKY = 0.2
"""The slope of Keras 3's activation leaky_relu."""


class Writer:
    """Collects the weights by name and what was refused, each with the layer."""

    def __init__(self) -> None:
        self.weights: dict[str, np.ndarray] = {}
        self.refused: list[tuple[str, str]] = []
        self._names: dict[int, str] = {}
        self._taken: set[str] = set()

    def model(self, model: Model, path: str = "") -> Config:
        """The configuration of a functional or sequential model."""
        graph = functional(model)
        for layer, reason in mask_problems(graph.calls):
            self.refused.append((path + layer.name, reason))
        calls: dict[int, list[LayerCall]] = defaultdict(list)
        for call in graph.calls:
            calls[id(call.layer)].append(call)
        position = {id(call): i for same in calls.values() for i, call in enumerate(same)}

        def reference(tensor: KerasTensor) -> list[Any]:
            assert tensor.call is not None
            layer = tensor.call.layer
            return [self.name(layer), position[id(tensor.call)] + isinstance(layer, Model), tensor.index]

        entries: list[Config] = []
        for layer in graph.layers:
            try:
                nodes = [] if isinstance(layer, InputLayer) else [list(map(reference, inputs_of(c))) for c in calls[id(layer)]]
                entries += self._entries(layer, nodes, calls[id(layer)], path)
            except Refused as problem:
                self.refused.append((path + layer.name, str(problem)))
        return {
            "name": self.name(model),
            "layers": entries,
            "input_layers": list(map(reference, graph.input_tensors)),
            "output_layers": list(map(reference, graph.output_tensors)),
        }

    def name(self, layer: Layer) -> str:
        """A layer's name in TF.js."""
        if id(layer) not in self._names:
            self._names[id(layer)] = self._unique(layer.name)
        return self._names[id(layer)]

    def _unique(self, wanted: str) -> str:
        plain = FORBIDDEN.sub("_", wanted)
        plain = plain if plain[:1].isalnum() else f"layer{plain}"
        name, count = plain, 1
        while name in self._taken:
            name, count = f"{plain}_{count}", count + 1
        self._taken.add(name)
        return name

    def _entries(self, layer: Layer, nodes: list[list[Any]], calls: list[LayerCall], path: str) -> Iterator[Config]:
        """A layer's steps; the last one has the layer's name. Weights go by the names of the steps."""
        steps = traced_steps(calls) if is_traced(layer) else self._steps(layer, shapes_of(calls[0]), path)
        name = self.name(layer)
        names = [self._unique(f"{name}/{step.class_name.lower()}") for step in steps[:-1]] + [name]
        for i, step in enumerate(steps):
            inbound = []
            for k, inputs in enumerate(nodes):
                own = step.sources if step.sources is not None else tuple(range(len(inputs))) if i == 0 else (-1,)
                inbound.append([[*(inputs[s] if s >= 0 else [names[i + s], k, 0]), {}] for s in own])
            yield {
                "class_name": step.class_name,
                "name": names[i],
                "config": {**step.config, "name": names[i]},
                "inbound_nodes": inbound,
            }
            self.weights |= {f"{names[i]}/{key}": value for key, value in step.weights.items()}

    def _steps(self, layer: Layer, shapes: Shapes, path: str) -> list[Step]:
        if isinstance(layer, Model):
            return [Step("Model", self.model(layer, f"{path}{layer.name}/"))]
        entry = downgrade(serialize(layer))
        name, config = entry["class_name"], entry["config"]
        if isinstance(layer, InputLayer):
            return [Step(name, input_config(config))]
        if layer.compute_dtype != "float32":
            raise Refused(f"TF.js's layers compute in float32. Received: dtype={layer.compute_dtype}")
        if name in ABSENT:
            raise Refused(ABSENT[name])
        if name not in LAYERS:
            raise Refused(f"TF.js has no layer {type(layer).__name__}")
        config, after = split_activation(for_training(layer, config))
        steps = LAYERS[name].steps(Said(layer, name, config, shapes))
        if isinstance(layer, TimeDistributed):
            self._hold(steps[0], "layer", layer.layer, one_step(shapes), path)
        elif isinstance(layer, Bidirectional):
            self._hold_both(steps[0], layer, shapes, path)
        elif name == "RNN":
            self._hold(steps[0], "cell", layer.cell, one_step(shapes), path)  # type: ignore[attr-defined]
        return [*steps, *after]

    def _hold(self, step: Step, argument: str, layer: Layer, shapes: Shapes, path: str) -> None:
        """Puts a layer into the configuration of the one that holds it, and its weights among that one's."""
        inner = self._inner(layer, shapes, path)
        step.config = {**step.config, argument: {"class_name": inner.class_name, "config": inner.config}}
        step.weights = inner.weights

    def _hold_both(self, step: Step, layer: Bidirectional, shapes: Shapes, path: str) -> None:
        """The layers of both directions, which TF.js makes of one configuration."""
        forward, backward = (self._inner(x, shapes, path) for x in (layer.forward_layer, layer.backward_layer))
        differing = {k for k in forward.config.keys() | backward.config if forward.config.get(k) != backward.config.get(k)}
        if forward.class_name != backward.class_name or differing - {"name", "go_backwards"}:
            raise Refused("TF.js has the same layer in both directions only")
        step.config = {**step.config, "layer": {"class_name": forward.class_name, "config": {**forward.config, "name": INNER}}}
        step.config.pop("backward_layer", None)
        sides = (("forward", forward.weights), ("backward", backward.weights))
        step.weights = {f"{side}_{INNER}/{key}": value for side, weights in sides for key, value in weights.items()}

    def _inner(self, layer: Layer, shapes: Shapes, path: str) -> Step:
        steps = self._steps(layer, shapes, path)
        if len(steps) > 1:
            raise Refused(f"TF.js has no {type(layer).__name__} that another layer could hold")
        return Step(steps[0].class_name, {**steps[0].config, "name": self.name(layer)}, steps[0].weights)


def functional(model: Model) -> Functional:
    """The model as a graph of calls."""
    graph = model.functional if isinstance(model, Sequential) else model
    if not isinstance(graph, Functional):
        raise Refused("expected a Sequential or functional model. Received: one whose calls are code")
    return graph


def one_step(shapes: Shapes) -> Shapes:
    """The shapes of one step in time of the first input."""
    return ((shapes[0][0], *shapes[0][2:]),)


def input_config(config: Config) -> Config:
    """An input of the dtype of TF.js's that holds what it has."""
    dtype, shape = config["dtype"], config["batch_input_shape"]
    if dtype == "string":
        raise Refused("TF.js's layers compute on numbers only. Received: dtype='string'")
    if len(shape) < 2:
        raise Refused(f"TF.js gives inputs a second axis if they have none. Received: shape={shape}")
    return {**config, "dtype": "bool" if dtype == "bool" else "float32" if is_float(dtype) else "int32"}


def split_activation(config: Config) -> tuple[Config, list[Step]]:
    """An activation that TF.js has as a layer only comes after the layer that has it."""
    for key in ("activation", "recurrent_activation"):
        value = config.get(key)
        if value is None or (isinstance(value, str) and value in ACTIVATIONS):
            continue
        if value == "leaky_relu" and "recurrent_initializer" not in config:
            return {**config, key: "linear"}, [Step("LeakyReLU", {"alpha": LEAKY})]
        raise Refused(f"TF.js's layers have no activation {value if isinstance(value, str) else value['class_name']}")
    return config, []
