"""Activation functions."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import activation as a
from ...ops.op import Op
from ...ops.softmax import Softmax
from ..target import Emission, Options
from .builder import Builder, Var
from .saying import FLOATS, constant, emission, one


def _with(op_type: str, **names: str) -> Emission:
    """A row for an operation that CoreML has with the numbers `names` (CoreML's name = ours)."""

    def say(b: Builder, node: Node, x: Var) -> Var:
        return b(op_type, x=x, **{theirs: b.number(getattr(node.op, ours), x, theirs) for theirs, ours in names.items()})

    return emission(say, types=FLOATS)


def _gelu(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return b("gelu", x=x, mode="TANH_APPROXIMATION" if op.approximate else "EXACT")


def _prelu(b: Builder, node: Node, x: Var, alpha: Var) -> Var:
    """By channel CoreML has it, of images only if the slopes differ; else y = relu(x) - alpha · relu(-x)."""
    data = b.data(alpha)
    rank = node.output.type.rank
    if data is not None and rank == 4:
        sizes = (1,) * (rank - data.ndim) + data.shape
        if all(size == 1 for axis, size in enumerate(sizes) if axis != 1) and sizes[1] == node.output.shape[1]:
            return b("prelu", x=x, alpha=b.derived(alpha, "channels", lambda a: a.reshape(-1)))
    below = b("relu", x=b("mul", x=x, y=b.number(-1, x, "minus_one")))
    return b("sub", x=b("relu", x=x), y=b("mul", x=alpha, y=below))


def _constant_slope(node: Node, options: Options) -> str | None:
    return None if constant(node, 1) else "CoreML's prelu has constant slopes"


def _softmax(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return b("softmax", x=x, axis=op.axis)


EMISSIONS: dict[type[Op], Emission] = {
    a.Elu: _with("elu", alpha="alpha"),
    a.Gelu: emission(_gelu, types=FLOATS),
    a.HardSigmoid: _with("sigmoid_hard", alpha="alpha", beta="beta"),
    a.LeakyRelu: _with("leaky_relu", alpha="alpha"),
    a.PRelu: emission(_prelu, _constant_slope, FLOATS),
    a.Relu: one("relu", "x", types=FLOATS),
    a.Sigmoid: one("sigmoid", "x", types=FLOATS),
    a.Silu: one("silu", "x", types=FLOATS),
    Softmax: emission(_softmax, types=FLOATS),
    a.Softplus: one("softplus", "x", types=FLOATS),
    a.Softsign: one("softsign", "x", types=FLOATS),
}
