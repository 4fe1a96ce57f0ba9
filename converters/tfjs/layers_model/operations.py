"""Layers that aren't TF.js's but whose computation is: operations in a functional model, formulas, and what does nothing.

The call is traced by itself; each operation of the graph is a layer of TF.js.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ....errors import KportError
from ....ir import Graph, Value
from ....layers.core.input_layer import InputLayer
from ....layers.keras_tensor import KerasTensor, LayerCall
from ....models.calls import tensors_of
from ....models.functional import Functional
from ....ops.activation import Elu, Gelu, LeakyRelu, Mish, Relu, Selu, Sigmoid, Silu, Softplus, Softsign
from ....ops.bounds import Clip
from ....ops.casting import Cast
from ....ops.elementwise import (
    Add,
    Divide,
    Maximum,
    Minimum,
    Multiply,
    Negative,
    Square,
    StopGradient,
    Subtract,
    Tanh,
)
from ....ops.op import Op
from ....ops.reduce import ReduceMean
from ....ops.shape import Concatenate, Reshape, Transpose
from ....ops.softmax import LogSoftmax, Softmax
from ....trace import trace
from ....tree import map_structure
from .steps import Config, Refused, Step

Said = tuple[str, Config, tuple[Value | None, ...]]
"""A layer's class and configuration, and what it is called on; None: the layer before."""
Say = Callable[[Any, list[Value]], list[Said]]
"""An operation and what it is on → the layers that compute it."""


def traced_steps(calls: list[LayerCall]) -> list[Step]:
    """The layers of TF.js that compute what a layer's only call does. Refused: an operation that none of them is."""
    call, *more = calls
    name = type(call.layer).__name__
    if call.layer.weights or more:
        raise Refused(f"TF.js has no layer {name}")
    graph = _graph(call, name)
    places = {value: index for index, value in enumerate(graph.inputs)}
    steps: list[Step] = []
    for node in graph.nodes:
        kind: Any = type(node.op)
        say = OPERATIONS.get(kind)
        inputs = [v for v in node.inputs if v is not None]
        if say is None or len(node.outputs) != 1 or len(inputs) < len(node.inputs):
            raise Refused(f"TF.js has no layer {node.op.name}" + (f", which this {name} computes" if name != "OpLayer" else ""))
        if node.output.type.dtype != "float32":
            raise Refused(f"TF.js's layers compute in float32. Received: {node.op.name} in {node.output.type.dtype}")
        for class_name, config, operands in say(node.op, inputs):
            sources = (-1 if v is None else places[v] if v in graph.inputs else places[v] - len(steps) for v in operands)
            steps.append(Step(class_name, config, sources=tuple(sources)))
        places[node.output] = len(steps) - 1
    (output,) = graph.outputs
    if output in graph.inputs:  # nothing is done, as in layers that are there for training
        return [Step("Activation", {"activation": "linear"}, sources=(places[output],))]
    if not steps or places.get(output) != len(steps) - 1:
        raise Refused(f"TF.js has no layer {name}")
    return steps


def _graph(call: LayerCall, name: str) -> Graph:
    """The call by itself, on inputs of its own."""
    starts = {id(t): InputLayer(batch_shape=t.shape, dtype=t.dtype).output for t in tensors_of(call)}
    args, kwargs = map_structure(lambda x: starts[id(x)] if isinstance(x, KerasTensor) else x, (call.args, call.kwargs))
    try:
        graph = trace(Functional(list(starts.values()), call.layer(*args, **kwargs)))
    except KportError as error:
        raise Refused(f"TF.js has no layer {name}") from error
    if len(graph.outputs) != 1:
        raise Refused(f"TF.js has no layer {name}")
    return graph


def _is_constant(value: Value) -> bool:
    return value.data is not None


def _factor(constant: Value, other: Value) -> float | list[float]:
    """A constant operand as Rescaling has it: a number, or one for each channel."""
    data, shape = np.asarray(constant.data, np.float64), other.type.shape
    if data.size == 1 and data.ndim <= len(shape):
        return float(data.reshape(()))
    if data.ndim > len(shape) or data.size != data.shape[-1] or data.shape[-1] != shape[-1]:
        raise Refused("TF.js rescales by one number, or by one for each channel")
    return [float(x) for x in data.reshape(-1)]


def _rescaling(value: Value, scale: float | list[float], offset: float | list[float]) -> list[Said]:
    return [("Rescaling", {"scale": scale, "offset": offset}, (value,))]


def _negative(x: float | list[float]) -> float | list[float]:
    return [-item for item in x] if isinstance(x, list) else -x


def _inverse(x: float | list[float]) -> float | list[float]:
    return [1 / item for item in x] if isinstance(x, list) else 1 / x


def _merged(class_name: str, x: Value, y: Value) -> list[Said]:
    if _is_constant(x) or _is_constant(y) or x.type.rank != y.type.rank:
        raise Refused(f"TF.js has no layer {class_name} of such operands")
    return [(class_name, {}, (x, y))]


def _add(op: Any, inputs: list[Value]) -> list[Said]:
    x, y = inputs
    if _is_constant(x) or _is_constant(y):
        value, constant = (y, x) if _is_constant(x) else (x, y)
        return _rescaling(value, 1.0, _factor(constant, value))
    return _merged("Add", x, y)


