"""Taking elements by position, putting them, ordering them."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import cumulative, gathering, indexing, scattering
from ...ops.op import Op
from ...ops.sort import ArgSort, Sort, TopK
from ..sizes import entries
from ..target import Emission
from .builder import Builder, Var
from .os_version import IOS16, IOS17
from .saying import NUMBERS, emission, given
from .sizes import as_tensor, size_of

_MODES = {"none": "update", "add": "add", "mul": "mul", "min": "min", "max": "max"}


def _slice(b: Builder, node: Node, x: Var) -> Var:
    """What is taken backwards is reversed first: x[b:e:-s] = reversed[-1-b:-1-e:s].

    CoreML says of open ends only what they mean for positive strides.
    """
    op: Any = node.op
    backwards = [axis for axis, step in enumerate(op.step) if step < 0]
    if backwards:
        x = b("reverse", x=x, axes=backwards)
    ranges = [
        _range(begin, end, step, size)
        for begin, end, step, size in zip(op.begin, op.end, op.step, given(node.inputs[0]).shape, strict=True)
    ]
    if all(r == (None, None, 1) for r in ranges):
        return x
    return b(
        "slice_by_index",
        x=x,
        begin=[begin or 0 for begin, _, _ in ranges],
        end=[end or 0 for _, end, _ in ranges],
        stride=[step for _, _, step in ranges],
        begin_mask=[begin is None for begin, _, _ in ranges],
        end_mask=[end is None for _, end, _ in ranges],
    )


def _range(begin: int | None, end: int | None, step: int, size: int | None) -> tuple[int | None, int | None, int]:
    """A forward slice of the axis, reversed if the step is negative; within the axis, if its size is known."""
    if step < 0:
        begin, end = (None if bound is None else -1 - bound for bound in (begin, end))
        step = -step
    if size is not None:
        first, last, _ = slice(begin, end, step).indices(size)
        begin, end = (first or None, None if last == size else last)
    return begin or None, end, step


def _dynamic_slice(b: Builder, node: Node, x: Var, *_: Var) -> Var:
    begin, size = (as_tensor(b, given(v), entries(given(v))) for v in node.inputs[1:])
    return b("slice_by_size", x=x, begin=begin, size=size)


def _take(b: Builder, node: Node, x: Var, indices: Var) -> Var:
    op: Any = node.op
    return b("gather", x=x, indices=_from_start(b, x, indices, op.axis), axis=op.axis)


def _take_along_axis(b: Builder, node: Node, x: Var, indices: Var) -> Var:
    op: Any = node.op
    return b("gather_along_axis", x=x, indices=_from_start(b, x, indices, op.axis), axis=op.axis)


def _from_start(b: Builder, x: Var, indices: Var, axis: int) -> Var:
    """Negative indices, which CoreML takes before iOS 17 only, counted from the start."""
    data = b.data(indices)
    if b.specification < IOS17 or (data is not None and (data >= 0).all()):
        return indices
    moved = b("add", x=indices, y=size_of(b, x, axis))
    return b("select", cond=b("less", x=indices, y=b.ints(0, "zero")), a=moved, b=indices)


def _gather_nd(b: Builder, node: Node, x: Var, indices: Var) -> Var:
    op: Any = node.op
    if not op.batch_dims:
        return b("gather_nd", x=x, indices=indices)
    if b.specification >= IOS16:
        return b("gather_nd", x=x, indices=indices, batch_dims=op.batch_dims)
    return b("gather_nd", x=x, indices=_with_batch(b, node, indices, op.batch_dims))


def _with_batch(b: Builder, node: Node, indices: Var, count: int) -> Var:
    """The indices with their own places along the axes of the batch before them."""
    rank = given(node.inputs[1]).type.rank
    first = b("slice_by_size", x=indices, begin=[0] * rank, size=[-1] * (rank - 1) + [1])
    nothing = b("sub", x=first, y=first)
    parts = []
    for axis in range(count):
        places = b("range_1d", start=0, end=size_of(b, indices, axis), step=1)
        parts.append(b("add", x=nothing, y=b.expand(places, [a for a in range(rank) if a != axis])))
    return b.concat([*parts, indices], rank - 1)


def _scatter_nd(b: Builder, node: Node, x: Var, indices: Var, updates: Var) -> Var:
    op: Any = node.op
    return b("scatter_nd", data=x, indices=indices, updates=updates, mode=_MODES[op.reduction])


def _cumulative_sum(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return b("cumsum", x=x, axis=op.axis, exclusive=op.exclusive, reverse=op.reverse)


def _top_k(b: Builder, node: Node, x: Var) -> Any:
    op: Any = node.op
    return b("topk", x=x, k=op.k, axis=-1, ascending=False)


def _arg_sort(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return b("argsort", x=x, axis=op.axis, ascending=True)


def _sort(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return b("gather_along_axis", x=x, indices=_arg_sort(b, node, x), axis=op.axis)


EMISSIONS: dict[type[Op], Emission] = {
    ArgSort: emission(_arg_sort, types=NUMBERS),
    cumulative.CumSum: emission(_cumulative_sum, types=NUMBERS),
    indexing.DynamicSlice: emission(_dynamic_slice),
    gathering.GatherNd: emission(_gather_nd, types=NUMBERS),
    scattering.ScatterNd: emission(_scatter_nd, types=NUMBERS),
    indexing.Slice: emission(_slice),
    Sort: emission(_sort, types=NUMBERS),
    gathering.Take: emission(_take, types=NUMBERS),
    gathering.TakeAlongAxis: emission(_take_along_axis, types=NUMBERS),
    TopK: emission(_top_k, types=NUMBERS),
}
