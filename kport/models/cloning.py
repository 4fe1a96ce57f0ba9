"""A model like another one, of new layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import UsageError
from ..layers.core.input_layer import InputLayer
from ..layers.core.lambda_layer import Lambda
from ..layers.keras_tensor import KerasTensor
from ..layers.layer import Layer
from ..layers.operation import OpLayer
from ..registry import known
from ..tree import flatten, map_structure, pack_like
from .functional import Functional
from .model import Model
from .sequential import Sequential

Clone = Callable[[Layer], Any]


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Clone | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Any:
    """A model of the same layers anew, with initial weights; compiled as the model is.

    input_tensors: KerasTensors to call it on, in the structure of the model's inputs; clone_function: layer → its copy (by
    default a layer of the same configuration); call_function: (copy, *args, **kwargs) → outputs, in a functional model;
    recursive: models in the model are cloned with the same functions. A subclassed model is made again from its configuration,
    without these. UsageError where that isn't possible.
    """
    if isinstance(model, (Functional, Sequential)):
        copies: dict[int, Any] = {}
        clone = _once(clone_function or like, call_function, recursive, copies)
        if isinstance(model, Functional):
            return _clone_functional(model, input_tensors, clone, call_function or _call)
        if call_function is not None:
            raise UsageError(
                f"expected call_function=None for a Sequential model, whose layers come in order. Received: {call_function=}"
            )
        return _clone_sequential(model, input_tensors, clone)
    given = {"input_tensors": input_tensors, "clone_function": clone_function, "call_function": call_function}
    unfit = [name for name, value in given.items() if value is not None]
    if unfit:
        raise UsageError(f"expected a Functional or Sequential model with {', '.join(unfit)}. Received: a {type(model).__name__}")
    with known({type(model).__name__: type(model)}):
        return type(model).from_config(model.get_config())


def like(layer: Layer) -> Any:
    """A layer of the same class and configuration."""
    config = layer.get_config()
    if isinstance(layer, Lambda):
        config["function"] = layer.function  # which may have no name
    if isinstance(layer, OpLayer):
        return OpLayer(layer.op, layer.name)
    return type(layer).from_config(config)


def _call(layer: Layer, *args: Any, **kwargs: Any) -> Any:
    return layer(*args, **kwargs)


def _once(clone: Clone, call_function: Any, recursive: bool, copies: dict[int, Any]) -> Clone:
    """Clones each layer once: what is shared stays shared."""

    def cloned(layer: Layer) -> Any:
        if id(layer) not in copies:
            if recursive and isinstance(layer, Functional):
                copies[id(layer)] = _clone_functional(layer, None, cloned, call_function or _call)
            elif recursive and isinstance(layer, Sequential):
                copies[id(layer)] = _clone_sequential(layer, None, cloned)
            else:
                copies[id(layer)] = clone(layer)
        return copies[id(layer)]

    return cloned


def _clone_sequential(model: Sequential, input_tensors: Any, clone: Clone) -> Sequential:
    layers = [clone(layer) for layer in model.layers]
    start = model._layers[0] if model._layers else None
    if input_tensors is not None:
        tensors = flatten(input_tensors)
        if len(tensors) != 1 or not isinstance(tensors[0], KerasTensor):
            raise UsageError(f"expected one KerasTensor as input_tensors. Received: input_tensors={input_tensors!r}")
        layers.insert(0, InputLayer(batch_shape=tensors[0].shape, dtype=tensors[0].dtype, name=tensors[0].name))
    elif isinstance(start, InputLayer):
        layers.insert(0, like(start))
    return _compiled_as(model, Sequential(layers, name=model.name, trainable=model.trainable))


def _clone_functional(model: Functional, input_tensors: Any, clone: Clone, call: Callable[..., Any]) -> Any:
    if input_tensors is None:
        inputs = map_structure(lambda t: like(t.call.layer).output, model.inputs)
    else:
        if not all(isinstance(t, KerasTensor) for t in flatten(input_tensors)):
            raise UsageError(f"expected KerasTensors as input_tensors. Received: input_tensors={input_tensors!r}")
        if len(flatten(input_tensors)) != len(model.input_tensors):
            raise UsageError(
                f"expected input_tensors in the structure of the model's {len(model.input_tensors)} inputs. "
                f"Received: {len(flatten(input_tensors))}"
            )
        inputs = pack_like(model.inputs, flatten(input_tensors))
    made = {id(old): new for old, new in zip(model.input_tensors, flatten(inputs), strict=True)}

    def renewed(x: Any) -> Any:
        return made[id(x)] if isinstance(x, KerasTensor) else x

    for step in model.calls:
        if isinstance(step.layer, InputLayer):
            continue
        args, kwargs = map_structure(renewed, (step.args, step.kwargs))
        outputs = call(clone(step.layer), *args, **kwargs)
        made.update((id(old), new) for old, new in zip(flatten(step.outputs), flatten(outputs), strict=True))
    copy = Functional(inputs, map_structure(renewed, model.outputs), name=model.name)
    copy._trainable = model.trainable
    return _compiled_as(model, copy)


def _compiled_as(model: Model, copy: Any) -> Any:
    if model.compiled:
        copy.compile_from_config(model.get_compile_config())
    return copy
