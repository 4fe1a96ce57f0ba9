"""A graph as text, one node a line, for people and for tests."""

from __future__ import annotations

from .graph import Graph, Node, Value


def format_graph(graph: Graph) -> str:
    """`graph NAME(inputs) { %value: type = op(inputs)  # layer ... return outputs }`"""
    inputs = ", ".join(repr(v) for v in graph.inputs)
    lines = [f"graph {graph.name}({inputs}) {{"]
    lines += [f"  {format_node(node)}" for node in graph.nodes]
    lines.append("  return " + ", ".join(_reference(v) for v in graph.outputs))
    return "\n".join([*lines, "}"])


def format_node(node: Node) -> str:
    outputs = ", ".join(repr(v) for v in node.outputs)
    inputs = ", ".join(_reference(v) for v in node.inputs)
    return f"{outputs} = {node.op}({inputs})" + (f"  # {node.layer}" if node.layer else "")


def _reference(value: Value | None) -> str:
    if value is None:
        return "none"
    if value.data is not None:
        return f"{value.data.tolist()!r}" if value.data.size == 1 else f"@{value.name}: {value.type}"
    return f"%{value.name}"
