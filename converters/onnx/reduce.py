"""Reductions."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import reduce as r
from ...ops.op import Op
from ..target import Emission
from .builder import Builder
from .saying import FLOATS, emission


def reduce(b: Builder, op_type: str, x: str, axes: tuple[int, ...], keepdims: bool) -> str:
    """Axes are an input from opset 18 on (of ReduceSum always), an attribute before."""
    if not axes:
        return x
    keep = None if keepdims else 0
    if b.opset >= 18 or op_type == "ReduceSum":
        return str(b(op_type, x, b.ints(axes, "axes"), keepdims=keep))
    return str(b(op_type, x, axes=axes, keepdims=keep))


def mean(b: Builder, node: Node, x: str) -> str:
    """The mean over all that comes after the channels is a pool, which ONNX Runtime keeps in its own blocked layout."""
    op: Any = node.op
    value = node.inputs[0]
    spatial = value is not None and value.dtype in FLOATS and value.type.rank > 2
    if spatial and op.keepdims and op.axes == tuple(range(2, value.type.rank)):  # type: ignore[union-attr]
        return str(b("GlobalAveragePool", x))
    return reduce(b, "ReduceMean", x, op.axes, op.keepdims)


def _reduction(op_type: str, more: frozenset[str] = frozenset()) -> Emission:
    def say(b: Builder, node: Node, x: str) -> str:
        op: Any = node.op
        return reduce(b, op_type, x, op.axes, op.keepdims)

    return emission(say, types=FLOATS | {"int32", "int64"} | more)


EMISSIONS: dict[type[Op], Emission] = {
    r.LogSumExp: _reduction("ReduceLogSumExp"),
    r.ReduceMax: _reduction("ReduceMax", frozenset({"int8", "uint8"})),
    r.ReduceMean: emission(mean, types=FLOATS | {"int32", "int64"}),
    r.ReduceMin: _reduction("ReduceMin", frozenset({"int8", "uint8"})),
    r.ReduceProd: _reduction("ReduceProd"),
    r.ReduceSum: _reduction("ReduceSum"),
}
