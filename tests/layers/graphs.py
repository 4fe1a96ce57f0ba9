"""A layer case as a traced graph, with the case's weights drawn by seed and a batch size that isn't known."""

from __future__ import annotations

from typing import Any

import numpy as np

from kport import layers, models
from kport.ir import Graph
from kport.layers import Layer
from kport.layers.keras_tensor import KerasTensor
from kport.ops.op import as_array
from kport.registry import layers as registry
from kport.trace import trace
from kport.tree import flatten, map_structure
from tests.layers.case import LayerCase
from tests.layers.oracle import call_arguments, random_weights


def built_layer(case: LayerCase) -> tuple[Layer, Any, dict[str, Any]]:
    """The layer with random weights, and the arguments of its call."""
    inputs, kwargs = call_arguments(case)
    layer: Layer = registry.find(case.layer).from_config({"name": "layer", **case.config})
    layer(inputs, **kwargs)
    weights = case.weights if case.weights is not None else random_weights(layer.weights, case.id)
    layer.set_weights(weights)
    return layer, inputs, kwargs


def model_of(layer: Layer, inputs: Any, kwargs: dict[str, Any]) -> tuple[models.Functional, list[np.ndarray]]:
    """A functional model of one call of a layer, and the arrays for its inputs."""
    arrays = map_structure(as_array, (inputs, kwargs))
    symbols = map_structure(lambda a: symbol(a) if isinstance(a, np.ndarray) and a.ndim else a, arrays)
    tensors = [s for s in flatten(symbols) if isinstance(s, KerasTensor)]
    model = models.Functional(tensors, layer(symbols[0], **symbols[1]))
    return model, [a for a in flatten(arrays) if isinstance(a, np.ndarray) and a.ndim]


def symbol(array: np.ndarray) -> KerasTensor:
    dtype = "string" if array.dtype == object else array.dtype.name
    return layers.Input(shape=array.shape[1:], dtype=dtype)


def graph_of_case(case: LayerCase) -> Graph:
    return trace(model_of(*built_layer(case))[0])
