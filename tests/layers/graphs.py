"""A layer case as a layer, as a model of it whose batch size isn't known, and as a traced graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from kport import layers, models
from kport.ir import Graph, as_array
from kport.layers import Layer
from kport.layers.keras_tensor import KerasTensor
from kport.registry import layers as registry
from kport.trace import trace
from kport.tree import flatten, map_structure
from tests.layers.case import LayerCase
from tests.layers.oracle import call_arguments, random_weights


def new_layer(case: LayerCase) -> tuple[Layer, Any, dict[str, Any]]:
    """The layer, built by a call, and the arguments of that call."""
    inputs, kwargs = call_arguments(case)
    layer: Layer = registry.find(case.layer).from_config(case.layer_config())
    layer(inputs, **kwargs)
    return layer, inputs, kwargs


def weights_of(case: LayerCase, layer: Layer) -> list[Any]:
    """The weights that the case gives, or random ones."""
    return case.weights if case.weights is not None else random_weights(layer.weights, case.id)


def built_layer(case: LayerCase) -> tuple[Layer, Any, dict[str, Any]]:
    """The layer with the case's weights, and the arguments of its call."""
    layer, inputs, kwargs = new_layer(case)
    layer.set_weights(weights_of(case, layer))
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
