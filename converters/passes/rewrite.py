"""Building a new graph from an old one, node by node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...ir import Graph, Node, TensorType, Value, scope
from ...ir.arrays import dtype_name

Pass = Callable[[Graph], tuple[Graph, int]]
Rule = Callable[[Node, list[Value | None]], Any]
"""A node of the old graph and its inputs in the new one → the new outputs (values or arrays), or None to keep the node."""


class Rewriter:
    """The new graph, and where the old one's values are in it."""

    def __init__(self, old: Graph):
        self.old = old
        self.new = old.successor()
        self.values: dict[Value, Value] = {}
        self.changes = 0
        for value, name in zip(old.inputs, old.input_names, strict=True):
            new = Value(self.new, value.name, value.type)
            self.new.inputs.append(new)
            self.new.input_names.append(name)
            self.values[value] = new

    def get(self, value: Value | None) -> Value | None:
        """The new graph's value for one of the old graph."""
        if value is None:
            return None
        if value.data is not None:
            return self.new.constant(value.data, value.name)
        return self.values[value]

    def keep(self, node: Node, inputs: Sequence[Value | None]) -> None:
        """Copies a node as it is."""
        types = tuple(v.type for v in node.outputs)
        outputs = self.new.append(node.op, inputs, types, node.layer, [v.name for v in node.outputs])
        self.values.update(zip(node.outputs, outputs, strict=True))

    def replace(self, node: Node, outputs: Any, first_new: int) -> None:
        """`outputs` stand for the node's; those that were made since node number `first_new` take their names."""
        several = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        made = {v for n in self.new.nodes[first_new:] for v in n.outputs}
        for old, new in zip(node.outputs, several, strict=True):
            if isinstance(new, np.ndarray):
                new = self.new.constant(np.ascontiguousarray(new, dtype=_same_dtype(old, new)), old.name)
            elif new in made:
                made.discard(new)  # a value that stands for two outputs keeps the first one's name
                new.name = old.name
                new.type = _more_known(new.type, old.type)
            self.values[old] = new
        self.changes += 1

    def finish(self) -> tuple[Graph, int]:
        outputs = [self.get(v) for v in self.old.outputs]
        self.new.set_outputs([v for v in outputs if v is not None], self.old.output_names)
        return self.new, self.changes


def rewrite(graph: Graph, rule: Rule) -> tuple[Graph, int]:
    """A new graph in which `rule` has replaced what it wanted to; the number of replaced nodes."""
    rewriter = Rewriter(graph)
    for node in graph.nodes:
        inputs = [rewriter.get(v) for v in node.inputs]
        first_new = len(rewriter.new.nodes)
        with scope(node.layer):
            outputs = rule(node, inputs)
        if outputs is None:
            rewriter.keep(node, inputs)
        else:
            rewriter.replace(node, outputs, first_new)
    return rewriter.finish()


def _same_dtype(old: Value, new: np.ndarray) -> Any:
    return new.dtype if dtype_name(new) == old.dtype else old.dtype


def _more_known(a: TensorType, b: TensorType) -> TensorType:
    """The sizes that either of two types of the same value knows."""
    if a.rank != b.rank:
        return a
    return a.with_shape(tuple(y if x is None else x for x, y in zip(a.shape, b.shape, strict=True)))
