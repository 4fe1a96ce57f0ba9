"""Reductions."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import reduce as r
from ...ops.op import Op
from ..target import Emission
from .builder import Builder, Var
from .saying import FLOATS, NUMBERS, emission


def _reduction(op_type: str, types: frozenset[str] = NUMBERS) -> Emission:
    def say(b: Builder, node: Node, x: Var) -> Var:
        op: Any = node.op
        return b(op_type, x=x, axes=list(op.axes), keep_dims=op.keepdims) if op.axes else x

    return emission(say, types=types)


def _place(op_type: str) -> Emission:
    def say(b: Builder, node: Node, x: Var) -> Var:
        op: Any = node.op
        return b(op_type, x=x, axis=op.axis, keep_dims=op.keepdims)

    return emission(say, types=NUMBERS)


EMISSIONS: dict[type[Op], Emission] = {
    r.ArgMax: _place("reduce_argmax"),
    r.ArgMin: _place("reduce_argmin"),
    r.LogSumExp: _reduction("reduce_log_sum_exp", FLOATS),
    r.ReduceMax: _reduction("reduce_max"),
    r.ReduceMean: _reduction("reduce_mean", FLOATS),
    r.ReduceMin: _reduction("reduce_min"),
    r.ReduceProd: _reduction("reduce_prod"),
    r.ReduceSum: _reduction("reduce_sum"),
}
