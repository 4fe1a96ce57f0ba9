"""The same operation on the same values is computed once. Equal constants count as the same value if they are small."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from ...ir import Graph, Value, scope
from .rewrite import Rewriter

SMALL = 64
"""Up to this many elements, constants are compared by content; weights only by identity."""


def common_subexpressions(graph: Graph) -> tuple[Graph, int]:
    rewriter = Rewriter(graph)
    known: dict[Hashable, list[Value]] = {}
    for node in graph.nodes:
        inputs = [rewriter.get(v) for v in node.inputs]
        key = (node.op, *map(_identity, inputs))
        found = known.get(key) if _hashable(key) else None
        if found is not None:
            with scope(node.layer):
                rewriter.replace(node, found, len(rewriter.new.nodes))
            continue
        rewriter.keep(node, inputs)
        if _hashable(key):
            known[key] = [rewriter.values[v] for v in node.outputs]
    return rewriter.finish()


def _identity(value: Value | None) -> Hashable:
    if value is None or value.data is None or value.data.size > SMALL or value.data.dtype == object:
        return value
    return value.type, np.ascontiguousarray(value.data).tobytes()


def _hashable(key: object) -> bool:
    """An attribute such as the body of a loop may have no hash."""
    try:
        hash(key)
    except TypeError:
        return False
    return True
