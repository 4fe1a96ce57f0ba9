"""LSTM and simple recurrent layers in one direction or in both. DL4J's have no mask and no states to begin with, and give the
outputs alone: a layer that needs more is unrolled.

DL4J ignores `go_backwards`: a layer that runs backwards is half of a Bidirectional, of which the other half is the layer that
runs forwards over the same sequence, or, if there is none, its own weights once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...ir import Node, Value
from ...ops.op import Op
from ...ops.recurrent import Lstm, SimpleRnn
from ..target import Emission
from . import parts
from .batch import batch_axis, sample
from .builder import Builder, Tensor, initializers
from .saying import RANK, UNKNOWN, emission, first

ACTIVATIONS = {
    "elu": "elu",
    "hard_sigmoid_keras2": "hard_sigmoid",
    "linear": "linear",
    "relu": "relu",
    "selu": "selu",
    "sigmoid": "sigmoid",
    "silu": "swish",
    "softplus": "softplus",
    "softsign": "softsign",
    "tanh": "tanh",
}
"""kport's names of activation functions → Keras 2's."""

CLASSES: dict[type[Op], str] = {Lstm: "LSTM", SimpleRnn: "SimpleRNN"}
Y, H, C = range(3)
"""Outputs of a recurrent operation: at every step, the last one, the last state of an LSTM's cell."""


@dataclass(frozen=True)
class Half:
    """One direction of a Bidirectional, or all of a layer that runs forwards: where its features begin."""

    node: Node
    begin: int


def _say(b: Builder, node: Node) -> list[Tensor]:
    """A layer, and the one that runs the other way over the same sequence with it."""
    if node.outputs[Y] in b.tensors:
        return [b.tensors[v] for v in node.outputs]  # said together with its partner
    op: Any = node.op
    partner = _partner(node)
    if not op.reverse and partner is None:
        halves, weights = [Half(node, 0)], _weights(node)
    else:
        there, back = (partner or node, node) if op.reverse else (node, partner)
        assert back is not None
        halves = [Half(back, _units(node)), *([Half(there, 0)] if there is not back else [])]
        weights = {
            f"{direction}_layer/{name}": array
            for direction, n in (("forward", there), ("backward", back))
            for name, array in _weights(n).items()
        }
    steps = sample(first(node))[0]
    of_all = [_layer(b, node, weights, True)] if steps is not None or _any_read(halves, Y) else []
    of_last = [_layer(b, node, weights, False)] if steps is None and _any_read(halves, H) else []
    for half in halves:
        tensors = [_features(b, y, half) for y in of_all]
        if steps is not None:
            last = 0 if half.node.op.reverse else steps - 1  # type: ignore[attr-defined]
            tensors.append(parts.cropped(b, tensors[Y], (1, steps, _units(node)), last, last + 1))
        else:
            tensors = [*(tensors or of_last), *(_features(b, h, half) for h in of_last or of_all)]
        b.bind(half.node, *tensors, *([tensors[H]] if len(half.node.outputs) > C else []))
    return [b.tensors[v] for v in node.outputs]


def _layer(b: Builder, node: Node, weights: dict[str, np.ndarray], sequences: bool) -> Tensor:
    """An LSTM or a SimpleRNN, or a Bidirectional one where there are the weights of two."""
    class_name = CLASSES[type(node.op)]  # type: ignore[index]
    config = {**_config(node), "return_sequences": sequences}
    width = _units(node)
    if any("/" in name for name in weights):
        inner = {"class_name": class_name, "config": {**initializers(class_name), **config, "name": "layer"}}
        class_name, config, width = "Bidirectional", {"layer": inner, "merge_mode": "concat"}, 2 * width
    sizes = (sample(first(node))[0], width) if sequences else (width,)
    return b(class_name, b.natural(first(node)), sizes, weights, **config)


def _features(b: Builder, x: Tensor, half: Half) -> Tensor:
    """One direction's part of the features."""
    units, width = _units(half.node), x.sizes[-1]
    if units == width:
        return x
    assert width is not None
    return parts.linear(b, x, np.eye(width, dtype=np.float32)[:, half.begin : half.begin + units])


def _partner(node: Node) -> Node | None:
    """The layer that runs the other way over the same sequence."""
    op: Any = node.op
    x = node.inputs[0]
    for other in first(node).graph.nodes:
        if (
            isinstance(other.op, type(op))
            and other.op == replace(op, reverse=not op.reverse)
            and other.inputs[0] is x
            and _accepts(other) is None
            and _units(other) == _units(node)
        ):
            return other
    return None


def _units(node: Node) -> int:
    recurrent = node.inputs[2]
    assert recurrent is not None and recurrent.shape[0] is not None
    return recurrent.shape[0]


def _weights(node: Node) -> dict[str, np.ndarray]:
    _, kernel, recurrent, bias, *_ = (None if v is None else v.data for v in node.inputs)
    assert kernel is not None and recurrent is not None
    return {
        "kernel": kernel,
        "recurrent_kernel": recurrent,
        "bias": np.zeros(kernel.shape[1], np.float32) if bias is None else bias,
    }


def _config(node: Node) -> dict[str, Any]:
    op: Any = node.op
    config = {
        "units": _units(node),
        "activation": ACTIVATIONS[op.activation],
        "go_backwards": False,
        "use_bias": True,
        "unroll": False,
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
    }
    if isinstance(op, Lstm):
        config |= {"recurrent_activation": ACTIVATIONS[op.recurrent_activation], "unit_forget_bias": True}
    return config


def _accepts(node: Node) -> str | None:
    op: Any = node.op
    _, *weights = node.inputs[:4]
    *initial, mask = node.inputs[4:]
    if any(v is not None and v.data is None for v in weights):
        return "DL4J's recurrent layers have constant weights"
    if mask is not None or not all(map(_is_zero, initial)):
        return "DL4J's recurrent layers take no mask of another layer, and no initial state"
    unknown = [a for a in (op.activation, getattr(op, "recurrent_activation", "tanh")) if a not in ACTIVATIONS]
    if unknown:
        return f"DL4J's recurrent layers don't have the activation {unknown[0]}"
    if len(node.outputs) > C and _any_read([Half(node, 0)], C):
        return "DL4J's LSTM doesn't give its cell's state"
    return None if batch_axis(first(node)) == 0 else RANK


def _is_zero(state: Value | None) -> bool:
    return state is None or (state.data is not None and not state.data.any())


def _any_read(halves: Iterable[Half], output: int) -> bool:
    """Whether anything reads this output of one of the layers."""
    values = {half.node.outputs[output] for half in halves}
    graph = next(iter(values)).graph
    return bool(values & {*graph.outputs, *(v for node in graph.nodes for v in node.inputs if v is not None)})


def _sized(node: Node) -> str | None:
    """A sequence of unknown length."""
    return UNKNOWN if sample(first(node))[1] is None else None


EMISSIONS: dict[type[Op], Emission] = {op: emission(_say, _accepts, dynamic=_sized) for op in CLASSES}
