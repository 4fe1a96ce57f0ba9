"""Multiply-accumulates of a model, for one sample."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from ..ir import Graph, Node, Value
from ..models.model import Model
from ..ops.conv import Conv
from ..ops.conv_transpose import ConvTranspose
from ..ops.einsum import Einsum
from ..ops.linear import Linear, MatMul
from ..ops.recurrent import Gru, Lstm, SimpleRnn
from ..ops.scan import Scan
from ..trace import trace


def multiply_accumulates(model: Model) -> int:
    """Of all convolutions, matrix products and recurrences, for one sample; unknown sizes count as 1.

    The model is traced with a batch of one, because time and batch may become one axis on the way.
    """
    inputs = {n: t.shape for n, t in zip(model.input_names, model.input_tensors, strict=True) if t.shape}
    batch = max((shape[0] or 1 for shape in inputs.values()), default=1)
    return products(trace(model, {n: (shape[0] or 1, *shape[1:]) for n, shape in inputs.items()})) // batch


def products(graph: Graph) -> int:
    """Of all nodes of a graph, bodies of loops included."""
    return sum(COSTS.get(type(node.op), _nothing)(node) for node in graph.nodes)


def known(value: Value) -> int:
    """The number of elements; an unknown size counts as 1."""
    return prod(d for d in value.shape if d is not None)


def _nothing(node: Node) -> int:
    return 0


def _inputs(node: Node) -> list[Value]:
    return [v for v in node.inputs if v is not None]


def _conv(node: Node) -> int:
    """Each output element takes one product for each element of the kernel that leads to it."""
    return known(node.output) * prod(d or 1 for d in _inputs(node)[1].shape[:-1])


def _conv_transpose(node: Node) -> int:
    x, kernel = _inputs(node)[:2]
    return known(x) * prod(d or 1 for d in kernel.shape[:-1])


def _product(node: Node) -> int:
    return known(node.output) * (_inputs(node)[0].shape[-1] or 1)


def _einsum(node: Node) -> int:
    """A product for every combination of letters."""
    assert isinstance(node.op, Einsum)
    terms, _ = node.op.terms
    sizes = {c: d or 1 for term, x in zip(terms, _inputs(node), strict=True) for c, d in zip(term, x.shape, strict=True)}
    return prod(sizes.values()) * (len(terms) - 1)


def _recurrent(node: Node) -> int:
    """At each step the input and the state go through their kernels."""
    x, kernel, recurrent_kernel = _inputs(node)[:3]
    batch, steps, _ = x.shape
    return (batch or 1) * (steps or 1) * (known(kernel) + known(recurrent_kernel))


def _scan(node: Node) -> int:
    """The body, as often as the sequences are long."""
    assert isinstance(node.op, Scan)
    sequence = node.inputs[node.op.states]
    return products(node.op.body) * ((sequence.shape[0] if sequence is not None else None) or 1)


COSTS: dict[type[Any], Callable[[Node], int]] = {
    Conv: _conv,
    ConvTranspose: _conv_transpose,
    Einsum: _einsum,
    Gru: _recurrent,
    Linear: _product,
    Lstm: _recurrent,
    MatMul: _product,
    Scan: _scan,
    SimpleRnn: _recurrent,
}
