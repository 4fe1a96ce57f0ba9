"""Sizes that are known only when the model runs: keras.ops has no operation for a shape, so they are counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node, Value
from ...layers.reshaping.reshape import Reshape as ReshapeLayer
from ...ops.casting import Cast
from ...ops.creation import Arange
from ...ops.op import Op
from ...ops.shape import BroadcastTo, Concatenate, Dim, ExpandDims, Reshape
from ..target import Emission, Options
from .rebuild import Builder
from .saying import emission

_SAME = (Cast, ExpandDims, Reshape)
"""What a size may go through before it is one of a shape."""


def sizes_in(value: Value) -> list[int | Node | None]:
    """The sizes that a tensor of them holds: numbers, the Dim nodes that give them, or None for anything else."""
    if value.data is not None:
        return [int(d) for d in np.ravel(value.data)]
    node = value.producer
    if node is not None and isinstance(node.op, Concatenate):
        return [size for part in node.inputs if part is not None for size in sizes_in(part)]
    while node is not None and isinstance(node.op, _SAME) and node.inputs[0] is not None:
        node = node.inputs[0].producer
    return [node if node is not None and isinstance(node.op, Dim) else None]


def ones(b: Builder, node: Node, dim: Node) -> Any:
    """A vector of ones, as many as the size that a Dim node gives."""
    value = dim.inputs[0]
    assert value is not None and isinstance(dim.op, Dim)
    others = [axis for axis in range(value.type.rank) if axis != dim.op.axis]
    counted = b.operation(node, "OnesLike", b.operand(value), dtype="int32")
    return b.operation(node, "Max", counted, axis=others, initial=1) if others else counted


def _dim(b: Builder, node: Node, x: Any) -> Any:
    return b.operation(node, "Sum", ones(b, node, node), axis=None)


def _dim_accepts(node: Node, options: Options) -> str | None:
    assert node.inputs[0] is not None
    return "keras.ops can't count the elements of text" if node.inputs[0].dtype == "string" else None


def _reshape(b: Builder, node: Node, x: Any, sizes: Any = None) -> Any:
    op: Any = node.op
    if sizes is None:
        return b.operation(node, "Reshape", x, newshape=list(op.shape))
    target = [-1 if size is None else size for size in op.shape[1:]]
    return b.layer(node, ReshapeLayer, x, target_shape=target)


def _reshape_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if len(node.inputs) < 2 or node.inputs[1] is None:
        return None
    first = sizes_in(node.inputs[1])[0]
    keeps_batch = isinstance(first, Node) and first.op.axis == 0 and first.inputs[0] is node.inputs[0]  # type: ignore[attr-defined]
    if keeps_batch and op.shape[1:].count(None) < 2:
        return None
    return "Keras reshapes to sizes that are known, but for one"


def _broadcast_to(b: Builder, node: Node, x: Any, sizes: Any = None) -> Any:
    """To sizes that are known only when the model runs: the choice between x and itself, by a condition of these sizes."""
    op: Any = node.op
    if sizes is None:
        return b.operation(node, "BroadcastTo", x, shape=list(op.shape))
    assert node.inputs[1] is not None
    known = sizes_in(node.inputs[1])
    rank = len(known)
    condition: Any = np.ones([size if isinstance(size, int) else 1 for size in known], bool)
    for axis, size in enumerate(known):
        if isinstance(size, Node):
            along = b.operation(node, "Reshape", ones(b, node, size), newshape=[-1 if a == axis else 1 for a in range(rank)])
            condition = b.operation(node, "LogicalAnd", b.operation(node, "Cast", along, dtype="bool"), condition)
    return b.operation(node, "Where", condition, x, x)


def _broadcast_accepts(node: Node, options: Options) -> str | None:
    if len(node.inputs) < 2 or node.inputs[1] is None:
        return None
    return "Keras broadcasts to sizes that are known, or those of a tensor" if None in sizes_in(node.inputs[1]) else None


def _arange(b: Builder, node: Node, start: Any, stop: Any, step: Any) -> Any:
    """As many as a tensor is long: ones added up, less one."""
    counted = b.operation(node, "Cumsum", ones(b, node, _counted(node)), axis=0)  # type: ignore[arg-type]
    return b.operation(node, "Subtract", counted, np.asarray(1, np.int32))


def _arange_accepts(node: Node, options: Options) -> str | None:
    return None if _counted(node) else "Keras counts to numbers that are known, or to the size of a tensor"


def _counted(node: Node) -> Node | None:
    """The Dim node to whose size the node counts from 0 in steps of 1."""
    start, stop, step = node.inputs
    assert start is not None and stop is not None and step is not None
    plain = start.data is not None and step.data is not None and bool(start.data == 0) and bool(step.data == 1)
    (size,) = sizes_in(stop)
    return size if plain and isinstance(size, Node) else None


EMISSIONS: dict[type[Op], Emission] = {
    Arange: emission(_arange, _arange_accepts),
    BroadcastTo: emission(_broadcast_to, _broadcast_accepts),
    Dim: emission(_dim, _dim_accepts),
    Reshape: emission(_reshape, _reshape_accepts),
}
