"""Activation functions, fused into the convolution or dense layer before them where TF.js has a kernel for both."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops import activation as a
from ...ops.op import Op
from ...ops.softmax import LogSoftmax, Softmax
from ..target import Emission, Options
from .builder import Builder
from .graphdef import NodeDef, Tensor
from .saying import FLOAT, Say, emission, one

FUSED = {"Conv2D": "_FusedConv2D", "DepthwiseConv2dNative": "FusedDepthwiseConv2dNative", "MatMul": "_FusedMatMul"}
"""What an operation is called with a bias and an activation function."""


def with_bias(b: Builder, node: NodeDef, bias: Tensor) -> None:
    """Makes a convolution or product the fused operation that adds a bias."""
    node.op = FUSED[node.op]
    node.inputs.append(bias)
    node.attributes |= {"num_args": 1, "fused_ops": ["BiasAdd"]}


def outputs_of(node: NodeDef) -> int:
    """How many channels a convolution or product with a constant kernel gives."""
    *_, inputs, outputs = node.inputs[1].data.shape  # type: ignore[union-attr]
    return int(inputs * outputs) if node.op in ("DepthwiseConv2dNative", FUSED["DepthwiseConv2dNative"]) else int(outputs)


def fuse(b: Builder, node: Node, x: Tensor, function: str, *arguments: Tensor, **attributes: Any) -> bool:
    """Has what computes x apply an activation function, if it can and nothing else reads x."""
    before = b.fusable.get(x)
    if before is None or not b.only_reader(node.inputs[0]):
        return False
    channels = outputs_of(before)
    if any(a.data is not None and a.data.size != channels for a in arguments):
        return False
    if function == "LeakyRelu" and before.op in ("DepthwiseConv2dNative", "FusedDepthwiseConv2dNative"):
        return False  # the converter doesn't pass alpha on there
    if before.op in FUSED:  # TF.js applies a function only after a bias
        with_bias(b, before, b.constant(np.zeros(channels), "float32", "no_bias"))
    before.attributes["fused_ops"] = ["BiasAdd", function]
    before.attributes |= {"num_args": 1 + len(arguments), **attributes}
    before.inputs += arguments
    del b.fusable[x]
    return True


def fused(function: str) -> Say:
    """An activation function without parameters."""
    return lambda b, node, x: x if fuse(b, node, x, function) else b(function, x)


def _leaky_relu(b: Builder, node: Node, x: Tensor) -> Tensor:
    alpha = float(node.op.alpha)  # type: ignore[attr-defined]
    return x if fuse(b, node, x, "LeakyRelu", leakyrelu_alpha=alpha) else b("LeakyRelu", x, alpha=alpha)


def _prelu(b: Builder, node: Node, x: Tensor, alpha: Tensor) -> Tensor:
    """The slopes without axes of size 1 in front: kernels walk along x's last axes with them."""
    shape = _slopes(node)
    alpha = b.reshape(alpha, shape)
    return x if len(shape) == 1 and alpha.data is not None and fuse(b, node, x, "Prelu", alpha) else b("Prelu", x, alpha)


def _slopes(node: Node) -> tuple[int, ...]:
    shape = [int(d or 0) for d in node.inputs[1].shape]  # type: ignore[union-attr]
    while shape and shape[0] == 1:
        del shape[0]
    return tuple(shape)


def _prelu_accepts(node: Node, options: Options) -> str | None:
    shape = _slopes(node)
    whole = bool(shape) and tuple(node.output.shape[-len(shape) :]) == shape
    return None if whole else "TF.js's WebAssembly back end has Prelu with slopes for all of the last axes only"


def _elu_accepts(node: Node, options: Options) -> str | None:
    return None if node.op.alpha == 1 else "TF.js has Elu with alpha = 1 only"  # type: ignore[attr-defined]


def _along_last(op: str) -> Say:
    """TF.js has it along the last axis."""

    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        axis, rank = node.op.axis, node.output.type.rank  # type: ignore[attr-defined]
        order = [*(i for i in range(rank) if i != axis), axis]
        return b.transpose(b(op, b.transpose(x, order)), [order.index(i) for i in range(rank)])

    return say


EMISSIONS: dict[type[Op], Emission] = {
    a.Elu: emission(fused("Elu"), _elu_accepts, FLOAT),
    a.LeakyRelu: emission(_leaky_relu, kinds=FLOAT),
    LogSoftmax: emission(_along_last("LogSoftmax"), kinds=FLOAT),
    a.PRelu: emission(_prelu, _prelu_accepts, FLOAT),
    a.Relu: emission(fused("Relu"), kinds=FLOAT),
    a.Selu: one("Selu", FLOAT),
    a.Sigmoid: emission(fused("Sigmoid"), kinds=FLOAT),
    Softmax: emission(_along_last("Softmax"), kinds=FLOAT),
    a.Softplus: one("Softplus", FLOAT),
}
