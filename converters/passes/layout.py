"""Moves a whole graph to channels-first at once, for targets whose convolutions want it.

Every value may exist in its original order and, if its rank is at least 3, with channels first (`name:nchw`).
Walking through the nodes once,
- an operation that the target wants channels-first takes and gives channels-first values;
- one that can work in any order (`Op.permuted`) works in the order in which most of its inputs already are;
- any other takes the original order.
Constants are permuted here, transposes of the model's own that only change the order vanish, and a Transpose is
recorded only where a value is needed in an order in which it doesn't exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value, scope
from ...ops.op import Op
from ...ops.shape import ExpandDims, Reshape, Transpose
from ...ops.shapes import to_channels_first, to_channels_last
from ..target import Target
from .rewrite import Rewriter

SUFFIX = ":nchw"
"""Ends the name of a value that holds the numbers of the name before it, with channels first."""


def layout(graph: Graph, target: Target) -> tuple[Graph, int]:
    """The graph as the target wants it; the number of nodes that now work channels-first."""
    return Layout(graph, target.channels_first).run() if target.channels_first else (graph, 0)


class Layout:
    """`forward` is how values are moved, `backward` how they are moved back, by their rank; `suffix` ends the names of moved
    ones; `wanted` are the operations that are moved whatever their inputs are."""

    forward = staticmethod(to_channels_first)
    backward = staticmethod(to_channels_last)
    suffix = SUFFIX

    def __init__(self, graph: Graph, wanted: frozenset[type[Op]]):
        self.rewriter = Rewriter(graph)
        self.graph = self.rewriter.new
        self.wanted = wanted
        self.first: dict[Value, Value] = {}  # of the old graph → with channels first
        self.original = self.rewriter.values  # of the old graph → in the original order
        self.constants: dict[tuple[Value, int], Value] = {}

    def run(self) -> tuple[Graph, int]:
        for node in self.rewriter.old.nodes:
            with scope(node.layer):
                if not (self.is_reordering(node) or self.goes_first(node)):
                    self.rewriter.keep(node, [self.in_original_order(v) for v in node.inputs])
        for value in self.rewriter.old.outputs:
            self.in_original_order(value)
        return self.rewriter.finish()

    def is_reordering(self, node: Node) -> bool:
        """A Transpose between the two orders, or a Reshape that only drops sizes of 1: the other form is already there."""
        op, x = node.op, node.inputs[0] if node.inputs else None
        if x is None or x.is_constant or x.type.rank < 3:
            return False
        rank = x.type.rank
        if isinstance(op, Transpose) and op.permutation == self.forward(rank) and x in self.first:
            self.original[node.output] = self.first[x]
            return True
        if isinstance(op, Transpose) and op.permutation == self.backward(rank):
            self.first[node.output] = self.required(x)
            return True
        if isinstance(op, Reshape) and x in self.first and x not in self.original and self.drops_ones(x, node.output):
            self.rewriter.keep(node, [self.first[x], *(self.in_original_order(v) for v in node.inputs[1:])])
            return True
        return False

    def drops_ones(self, x: Value, y: Value) -> bool:
        """Whether at most the batch and the channels are more than one element: then both orders are the same memory."""
        return all(d == 1 for d in x.shape[1:-1]) and y.type.rank >= 1

    def goes_first(self, node: Node) -> bool:
        """Records the node channels-first if the target wants it or its inputs already are."""
        op = node.op
        if not isinstance(op, Op):
            return False
        data = node.inputs if op.data_inputs is None else node.inputs[: op.data_inputs]
        rank = max((v.type.rank for v in data if v is not None), default=0)
        if rank < 3 or not (type(op) in self.wanted or self.mostly_first(data, rank)):
            return False
        moved = self.permuted(op, rank)
        if moved is None:
            return False
        new_op, out_permutation = moved
        if out_permutation is not None and any(out_permutation != self.forward(v.type.rank) for v in node.outputs):
            return False  # a new axis came in between
        inputs: list[Value | None] = []
        for i, value in enumerate(node.inputs):
            is_data = i < len(data) and value is not None
            if is_data and value is not None and (value.type.rank == rank or (op.broadcasts and value.type.size != 1)):
                inputs.append(self.channels_first(value, rank))
            else:
                inputs.append(self.in_original_order(value))
        before = len(self.graph.nodes)
        results = new_op(*inputs)
        outputs = list(results) if isinstance(results, tuple) else [results]
        made = {v for n in self.graph.nodes[before:] for v in n.outputs}
        for old, new in zip(node.outputs, outputs, strict=True):
            if out_permutation is None:
                if new in made:
                    new.name = old.name
                self.original[old] = new
            else:
                if new in made:
                    new.name = old.name + self.suffix
                self.first[old] = new
        self.rewriter.changes += 1
        return True

    def permuted(self, op: Op, rank: int) -> tuple[Op, tuple[int, ...] | None] | None:
        """The operation on moved data of `rank`; None if it can't work on them."""
        return op.permuted(self.forward(rank))

    def mostly_first(self, data: Sequence[Value | None], rank: int) -> bool:
        """Whether channels-first needs no more transposes of the inputs than the original order does."""
        full = [v for v in data if v is not None and not v.is_constant and v.type.rank == rank]
        only_first = sum(v in self.first and v not in self.original for v in full)
        only_original = sum(v not in self.first for v in full)
        return only_first > 0 and only_first >= only_original

    def in_original_order(self, value: Value | None) -> Value | None:
        if value is None or value.is_constant or value in self.original:
            return self.rewriter.get(value)
        x = self.first[value]
        new: Value = Transpose(permutation=self.backward(x.type.rank))(x)
        new.name = value.name
        self.original[value] = new
        return new

    def required(self, value: Value) -> Value:
        found = self.in_original_order(value)
        assert found is not None
        return found

    def channels_first(self, value: Value, rank: int) -> Value:
        """The value with channels first; one of lower rank gets leading axes of size 1 as in broadcasting."""
        permutation = self.forward(rank)
        if value.data is not None:
            full = value.data.reshape((1,) * (rank - value.type.rank) + value.data.shape)
            moved = np.ascontiguousarray(full.transpose(permutation))
            return self.permuted_constant(value, moved)
        if value in self.first and value.type.rank == rank:
            return self.first[value]
        x: Any = self.required(value)
        if value.type.rank < rank:
            return Transpose(permutation=permutation)(ExpandDims(axes=tuple(range(rank - value.type.rank)))(x))
        new: Value = Transpose(permutation=permutation)(x)
        new.name = value.name + self.suffix
        self.first[value] = new
        return new

    def permuted_constant(self, value: Value, moved: np.ndarray) -> Value:
        """One constant for each constant and rank, however often it is used."""
        key = (value, moved.ndim)
        if key not in self.constants:
            self.constants[key] = self.graph.constant(moved, value.name + self.suffix)
        return self.constants[key]
