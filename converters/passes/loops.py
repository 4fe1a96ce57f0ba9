"""The bodies of loops go through the same passes as the graph around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...ir import Graph, Node, Value
from ...ops.scan import Scan
from .rewrite import rewrite


def loops(graph: Graph, rewritten: Callable[[Graph], Graph]) -> tuple[Graph, int]:
    """Every loop with its body as `rewritten` gives it."""

    def rule(node: Node, inputs: list[Value | None]) -> Any:
        return replace(node.op, body=rewritten(node.op.body))(*inputs) if isinstance(node.op, Scan) else None

    return rewrite(graph, rule)
