"""LSTM and simple recurrent layers in one direction or in both. DL4J's have no mask and no states to begin with, and give the
outputs alone: a layer that needs more is unrolled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...ir import Node
from ...ops.op import Op
from ...ops.recurrent import Lstm, SimpleRnn
from ..target import Emission
from . import parts
from .batch import batch_axis, sample
from .builder import ZEROS, Builder, Tensor
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


@dataclass(frozen=True)
class Kind:
    """A layer's class, and how many times as wide as its output its kernel is."""

    class_name: str
    gates: int


KINDS: dict[type[Op], Kind] = {Lstm: Kind("LSTM", 4), SimpleRnn: Kind("SimpleRNN", 1)}


def _say(b: Builder, node: Node) -> list[Tensor]:
    """Outputs and the last of them, which is the state h. Backwards: the steps in reverse order, before and after."""
    op: Any = node.op
    x = first(node)
    steps, _ = sample(x)
    units = node.inputs[2].shape[0]  # type: ignore[union-attr]
    tensor = b.natural(x)
    if op.reverse:
        tensor = b.shaped(_reversed(b, tensor), sample(x))
    y = b(KINDS[type(op)].class_name, tensor, (steps, units), _weights(node), **_config(node))
    outputs = [y] * len(node.outputs)
    if steps is None:
        return outputs
    if op.reverse:
        outputs[0] = _reversed(b, y)
    outputs[1] = parts.cropped(b, y, (1, steps, units), steps - 1, steps)
    return outputs


def _reversed(b: Builder, x: Tensor) -> Tensor:
    steps, features = parts.known(x.sizes)
    return parts.mapped(b, x, (1, steps, features), np.eye(steps, dtype=np.float32)[::-1])


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
        **ZEROS,
        "units": node.inputs[2].shape[0],  # type: ignore[union-attr]
        "activation": ACTIVATIONS[op.activation],
        "return_sequences": True,
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
    if any(v is not None and v.data is None for v in weights):
        return "DL4J's recurrent layers have constant weights"
    if any(v is not None for v in node.inputs[4:]):
        return "DL4J's recurrent layers take no mask of another layer, and no initial state"
    unknown = [a for a in (op.activation, getattr(op, "recurrent_activation", "tanh")) if a not in ACTIVATIONS]
    if unknown:
        return f"DL4J's recurrent layers don't have the activation {unknown[0]}"
    if len(node.outputs) > 2 and _is_read(node, 2):
        return "DL4J's LSTM doesn't give its cell's state"
    return None if batch_axis(first(node)) == 0 else RANK


def _is_read(node: Node, output: int) -> bool:
    value = node.outputs[output]
    graph = value.graph
    return value in graph.outputs or any(value in other.inputs for other in graph.nodes)


def _sized(node: Node) -> str | None:
    op: Any = node.op
    return UNKNOWN if op.reverse or sample(first(node))[1] is None or _is_read(node, 1) else None


EMISSIONS: dict[type[Op], Emission] = {op: emission(_say, _accepts, dynamic=_sized) for op in KINDS}
