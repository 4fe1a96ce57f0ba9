"""The shape of a tensor, its axes and their order; tensors joined, split and repeated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...ir import Node, Value
from ...ops.extend import Tile
from ...ops.op import Op
from ...ops.shape import BroadcastTo, Concatenate, Dim, ExpandDims, Reshape, Split, Squeeze, Transpose
from ..target import Emission
from . import parts
from .batch import Sizes, batch_axis, sample
from .builder import MOST_AXES, Builder, Tensor, product
from .operands import PER_SAMPLE, Operand, expanded
from .saying import MOVED, UNKNOWN, along_batch, emission, first, inner_axis


def _same(b: Builder, node: Node) -> Tensor:
    """The same elements in the same order."""
    return b.tensor(node.inputs[0])


def _keeps_samples(node: Node) -> str | None:
    """Whether the batch axis stays apart from the others, and lies behind as many elements as before; where there is one
    sample only, it is as good anywhere."""
    x, y = first(node), node.outputs[0]
    before, after = batch_axis(x), batch_axis(y)
    if before is None or after is None:
        return MOVED
    if None in (*sample(x), *sample(y)):
        return None  # then it has to keep the sizes
    whole, now = (
        [math.prod(-1 if d is None else d for d in part) for part in (v.shape[:axis], v.shape[axis + 1 :])]
        for v, axis in ((x, before), (y, after))
    )
    single = x.shape[before] == y.shape[after] == 1
    return None if (whole == now and x.shape[before] == y.shape[after]) or single else MOVED


def _same_sizes(node: Node) -> str | None:
    return None if sample(first(node)) == sample(node.outputs[0]) else UNKNOWN


def _transpose(b: Builder, node: Node) -> Tensor:
    x = first(node)
    order = _sample_order(node)
    return b.tensor(x) if order == sorted(order) else parts.permuted(b, b.tensor(x), sample(x), order)


def _sample_order(node: Node) -> list[int]:
    op: Any = node.op
    x = first(node)
    return [inner_axis(x, axis) for axis in op.permutation if axis != batch_axis(x)]


def _not_moved(node: Node) -> str | None:
    order = _sample_order(node)
    return None if order == sorted(order) else UNKNOWN


def _concatenate(b: Builder, node: Node) -> Tensor:
    y = node.outputs[0]
    whole = sample(y)
    op: Any = node.op
    axis = inner_axis(y, op.axis)
    xs = [_part(b, v, y) for v in node.inputs]
    if axis == len(whole) - 1 and len(whole) <= MOST_AXES:
        tensors = [b.shaped(t, sizes) for t, sizes in xs]
        return b("Concatenate", tensors, whole, axis=len(whole))
    pre = product(whole[:axis])
    return parts.strung(b, [t for t, _ in xs], pre, [product(sizes[axis:]) for _, sizes in xs])


def _part(b: Builder, value: Value | None, whole: Value) -> tuple[Tensor, Sizes]:
    """One of the tensors that are joined, with its sizes."""
    assert value is not None
    if value.data is None:
        return b.tensor(value), sample(value)
    axis = batch_axis(whole)
    assert axis is not None
    array = value.data.squeeze(axis)
    return parts.constant(b, array), array.shape


def _joins(node: Node) -> str | None:
    y = node.outputs[0]
    axis = batch_axis(y)
    for value in node.inputs:
        if value is not None and value.data is not None and axis is not None and value.shape[axis] != 1:
            return PER_SAMPLE
    if any(batch_axis(v) != axis for v in node.inputs if v is not None and v.data is None):
        return MOVED
    return along_batch(y, [node.op.axis])  # type: ignore[attr-defined]


def _joins_last(node: Node) -> str | None:
    y = node.outputs[0]
    whole = sample(y)
    last = inner_axis(y, node.op.axis) == len(whole) - 1  # type: ignore[attr-defined]
    return None if last and len(whole) <= MOST_AXES and all(v is not None and v.data is None for v in node.inputs) else UNKNOWN


def _split(b: Builder, node: Node) -> list[Tensor]:
    op: Any = node.op
    x = first(node)
    view = parts.view_of(sample(x), inner_axis(x, op.axis))
    ends = np.cumsum(op.sizes)
    return [parts.cropped(b, b.tensor(x), view, int(end - size), int(end)) for size, end in zip(op.sizes, ends, strict=True)]


def _broadcast_to(b: Builder, node: Node) -> Tensor:
    x, y = first(node), node.outputs[0]
    axis = batch_axis(y)
    assert axis is not None
    whole = sample(y)
    ahead = y.type.rank - x.type.rank
    shape = (1,) * ahead + x.shape
    sizes = (*shape[:axis], *shape[axis + 1 :])
    if x.data is None:
        return expanded(b, Operand(sizes, b.tensor(x)), whole)
    array = x.data.reshape(tuple(d or 1 for d in sizes))
    return parts.constant(b, np.broadcast_to(array, tuple(d or 1 for d in whole)))


def _broadcasts(node: Node) -> str | None:
    x, y = first(node), node.outputs[0]
    axis = batch_axis(y)
    assert axis is not None
    ahead = y.type.rank - x.type.rank
    if x.data is not None:
        return None if axis < ahead or x.shape[axis - ahead] == 1 else PER_SAMPLE
    return None if batch_axis(x) == axis - ahead and x.shape[axis - ahead] == y.shape[axis] else MOVED


def _tile(b: Builder, node: Node) -> Tensor:
    op: Any = node.op
    x = first(node)
    tensor, sizes = b.tensor(x), list(sample(x))
    counts = [r for axis, r in enumerate(op.repeats) if axis != batch_axis(x)]
    for axis, count in enumerate(counts):
        pre, n, post = parts.view_of(tuple(sizes), axis)
        tensor = parts.repeated(b, tensor, pre, n * post, count)
        sizes[axis] = n * count
    return tensor


def _tiles(node: Node) -> str | None:
    op: Any = node.op
    if 0 in op.repeats:
        return "DL4J has no empty tensors"
    return along_batch(first(node), [axis for axis, r in enumerate(op.repeats) if r != 1])


EMISSIONS: dict[type[Op], Emission] = {
    Dim: emission(_same),
    Reshape: emission(_same, _keeps_samples, dynamic=_same_sizes),
    ExpandDims: emission(_same, dynamic=_same_sizes),
    Squeeze: emission(_same, lambda node: along_batch(first(node), node.op.axes), dynamic=_same_sizes),  # type: ignore[attr-defined]
    Transpose: emission(_transpose, dynamic=_not_moved),
    Concatenate: emission(_concatenate, _joins, dynamic=_joins_last),
    Split: emission(_split, lambda node: along_batch(first(node), [node.op.axis])),  # type: ignore[attr-defined]
    BroadcastTo: emission(_broadcast_to, _broadcasts),
    Tile: emission(_tile, _tiles),
}
