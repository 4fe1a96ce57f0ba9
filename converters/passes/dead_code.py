"""Drops nodes whose outputs nothing needs. Inputs stay, used or not: they are the model's interface."""

from __future__ import annotations

from ...ir import Graph, Node, Value
from .rewrite import Rewriter


def dead_code(graph: Graph) -> tuple[Graph, int]:
    needed: set[Value] = set(graph.outputs)
    alive: set[Node] = set()
    for node in reversed(graph.nodes):
        if any(v in needed for v in node.outputs):
            alive.add(node)
            needed.update(v for v in node.inputs if v is not None)
    rewriter = Rewriter(graph)
    for node in graph.nodes:
        if node in alive:
            rewriter.keep(node, [rewriter.get(v) for v in node.inputs])
        else:
            rewriter.changes += 1
    return rewriter.finish()
