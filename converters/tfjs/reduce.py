"""Reductions."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import reduce as r
from ...ops.cumulative import CumProd, CumSum
from ...ops.op import Op
from ..target import Emission
from .builder import Builder
from .graphdef import Tensor
from .saying import FLOAT, NUMBERS, Say, emission


def _reduction(tf_op: str) -> Say:
    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        op: Any = node.op
        return b(tf_op, x, b.ints(op.axes, "axes"), keep_dims=op.keepdims) if op.axes else x

    return say


def _mean(b: Builder, node: Node, x: Tensor) -> Tensor:
    """The mean of whole images is a pool: Mean moves the channels first."""
    op: Any = node.op
    shape = node.inputs[0].shape  # type: ignore[union-attr]
    if len(shape) != 4 or op.axes != (1, 2) or None in shape[1:]:
        return _reduction("Mean")(b, node, x)
    window = (1, *shape[1:3], 1)
    y = b("AvgPool", x, ksize=window, strides=window, padding="VALID")
    return y if op.keepdims else b("Squeeze", y, axis=[1, 2])


def _arg_reduction(tf_op: str) -> Say:
    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        op: Any = node.op
        axis = b.ints(op.axis, "axis")
        y = b(tf_op, x, axis)
        return b("ExpandDims", y, axis) if op.keepdims else y

    return say


def _cumulative(tf_op: str) -> Say:
    """The WebGL back end goes along axes of at most four: of more all others are made one."""

    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        op: Any = node.op
        shape = node.output.shape
        direction = {"exclusive": op.exclusive, "reverse": op.reverse}
        if len(shape) <= 4 or shape[op.axis] is None:
            return b(tf_op, x, b.ints(op.axis, "axis"), **direction)
        order = [*(a for a in range(len(shape)) if a != op.axis), op.axis]
        moved = b.transpose(x, order)
        y = b(tf_op, b.reshape(moved, (-1, int(shape[op.axis] or 0))), b.ints(1, "axis"), **direction)
        y = b.restored(y, [shape[a] for a in order], moved)
        return b.transpose(y, [order.index(a) for a in range(len(shape))])

    return say


EMISSIONS: dict[type[Op], Emission] = {
    r.ArgMax: emission(_arg_reduction("ArgMax"), kinds=FLOAT),
    r.ArgMin: emission(_arg_reduction("ArgMin"), kinds=FLOAT),
    CumProd: emission(_cumulative("Cumprod"), kinds=NUMBERS),
    CumSum: emission(_cumulative("Cumsum"), kinds=NUMBERS),
    r.ReduceAll: emission(_reduction("All")),
    r.ReduceAny: emission(_reduction("Any")),
    r.ReduceMax: emission(_reduction("Max"), kinds=NUMBERS),
    r.ReduceMean: emission(_mean, kinds=FLOAT),
    r.ReduceMin: emission(_reduction("Min"), kinds=NUMBERS),
    r.ReduceProd: emission(_reduction("Prod"), kinds=NUMBERS),
    r.ReduceSum: emission(_reduction("Sum"), kinds=NUMBERS),
}
