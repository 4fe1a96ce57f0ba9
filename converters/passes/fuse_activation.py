"""Recognises activation functions that a model spells out, so that a target can use its native one.

    x · sigmoid(x)                        → silu(x)
    x · tanh(softplus(x))                 → mish(x)
    clip(x + 3, 0, 6) / 6 (or · 1/6)      → hard_sigmoid(x)
    x · hard_sigmoid(x)                   → hard_swish(x)
    min(relu(x), c), clip(relu(x), ≤0, c) → clip(x, 0, c)

A spelled-out form that has other readers stays for them.
"""

from __future__ import annotations

from typing import Any

from ...ir import Graph, Node, Value
from ...ops import activation as a
from ...ops import elementwise as e
from ...ops.bounds import Clip
from ...ops.op import Op
from .rewrite import rewrite

SIXTH = 1 / 6


def fuse_activation(graph: Graph) -> tuple[Graph, int]:
    def rule(node: Node, inputs: list[Value | None]) -> Any:
        found = recognised(node, inputs)
        return found if found is not None and found.type.rank == node.output.type.rank else None  # a "scalar" may add axes

    return rewrite(graph, rule)


def recognised(node: Node, inputs: list[Value | None]) -> Any:
    """The activation function that `node` is the last operation of."""
    match node.op:
        case e.Multiply():
            found = gated(inputs)
            return hard_sigmoid(inputs, SIXTH) if found is None else found
        case e.Divide():
            return hard_sigmoid(inputs, 6.0, swap=False)
        case e.Minimum():
            return clipped(inputs)
        case Clip(low=low, high=high) if high is not None and (low is None or low <= 0):
            inner = argument(inputs[0], a.Relu)
            return None if inner is None else Clip(low=0.0, high=high)(inner)
    return None


def argument(value: Value | None, op: type[Op]) -> Value | None:
    """x if `value` is op(x)."""
    node = value.producer if value is not None else None
    return node.inputs[0] if node is not None and isinstance(node.op, op) else None


def number(value: Value | None) -> float | None:
    """The number, if `value` is a constant scalar."""
    if value is None or value.data is None or value.data.size != 1 or value.data.dtype.kind != "f":
        return None
    return float(value.data.item())


def gated(inputs: list[Value | None]) -> Any:
    """x times a gate of x."""
    for x, gate in (inputs, inputs[::-1]):
        if x is None or gate is None or x.is_constant:
            continue
        if argument(gate, a.Sigmoid) is x:
            return a.Silu()(x)
        if argument(argument(gate, e.Tanh), a.Softplus) is x:
            return a.Mish()(x)
        inner = gate.producer.op if gate.producer is not None else None
        if isinstance(inner, a.HardSigmoid) and inner == _keras_hard_sigmoid() and argument(gate, a.HardSigmoid) is x:
            return a.HardSwish()(x)
    return None


def hard_sigmoid(inputs: list[Value | None], factor: float, swap: bool = True) -> Any:
    """clip(x + 3, 0, 6) times 1/6."""
    for clip, scale in (inputs, inputs[::-1]) if swap else (inputs,):
        value, node = number(scale), clip.producer if clip is not None else None
        if value is None or abs(value - factor) > 1e-6 * factor or node is None:
            continue
        if not isinstance(node.op, Clip) or (node.op.low, node.op.high) != (0, 6):
            continue
        shifted = node.inputs[0].producer if node.inputs[0] is not None else None
        if shifted is None or not isinstance(shifted.op, e.Add):
            continue
        for x, three in (shifted.inputs, shifted.inputs[::-1]):
            if number(three) == 3.0 and x is not None:
                return _keras_hard_sigmoid()(x)
    return None


def clipped(inputs: list[Value | None]) -> Any:
    """min(relu(x), c)"""
    for rectified, limit in (inputs, inputs[::-1]):
        x, high = argument(rectified, a.Relu), number(limit)
        if x is not None and high is not None and high >= 0:
            return Clip(low=0.0, high=high)(x)
    return None


def _keras_hard_sigmoid() -> a.HardSigmoid:
    """As in Keras 3: relu6(x + 3) / 6"""
    return a.HardSigmoid(alpha=SIXTH, beta=0.5)
