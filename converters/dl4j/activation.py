"""Activation functions."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import activation as a
from ...ops.elementwise import Tanh
from ...ops.op import Op
from ...ops.softmax import Softmax
from ..target import Emission
from . import parts
from .batch import sample
from .builder import Builder, Tensor
from .saying import UNKNOWN, along_batch, always, emission, first, inner_axis

KERAS_2_SLOPE = (0.2, 0.5)
"""Of hard_sigmoid, the only one that DL4J has."""


def named(activation: str) -> Emission:
    """A row for a function that DL4J knows by name. It is applied to each element, whatever the sizes."""
    return emission(lambda b, node: parts.activated(b, b.tensor(node.inputs[0]), activation), dynamic=always)


def _leaky_relu(b: Builder, node: Node) -> Tensor:
    x, op = _both(b, node)
    return b("LeakyReLU", x, x.sizes, alpha=float(op.alpha))


def _thresholded_relu(b: Builder, node: Node) -> Tensor:
    x, op = _both(b, node)
    return b("ThresholdedReLU", x, x.sizes, theta=float(op.theta))


def _elu(b: Builder, node: Node) -> Tensor:
    x, op = _both(b, node)
    return b("ELU", x, x.sizes, alpha=float(op.alpha))


def _hard_sigmoid(b: Builder, node: Node) -> Tensor:
    x, op = _both(b, node)
    if (op.alpha, op.beta) == KERAS_2_SLOPE:
        return parts.activated(b, x, "hard_sigmoid")
    return parts.relu(b, parts.scaled(b, x, op.alpha, op.beta), 1.0)


def _channels(node: Node) -> str | None:
    op: Any = node.op
    sizes = sample(first(node))
    exact = (op.alpha, op.beta) == KERAS_2_SLOPE or (sizes[-1] is not None and len(sizes) <= 3)
    return None if exact else UNKNOWN


def _softplus(b: Builder, node: Node) -> Tensor:
    """max(x, 0) + ln(1 + e^-|x|): DL4J computes ln(1 + e^x) as it stands, which is infinite above 88."""
    x = b.tensor(node.inputs[0])
    small = parts.activated(b, parts.negative(b, parts.absolute(b, x)), "softplus")
    return parts.joined(b, "Add", parts.relu(b, x), small)


def _known_channels(node: Node) -> str | None:
    sizes = sample(first(node))
    return None if sizes[-1] is not None and len(sizes) <= 3 else UNKNOWN


def _softmax(b: Builder, node: Node) -> Tensor:
    """Along the last axis, which is where DL4J has it."""
    x = first(node)
    op: Any = node.op
    sizes, axis = sample(x), inner_axis(x, op.axis)
    if axis == len(sizes) - 1:
        return parts.activated(b, b.natural(x) if len(sizes) <= 4 else _flat(b, node), "softmax")
    pre, n, post = parts.view_of(sizes, axis)
    y = parts.activated(b, parts.swapped(b, b.tensor(x), pre, n, post), "softmax")
    return parts.swapped(b, y, pre, post, n)


def _flat(b: Builder, node: Node) -> Tensor:
    pre, n, _ = parts.view_of(sample(first(node)), len(sample(first(node))) - 1)
    return b.shaped(b.tensor(first(node)), (pre, n))


def _last(node: Node) -> str | None:
    op: Any = node.op
    x = first(node)
    return None if inner_axis(x, op.axis) == len(sample(x)) - 1 and len(sample(x)) <= 4 else UNKNOWN


def _both(b: Builder, node: Node) -> tuple[Tensor, Any]:
    return b.tensor(node.inputs[0]), node.op


EMISSIONS: dict[type[Op], Emission] = {
    a.Relu: named("relu"),
    a.Selu: named("selu"),
    a.Sigmoid: named("sigmoid"),
    a.Silu: named("swish"),
    a.Softsign: named("softsign"),
    Tanh: named("tanh"),
    a.LeakyRelu: emission(_leaky_relu, dynamic=always),
    a.ThresholdedRelu: emission(_thresholded_relu, dynamic=always),
    a.Elu: emission(_elu, dynamic=always),
    a.HardSigmoid: emission(_hard_sigmoid, dynamic=_channels),
    a.Softplus: emission(_softplus, dynamic=_known_channels),
    Softmax: emission(_softmax, lambda node: along_batch(first(node), [node.op.axis]), dynamic=_last),  # type: ignore[attr-defined]
}
