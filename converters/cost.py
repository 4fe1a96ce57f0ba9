"""Multiply-accumulates of a graph, for one sample."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from ..ir import Graph, Node
from ..ops.conv import Conv
from ..ops.conv_transpose import ConvTranspose
from ..ops.linear import Linear, MatMul
from ..ops.op import Op
from ..ops.recurrent import Gru, Lstm, SimpleRnn


def known(shape: tuple[int | None, ...]) -> int:
    """The number of elements of one sample; an unknown size counts as 1."""
    return prod(d for d in shape[1:] if d is not None)


def _conv(node: Node) -> int:
    """Each output element takes one product for each element of the kernel that leads to it."""
    kernel = node.inputs[1]
    assert kernel is not None
    return known(node.output.shape) * prod(kernel.shape[:-1])  # type: ignore[arg-type]


def _conv_transpose(node: Node) -> int:
    x, kernel = node.inputs[:2]
    assert x is not None and kernel is not None
    return known(x.shape) * prod(kernel.shape[:-1])  # type: ignore[arg-type]


def _product(node: Node) -> int:
    x = node.inputs[0]
    assert x is not None
    return known(node.output.shape) * (x.shape[-1] or 1)


def _recurrent(node: Node) -> int:
    """At each step the input and the state go through their kernels."""
    x, kernel, recurrent_kernel = node.inputs[:3]
    assert x is not None and kernel is not None and recurrent_kernel is not None
    return (x.shape[1] or 1) * ((kernel.type.size or 0) + (recurrent_kernel.type.size or 0))


COSTS: dict[type[Op], Callable[[Node], int]] = {
    Conv: _conv,
    ConvTranspose: _conv_transpose,
    Linear: _product,
    MatMul: _product,
    Lstm: _recurrent,
    Gru: _recurrent,
    SimpleRnn: _recurrent,
}


def multiply_accumulates(graph: Graph) -> int:
    """Of all convolutions, matrix products and recurrences; unknown sizes count as 1."""
    return sum(COSTS[type(node.op)](node) for node in graph.nodes if type(node.op) in COSTS)  # type: ignore[index]
