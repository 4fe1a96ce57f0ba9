"""Replaces what a target can't say by simpler operations; what remains then is reported all at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import UnsupportedError
from ...ir import Graph, Node, Value
from ...ops.op import Op
from ...ops.scan import Scan
from ..preprocessing import APART
from ..target import Options, Target
from .rewrite import rewrite

ROUNDS = 8
"""How often a decomposition may itself be decomposed."""
TEXT = frozenset(op.name for op in APART)


def decompose(graph: Graph, target: Target, options: Options) -> tuple[Graph, int]:
    """Every node that the target refuses is decomposed, repeatedly, if it can be."""

    def rule(node: Node, inputs: list[Value | None]) -> Any:
        op = node.op
        if target.refusal(node, options) is None or not isinstance(op, Op):
            return None
        outputs = op.decompose(*inputs)
        return None if outputs is NotImplemented else outputs

    total = 0
    for _ in range(ROUNDS):
        graph, changes = rewrite(graph, rule)
        total += changes
        if not changes:
            break
    return graph, total


def require_said(graph: Graph, target: Target, options: Options) -> None:
    """UnsupportedError with every node that the target refuses, those in the bodies of loops as well."""
    refused = list(refusals(graph, target, options))
    if refused:
        raise UnsupportedError(_message(target, refused))


def refusals(graph: Graph, target: Target, options: Options) -> Iterator[tuple[Node, str]]:
    """The nodes that the target refuses, and why."""
    for node in graph.nodes:
        reason = target.refusal(node, options)
        if reason is not None:
            yield node, reason
        elif isinstance(node.op, Scan):
            yield from refusals(node.op.body, target, options)


def _message(target: Target, refused: list[tuple[Node, str]]) -> str:
    lines = [f"{target.title} can't express {len(refused)} operation(s) of this model:"]
    lines += [f"  layer '{node.layer}': {node.op.name}: {reason}" for node, reason in refused]
    others = f"replace these layers by supported ones (kport layers --target {target.name}), or choose another target"
    if any(node.op.name in TEXT for node, _ in refused):
        others = f"--split-preprocessing, by which text and lookup layers become JSON beside the artifact; or {others}"
    lines.append(f"What to do: {others}")
    return "\n".join(lines)
