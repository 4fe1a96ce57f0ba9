"""Small identities that leave fewer nodes.

Transpose ∘ Transpose = one Transpose, or nothing; a Transpose that only moves axes of size 1 = Reshape;
Reshape ∘ Reshape = the second one; Reshape with constant sizes = Reshape with those sizes;
Reshape that puts the axes back that a reduction dropped = the reduction with `keepdims`;
Reshape or Cast to what the value already is = nothing;
Concatenate ∘ Concatenate along one axis = one Concatenate;
a bias of zeros = no bias.
Where a form would be computed twice because it has other readers, it stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...ir import Graph, Node, Value
from ...ir.types import Shape
from ...ops.casting import Cast
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.linear import Linear
from ...ops.op import Op
from ...ops.reduce import Reduce
from ...ops.shape import Concatenate, Reshape, Transpose
from ...ops.shapes import permute
from .rewrite import rewrite

Readers = Counter[str]
"""How often each value is read, by name."""


def simplify(graph: Graph) -> tuple[Graph, int]:
    readers = Counter({value.name: len(nodes) for value, nodes in graph.uses().items()})
    readers.update(v.name for v in graph.outputs)

    def rule(node: Node, inputs: list[Value | None]) -> Any:
        found = RULES.get(type(node.op))  # type: ignore[arg-type]
        return found(node, inputs, readers) if found else None

    return rewrite(graph, rule)


def transpose(node: Node, inputs: list[Value | None], readers: Readers) -> Any:
    op, x = node.op, inputs[0]
    assert isinstance(op, Transpose) and x is not None
    if op.permutation == tuple(range(x.type.rank)):
        return x
    moved = [p for p in op.permutation if x.shape[p] != 1]
    if moved == sorted(moved) and x.shape.count(None) <= 1:
        return reshaped(x, permute(x.shape, op.permutation), readers)
    inner = x.producer
    if inner is None or not isinstance(inner.op, Transpose):
        return None
    composed = tuple(inner.op.permutation[p] for p in op.permutation)
    source = inner.inputs[0]
    return source if composed == tuple(range(len(composed))) else Transpose(permutation=composed)(source)


def reshape(node: Node, inputs: list[Value | None], readers: Readers) -> Any:
    op, x = node.op, inputs[0]
    assert isinstance(op, Reshape) and x is not None
    sizes = inputs[1] if len(inputs) > 1 else None
    if sizes is not None:
        return None if sizes.data is None else Reshape(shape=tuple(int(d) for d in sizes.data))(x)
    if node.output.shape == x.shape and x.shape.count(None) <= 1:
        return x
    if x.producer is None or not isinstance(x.producer.op, (Reshape, Reduce)):
        return None
    found = reshaped(x, tuple(None if d == -1 else d for d in op.shape), readers)
    return None if found.producer is not None and found.producer.inputs[0] is x else found


def reshaped(x: Value, shape: Shape, readers: Readers) -> Value:
    """`x` with a shape of which at most one size isn't known, from as early a value as it can be had."""
    inner = x.producer
    if inner is not None and isinstance(inner.op, Reshape) and len(inner.inputs) == 1 and inner.inputs[0] is not None:
        x = inner.inputs[0]
        inner = x.producer
    if x.shape == shape and shape.count(None) <= 1:
        return x
    if inner is not None and isinstance(inner.op, Reduce) and not inner.op.keepdims and readers[x.name] == 1:
        kept = replace(inner.op, keepdims=True)
        source = inner.inputs[0]
        if source is not None and kept.infer(source.type).shape == shape:
            return kept(source)
    return Reshape(shape=tuple(-1 if d is None else d for d in shape))(x)


def cast(node: Node, inputs: list[Value | None], readers: Readers) -> Any:
    x = inputs[0]
    assert isinstance(node.op, Cast) and x is not None
    return x if node.op.dtype == x.dtype else None


def concatenate(node: Node, inputs: list[Value | None], readers: Readers) -> Any:
    op = node.op
    parts: list[Value | None] = []
    for x in inputs:
        inner = x.producer if x is not None else None
        single = x is not None and readers[x.name] == 1
        parts += inner.inputs if inner is not None and inner.op == op and single else [x]
    return Concatenate(axis=op.axis)(*parts) if len(parts) > len(inputs) else None  # type: ignore[attr-defined]


def linear(node: Node, inputs: list[Value | None], readers: Readers) -> Any:
    bias = inputs[2] if len(inputs) > 2 else None
    if bias is None or bias.data is None or bias.data.any():
        return None
    return node.op(*inputs[:2], None)  # type: ignore[operator]


RULES: dict[type[Op], Callable[[Node, list[Value | None], Readers], Any]] = {
    Cast: cast,
    Concatenate: concatenate,
    Conv: linear,
    ConvTranspose: linear,
    Linear: linear,
    Reshape: reshape,
    Transpose: transpose,
}
