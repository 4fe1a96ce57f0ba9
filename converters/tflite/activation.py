"""Activation functions. Where it can be, one becomes part of the operator whose result it is applied to."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import activation as a
from ...ops import elementwise as e
from ...ops.bounds import Clip
from ...ops.op import Op
from ...ops.softmax import LogSoftmax, Softmax
from ..target import Emission, Options
from .builder import Builder
from .saying import FLOAT, NUMBERS, emission, one
from .schema import FUSED
from .tensor import Tensor

_CLIPS = {(0, None): "RELU", (0, 6): "RELU6", (-1, 1): "RELU_N1_TO_1"}
"""Bounds → the operator for them."""


def _applied(b: Builder, name: str, x: Tensor) -> Tensor:
    """An activation function, inside the operator before it if that can take it in."""
    if name in FUSED and b.fuse(x, name):
        assert b.node is not None and b.node.inputs[0] is not None
        del b.values[b.node.inputs[0]]  # what the operator gave before isn't there any more
        return x
    return b(name, x, type=x.type)


def activation(name: str) -> Emission:
    return emission(lambda b, node, x: _applied(b, name, x), types=FLOAT)


def _clip(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    dtype = x.type.dtype
    name = _CLIPS.get((op.low, op.high))
    if name is not None and dtype == "float32":
        return _applied(b, name, x)
    if op.low is not None:
        x = b.binary("MAXIMUM", x, b.constant(op.low, dtype, "low"))
    return x if op.high is None else b.binary("MINIMUM", x, b.constant(op.high, dtype, "high"))


def _along_last_axis(b: Builder, x: Tensor, axis: int, name: str, **options: Any) -> Tensor:
    """An operator that works along the last axis, along another one."""
    rank = x.type.rank
    order = [*(a for a in range(rank) if a != axis), axis]
    moved = b.transpose(x, order)
    return b.transpose(b(name, moved, type=moved.type, **options), [order.index(i) for i in range(rank)])


def _elu(b: Builder, node: Node, x: Tensor) -> Tensor:
    """ELU has alpha = 1: of the negative part alone it can be multiplied."""
    alpha = node.op.alpha  # type: ignore[attr-defined]
    return b("ELU", x, type=x.type) if alpha == 1 else _scaled_elu(b, x, alpha)


def _scaled_elu(b: Builder, x: Tensor, alpha: float) -> Tensor:
    below = b("ELU", b.binary("MINIMUM", x, b.constant(0, "float32", "zero")), type=x.type)
    scaled = b.binary("MUL", below, b.constant(alpha, "float32", "alpha"))
    return b.binary("ADD", b("RELU", x, type=x.type), scaled)


def _selu(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b.binary("MUL", _scaled_elu(b, x, a.SELU_ALPHA), b.constant(a.SELU_SCALE, "float32", "scale"))


def _hard_sigmoid(b: Builder, node: Node, x: Tensor) -> Tensor:
    """relu6(6 · alpha · x + 6 · beta) / 6: two of the three operators are one."""
    op: Any = node.op
    scaled = b.binary("MUL", x, b.constant(6 * op.alpha, "float32", "alpha")) if abs(6 * op.alpha - 1) > 1e-7 else x
    clipped = b.binary("ADD", scaled, b.constant(6 * op.beta, "float32", "beta"), fused_activation_function=FUSED["RELU6"])
    return b.binary("MUL", clipped, b.constant(1 / 6, "float32", "sixth"))


def _prelu_accepts(node: Node, options: Options) -> str | None:
    return "TFLite's PRELU broadcasts at most four dimensions" if node.output.type.rank > 4 else None


EMISSIONS: dict[type[Op], Emission] = {
    Clip: emission(_clip, types=NUMBERS),
    a.Elu: emission(_elu, types=FLOAT),
    a.Gelu: emission(lambda b, node, x: b("GELU", x, type=x.type, approximate=node.op.approximate), types=FLOAT),
    a.HardSigmoid: emission(_hard_sigmoid, types=FLOAT),
    a.HardSwish: one("HARD_SWISH", FLOAT),
    a.LeakyRelu: emission(lambda b, node, x: b("LEAKY_RELU", x, type=x.type, alpha=node.op.alpha), types=FLOAT),
    LogSoftmax: emission(lambda b, node, x: _along_last_axis(b, x, node.op.axis, "LOG_SOFTMAX"), types=FLOAT),
    a.PRelu: emission(lambda b, node, x, alpha: b("PRELU", x, alpha, type=x.type), _prelu_accepts, FLOAT),
    a.Relu: activation("RELU"),
    a.Selu: emission(_selu, types=FLOAT),
    a.Sigmoid: one("LOGISTIC", FLOAT),
    Softmax: emission(lambda b, node, x: _along_last_axis(b, x, node.op.axis, "SOFTMAX", beta=1.0), types=FLOAT),
    e.Tanh: one("TANH", FLOAT),
}