def _subtract(op: Any, inputs: list[Value]) -> list[Said]:
    """x - y = x + (-1 · y)"""
    x, y = inputs
    if _is_constant(x):
        return _rescaling(y, -1.0, _factor(x, y))
    if _is_constant(y):
        return _rescaling(x, 1.0, _negative(_factor(y, x)))
    ((_, config, operands),) = _merged("Add", x, y)
    return [*_rescaling(y, -1.0, 0.0), ("Add", config, (operands[0], None))]


def _multiply(op: Any, inputs: list[Value]) -> list[Said]:
    x, y = inputs
    if _is_constant(x) or _is_constant(y):
        value, constant = (y, x) if _is_constant(x) else (x, y)
        return _rescaling(value, _factor(constant, value), 0.0)
    return _merged("Multiply", x, y)


def _divide(op: Any, inputs: list[Value]) -> list[Said]:
    x, y = inputs
    if _is_constant(x) or not _is_constant(y) or not np.all(y.data):
        raise Refused("TF.js has no layer Divide of such operands")
    return _rescaling(x, _inverse(_factor(y, x)), 0.0)


def _activation(name: str, **only: object) -> Say:
    """An activation; `only`: the attributes that it has to have."""

    def say(op: Any, inputs: list[Value]) -> list[Said]:
        for key, value in only.items():
            if getattr(op, key) != value:
                raise Refused(f"TF.js has no activation {op}")
        return [("Activation", {"activation": name}, (inputs[0],))]

    return say


def _along_last(name: str) -> Say:
    def say(op: Any, inputs: list[Value]) -> list[Said]:
        x = inputs[0]
        if op.axis % x.type.rank != x.type.rank - 1:
            raise Refused(f"TF.js has {name} along the last axis only")
        return [("Activation", {"activation": name}, (x,))]

    return say


def _clip(op: Any, inputs: list[Value]) -> list[Said]:
    if op.low != 0 or op.high is None:
        raise Refused(f"TF.js has no layer {op}")
    return [("ReLU", {"max_value": op.high}, (inputs[0],))]


def _concatenate(op: Any, inputs: list[Value]) -> list[Said]:
    axis = op.axis % inputs[0].type.rank
    if axis == 0 or any(map(_is_constant, inputs)) or len(inputs) < 2:
        raise Refused("TF.js has no layer Concatenate of such operands")
    return [("Concatenate", {"axis": axis}, tuple(inputs))]


def _reshape(op: Any, inputs: list[Value]) -> list[Said]:
    """Without the batch: the rest is known, and as large as before."""
    sizes, before = op.shape[1:], inputs[0].type.shape[1:]
    known = [*sizes, *before] if len(inputs) == 1 else [None]
    if any(size is None or size < 0 for size in known) or math.prod(sizes) != math.prod(size or 0 for size in before):
        raise Refused("TF.js reshapes to known sizes only, and never the batch")
    return [("Reshape", {"target_shape": list(sizes)}, (inputs[0],))]


def _transpose(op: Any, inputs: list[Value]) -> list[Said]:
    permutation = list(op.permutation)
    if permutation[0] != 0:
        raise Refused("TF.js never moves the batch")
    return [("Permute", {"dims": permutation[1:]}, (inputs[0],))]


def _mean(op: Any, inputs: list[Value]) -> list[Said]:
    x = inputs[0]
    axes, rank = sorted(a % x.type.rank for a in op.axes), x.type.rank
    if axes != list(range(1, rank - 1)) or rank not in (3, 4) or op.keepdims:
        raise Refused(f"TF.js has no layer {op}")
    return [(f"GlobalAveragePooling{rank - 2}D", {}, (x,))]


OPERATIONS: Mapping[type[Op], Say] = {
    Add: _add,
    Subtract: _subtract,
    Multiply: _multiply,
    Divide: _divide,
    Maximum: lambda op, inputs: _merged("Maximum", *inputs),
    Minimum: lambda op, inputs: _merged("Minimum", *inputs),
    Negative: lambda op, inputs: _rescaling(inputs[0], -1.0, 0.0),
    Cast: lambda op, inputs: _rescaling(inputs[0], 1.0, 0.0),  # TF.js casts to float32 first
    Square: lambda op, inputs: _merged("Multiply", *inputs, *inputs),
    StopGradient: _activation("linear"),
    Relu: _activation("relu"),
    Elu: _activation("elu", alpha=1.0),
    Gelu: _activation("gelu", approximate=False),
    Mish: _activation("mish"),
    Selu: _activation("selu"),
    Sigmoid: _activation("sigmoid"),
    Silu: _activation("swish"),
    Softplus: _activation("softplus"),
    Softsign: _activation("softsign"),
    Tanh: _activation("tanh"),
    LeakyRelu: lambda op, inputs: [("LeakyReLU", {"alpha": op.alpha}, (inputs[0],))],
    Softmax: _along_last("softmax"),
    LogSoftmax: _along_last("log_softmax"),
    Clip: _clip,
    Concatenate: _concatenate,
    Reshape: _reshape,
    Transpose: _transpose,
    ReduceMean: _mean,
}
