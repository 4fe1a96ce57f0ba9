"""Reductions."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import reduce as r
from ...ops.op import Op
from ..target import Emission
from .builder import Builder
from .saying import FLOAT, NUMBERS, emission
from .schema import TYPES
from .tensor import Tensor


def _reduction(name: str, types: frozenset[str] = NUMBERS) -> Emission:
    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        op: Any = node.op
        if not op.axes:
            return x
        kind = node.output.type.with_dtype(x.type.dtype)
        return b(name, x, b.ints(op.axes, "axes"), type=kind, keep_dims=op.keepdims)

    return emission(say, types=types)


def _place(name: str) -> Emission:
    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        op: Any = node.op
        dropped = tuple(d for i, d in enumerate(x.type.shape) if i != op.axis)
        kind = node.output.type.with_shape(dropped)
        y = b(name, x, b.ints(op.axis, "axis"), type=kind, output_type=TYPES["int32"])
        return b.expand(y, [op.axis]) if op.keepdims else y

    return emission(say, types=FLOAT | {"int8", "int32", "uint8"})


EMISSIONS: dict[type[Op], Emission] = {
    r.ArgMax: _place("ARG_MAX"),
    r.ArgMin: _place("ARG_MIN"),
    r.ReduceAll: _reduction("REDUCE_ALL", frozenset({"bool"})),
    r.ReduceAny: _reduction("REDUCE_ANY", frozenset({"bool"})),
    r.ReduceMax: _reduction("REDUCE_MAX"),
    r.ReduceMean: _reduction("MEAN", FLOAT),
    r.ReduceMin: _reduction("REDUCE_MIN"),
    r.ReduceProd: _reduction("REDUCE_PROD"),
    r.ReduceSum: _reduction("SUM"),
}
