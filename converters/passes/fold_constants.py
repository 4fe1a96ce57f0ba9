"""Computes what depends on constants alone, by the operation's own NumPy kernel."""

from __future__ import annotations

from typing import Any

from ...interpret import run_node
from ...ir import Graph, Node, Value
from .rewrite import rewrite

LIMIT = 1 << 16
"""A result with more elements than this, and more than its inputs have, is left to be computed: files shouldn't grow."""


def fold_constants(graph: Graph) -> tuple[Graph, int]:
    def rule(node: Node, inputs: list[Value | None]) -> Any:
        if any(v is not None and v.data is None for v in inputs):
            return None
        given = sum(v.data.size for v in inputs if v is not None and v.data is not None)
        results = sum(v.type.size or 0 for v in node.outputs)
        if results > max(given, LIMIT):
            return None
        return run_node(node, [None if v is None else v.data for v in inputs])

    return rewrite(graph, rule)
