"""float16: weights and computation in half precision, inputs and outputs as in the Keras model.

Every float32 value becomes a float16 one (`name:float16`) between a Cast after the inputs and one before the outputs.
Some things are computed in float32, between casts of their own:
- what loses too many digits or overflows in float16: statistics, sums of squares, exponentials and their sums;
- an operation with a number that float16 can't hold, such as the -1e9 that masks scores or a tiny epsilon;
- what comes before the first weights: there inputs are prepared, which should be as exact as the Keras model's own.
Weights beyond ±65504 become ±65504.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value, scope
from ...ops import cumulative, elementwise, reduce
from ...ops.casting import cast
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.creation import Arange
from ...ops.einsum import Einsum
from ...ops.gathering import Take
from ...ops.linear import Linear
from ...ops.norm import BatchNorm, GroupNorm, L2Normalize, LayerNorm, RmsNorm
from ...ops.op import Op
from ...ops.recurrent import Gru, Lstm, SimpleRnn
from ...ops.scan import Scan
from ...ops.softmax import LogSoftmax, Softmax
from .rewrite import Rewriter

SUFFIX = ":float16"
LIMIT = float(np.finfo(np.float16).max)
LEAST = float(np.finfo(np.float16).tiny)

SAFE: frozenset[type[Op]] = frozenset(
    {
        Arange,
        Scan,
        cumulative.CumProd,
        cumulative.CumSum,
        elementwise.Divide,
        elementwise.Exp,
        elementwise.Power,
        elementwise.Square,
        BatchNorm,
        GroupNorm,
        L2Normalize,
        LayerNorm,
        LogSoftmax,
        RmsNorm,
        Softmax,
        reduce.LogSumExp,
        reduce.ReduceMean,
        reduce.ReduceProd,
        reduce.ReduceSum,
    }
)
"""Operations that stay in float32."""


WEIGHTED: frozenset[type[Op]] = frozenset({Conv, ConvTranspose, Einsum, Gru, Linear, Lstm, Scan, SimpleRnn, Take})
"""Operations that end the preparation of inputs."""


def half_precision(graph: Graph) -> tuple[Graph, int]:
    """The graph in half precision; the number of values that are float16 now."""
    return _Half(graph).run()


class _Half:
    def __init__(self, graph: Graph):
        self.rewriter = Rewriter(graph)
        self.halves: dict[Value, Value] = {}  # of the old graph → float16
        self.singles: dict[Value, Value] = {}  # of the old graph → float32, where it was needed
        self.early = set(graph.inputs)  # of the old graph: no weights were used yet

    def run(self) -> tuple[Graph, int]:
        for node in self.rewriter.old.nodes:
            with scope(node.layer):
                self.convert(node)
        for value in self.rewriter.old.outputs:
            self.rewriter.values[value] = self.single(value)
        return self.rewriter.finish()

    def convert(self, node: Node) -> None:
        safe = self.stays_single(node)
        floats = any(v is not None and v.dtype == "float32" for v in (*node.inputs, *node.outputs))
        if not floats:
            self.rewriter.keep(node, [self.rewriter.get(v) for v in node.inputs])
            return
        op: Any = node.op
        if not safe and getattr(op, "dtype", None) == "float32":
            op = replace(op, dtype="float16")
        inputs = [self.single(v) if safe else self.half(v) for v in node.inputs]
        results = op(*inputs)
        for old, new in zip(node.outputs, results if isinstance(results, tuple) else (results,), strict=True):
            self.bind(old, new)
        self.rewriter.changes += 1

    def stays_single(self, node: Node) -> bool:
        variables = [v for v in node.inputs if v is not None and not v.is_constant]
        op: type[Any] = type(node.op)
        if not (op in WEIGHTED and len(variables) < len(node.inputs)) and self.early.issuperset(variables):
            self.early.update(node.outputs)
            return True
        return op in SAFE or any(v is not None and v.data is not None and _beyond(v.data) for v in node.inputs)

    def bind(self, old: Value, new: Value) -> None:
        where = self.halves if new.dtype == "float16" else self.singles if old.dtype == "float32" else self.rewriter.values
        new.name = old.name + SUFFIX if new.dtype == "float16" else old.name
        where[old] = new

    def half(self, value: Value | None) -> Value | None:
        if value is None or value.dtype != "float32":
            return self.rewriter.get(value)
        if value not in self.halves:
            if value.data is not None:
                self.halves[value] = self.rewriter.new.constant(_in_half(value.data), value.name + SUFFIX)
            else:
                self.halves[value] = self.cast(value, "float16", value.name + SUFFIX)
        return self.halves[value]

    def single(self, value: Value | None) -> Any:
        if value is None or value.dtype != "float32" or value.data is not None or value in self.rewriter.values:
            return self.rewriter.get(value)
        if value not in self.singles:
            self.singles[value] = self.cast(value, "float32", value.name)
        return self.singles[value]

    def cast(self, value: Value, dtype: str, name: str) -> Value:
        source = self.single(value) if dtype == "float16" else self.halves[value]
        new: Value = cast(source, dtype)
        new.name = name
        return new


def _in_half(data: np.ndarray) -> np.ndarray:
    """Finite numbers stay finite."""
    clipped = np.clip(data, -LIMIT, LIMIT)
    infinite = np.isinf(data)
    return np.where(infinite, data, clipped).astype(np.float16) if infinite.any() else clipped.astype(np.float16)


def _beyond(data: np.ndarray) -> bool:
    """Whether it is a number that float16 would make infinite, or lose."""
    if data.size != 1 or data.dtype != np.float32:
        return False
    size = abs(data.item())
    return LIMIT < size < np.inf or 0 < size < LEAST
