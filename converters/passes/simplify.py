"""Small identities that leave fewer nodes.

Transpose ∘ Transpose = one Transpose, or nothing; Reshape ∘ Reshape = the second one;
Reshape with constant sizes = Reshape with those sizes; Reshape or Cast to what the value already is = nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ir import Graph, Node, Value
from ...ops.elementwise import Cast
from ...ops.op import Op
from ...ops.shape import Reshape, Transpose
from .rewrite import rewrite


def simplify(graph: Graph) -> tuple[Graph, int]:
    def rule(node: Node, inputs: list[Value | None]) -> Any:
        found = RULES.get(type(node.op))  # type: ignore[arg-type]
        return found(node, inputs) if found else None

    return rewrite(graph, rule)


def transpose(node: Node, inputs: list[Value | None]) -> Any:
    op, x = node.op, inputs[0]
    assert isinstance(op, Transpose) and x is not None
    if op.permutation == tuple(range(x.type.rank)):
        return x
    inner = x.producer
    if inner is None or not isinstance(inner.op, Transpose):
        return None
    composed = tuple(inner.op.permutation[p] for p in op.permutation)
    source = inner.inputs[0]
    return source if composed == tuple(range(len(composed))) else Transpose(permutation=composed)(source)


def reshape(node: Node, inputs: list[Value | None]) -> Any:
    op, x = node.op, inputs[0]
    assert isinstance(op, Reshape) and x is not None
    sizes = inputs[1] if len(inputs) > 1 else None
    if sizes is not None:
        return None if sizes.data is None else Reshape(shape=tuple(int(d) for d in sizes.data))(x)
    unknown = node.output.shape.count(None)
    if node.output.shape == x.shape and unknown <= 1:
        return x
    inner = x.producer
    if inner is not None and isinstance(inner.op, Reshape) and len(inner.inputs) == 1:
        return Reshape(shape=op.shape)(inner.inputs[0])
    return None


def cast(node: Node, inputs: list[Value | None]) -> Any:
    x = inputs[0]
    assert isinstance(node.op, Cast) and x is not None
    return x if node.op.dtype == x.dtype else None


RULES: dict[type[Op], Callable[[Node, list[Value | None]], Any]] = {Transpose: transpose, Reshape: reshape, Cast: cast}
