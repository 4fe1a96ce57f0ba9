"""Activation functions."""

from __future__ import annotations

import math
from typing import Any

from ...ir import Node
from ...ops import activation as a
from ...ops.op import Op
from ...ops.softmax import LogSoftmax, Softmax
from ..target import Emission, Options
from .builder import Builder
from .opset import opset_of
from .saying import FLOATS, SINGLES, Accepts, always, emission, one


def _with(op_type: str, accepts: Accepts = always, types: frozenset[str] = SINGLES, **names: str) -> Emission:
    """A row for an operation that ONNX has with the attributes `names` (ONNX's name = the operation's)."""

    def say(b: Builder, node: Node, *xs: str) -> Any:
        return b(op_type, *xs, **{onnx: getattr(node.op, own) for onnx, own in names.items()})

    return emission(say, accepts, types)


def _gelu(b: Builder, node: Node, x: str) -> str:
    approximate = node.op.approximate  # type: ignore[attr-defined]
    if b.opset >= 20:
        return str(b("Gelu", x, approximate="tanh" if approximate else None))
    # in the form that ONNX Runtime knows as Gelu and computes at once
    dtype = node.output.dtype
    erf = b("Erf", b("Div", x, b.constant(math.sqrt(2), dtype, "sqrt2")))
    weighted = b("Mul", x, b("Add", erf, b.constant(1, dtype, "one")))
    return str(b("Mul", weighted, b.constant(0.5, dtype, "half")))


def _accepts_gelu(node: Node, options: Options) -> str | None:
    approximate = node.op.approximate  # type: ignore[attr-defined]
    return "ONNX has the approximation from opset 20 on" if approximate and opset_of(options) < 20 else None


EMISSIONS: dict[type[Op], Emission] = {
    a.Elu: _with("Elu", alpha="alpha"),
    a.Gelu: emission(_gelu, _accepts_gelu, SINGLES),
    a.HardSigmoid: _with("HardSigmoid", alpha="alpha", beta="beta"),
    a.HardSwish: one("HardSwish", SINGLES, 14),
    a.LeakyRelu: _with("LeakyRelu", alpha="alpha"),
    LogSoftmax: _with("LogSoftmax", types=FLOATS, axis="axis"),
    a.Mish: one("Mish", SINGLES, 18),
    a.PRelu: one("PRelu", SINGLES),
    a.Relu: one("Relu", FLOATS),
    a.Selu: one("Selu", SINGLES),
    a.Sigmoid: one("Sigmoid", FLOATS),
    Softmax: _with("Softmax", types=FLOATS, axis="axis"),
    a.Softplus: one("Softplus", SINGLES),
    a.Softsign: one("Softsign", SINGLES),
    a.ThresholdedRelu: _with("ThresholdedRelu", alpha="theta"),
}
