"""Where the batch axis of a value is. DL4J's arrays have it first; a traced graph may move it, as loops over time do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...ir import Node, Value
from ...ir.types import Dimension, Shape
from ...ops.gathering import Take
from ...ops.op import Op
from ...ops.reduce import Reduce
from ...ops.shape import Dim, ExpandDims, Reshape, Squeeze, Transpose

Sizes = tuple[Dimension, ...]
"""The sizes of one sample: a shape without the batch axis."""


def batch_axis(value: Value) -> int | None:
    """The batch axis of a value that isn't constant; None if it has none.

    Where one size alone isn't known it is the batch's. Where several aren't, time wasn't moved: loops are unrolled only
    over known sizes. Where all are known the axis is followed from the graph's inputs.
    """
    path: list[Node] = []
    while True:
        unknown = [i for i, d in enumerate(value.shape) if d is None]
        producer = value.producer
        if unknown or producer is None:
            axis: int | None = unknown[0] if len(unknown) == 1 else 0
            break
        if isinstance(producer.op, Dim):
            return None
        path.append(producer)
        inner = next((v for v in producer.inputs if v is not None and not v.is_constant), None)
        if inner is None:
            return None
        value = inner
    if not value.shape:
        return None
    for node in reversed(path):
        axis = None if axis is None else moved(node, axis)
    return axis


def moved(node: Node, axis: int) -> int | None:
    """Where an operation puts the batch axis of its first input that isn't constant; None if it doesn't keep it."""
    x = next(v for v in node.inputs if v is not None and not v.is_constant)
    y = node.outputs[0]
    rule = next((rule for op, rule in MOVES.items() if isinstance(node.op, op)), None)
    place = axis + y.type.rank - x.type.rank if rule is None else rule(node.op, x.shape, y.shape, axis)
    return place if place is not None and 0 <= place < y.type.rank else None


def _transpose(op: Any, x: Shape, y: Shape, axis: int) -> int:
    return int(op.permutation.index(axis))


def _expand(op: Any, x: Shape, y: Shape, axis: int) -> int:
    return [i for i in range(len(y)) if i not in op.axes][axis]


def _drop(op: Any, x: Shape, y: Shape, axis: int) -> int | None:
    if len(x) == len(y):
        return axis
    left = [i for i in range(len(x)) if i not in op.axes]
    return left.index(axis) if axis in left else None


def _reshape(op: Any, x: Shape, y: Shape, axis: int) -> int | None:
    """The axis before which there are as many elements, and which has the same size; of a single sample the first of size 1."""
    ahead = math.prod(d or 1 for d in x[:axis])
    places = (i for i, d in enumerate(y) if d == x[axis] and (d == 1 or math.prod(n or 1 for n in y[:i]) == ahead))
    return next(places, None)


def _take(op: Any, x: Shape, y: Shape, axis: int) -> int:
    return axis if op.axis > axis or len(x) == 1 else axis + len(y) - len(x)


MOVES: dict[type[Op], Callable[[Any, Shape, Shape, int], int | None]] = {
    Transpose: _transpose,
    ExpandDims: _expand,
    Squeeze: _drop,
    Reduce: _drop,
    Reshape: _reshape,
    Take: _take,
}


def sample(value: Value) -> Sizes:
    """The shape of a value without its batch axis; a constant's is as it is, without a first axis of size 1."""
    axis = batch_axis(value)
    return value.shape if axis is None else (*value.shape[:axis], *value.shape[axis + 1 :])


def is_size(value: Value | None) -> bool:
    """Whether a value is computed from sizes of tensors alone, a number or a vector of them: DL4J needs none of those."""
    while value is not None and not value.is_constant and value.type.rank <= 1 and None not in value.shape:
        node = value.producer
        if node is None:
            return False
        if isinstance(node.op, Dim):
            return True
        several = [v for v in node.inputs if v is not None and not v.is_constant]
        if not several or value.dtype not in ("int32", "int64") or not all(map(is_size, several[1:])):
            return False
        value = several[0]
    return False
