"""Taking elements by position, putting them, ordering them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...ir import Node, Value
from ...ops import bounds, gathering, indexing, scattering
from ...ops.op import Op
from ...ops.reduce import ArgMax, ArgMin
from ...ops.sort import ArgSort, Sort, TopK
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor, Type, kind_of
from .saying import NUMBERS, VALUES, emission

Sizes = Sequence[int | None]


def _slice(b: Builder, node: Node, x: Tensor) -> Tensor:
    """Parts without steps come from memory as it lies; with steps the WebAssembly back end gives float32 only."""
    op: Any = node.op
    steps = any(s != 1 for s in op.step)
    kind = kind_of(node.output.dtype)
    source = b.cast(x, kind, "float32") if steps else x
    begin, end = ([v or 0 for v in side] for side in (op.begin, op.end))
    masks = [sum(1 << axis for axis, v in enumerate(side) if v is None) for side in (op.begin, op.end)]
    operands = (b.ints(v, "slice") for v in (begin, end, op.step))
    y = b("StridedSlice", source, *operands, begin_mask=masks[0] or None, end_mask=masks[1] or None)
    return b.cast(y, "float32", kind) if steps else y


def _dynamic_slice(b: Builder, node: Node, x: Tensor, begin: Tensor, size: Tensor) -> Tensor:
    return b("Slice", x, begin, size)


NEVER_NEGATIVE = (ArgMax, ArgMin, ArgSort, TopK)
"""Operations whose integers are places."""


def _is_place(indices: Value) -> bool:
    """Whether none of these numbers can be negative."""
    op: Any = None if indices.producer is None else indices.producer.op
    return isinstance(op, NEVER_NEGATIVE) or (isinstance(op, bounds.Clip) and op.low is not None and op.low >= 0)


def axis_size(b: Builder, value: Value, x: Tensor, axis: int) -> Tensor:
    known = value.shape[axis]
    return b.size(x, axis) if known is None else b.ints(known, "count")


def counted(b: Builder, node: Node, x: Tensor, i: Tensor) -> Tensor:
    """The indices of a node (x, indices), negative ones counted from the start: TF.js doesn't know them."""
    value, indices = node.inputs
    axis = node.op.axis  # type: ignore[attr-defined]
    assert value is not None and indices is not None
    if _is_place(indices) or (i.data is not None and (i.data >= 0).all()):
        return i
    size = value.shape[axis]
    if i.data is not None and size is not None:
        return b.derived(i, f"of_{size}", lambda a: a + size * (a < 0)) or i
    return b("SelectV2", b("Less", i, b.ints(0, "zero")), b("AddV2", i, axis_size(b, value, x, axis)), i)


def _take(b: Builder, node: Node, x: Tensor, i: Tensor) -> Tensor:
    return b("GatherV2", x, counted(b, node, x, i), b.ints(node.op.axis, "axis"))  # type: ignore[attr-defined]


def _take_along(b: Builder, node: Node, x: Tensor, i: Tensor) -> Tensor:
    axis, rank = node.op.axis, node.output.type.rank  # type: ignore[attr-defined]
    if rank == 1:
        return _take(b, node, x, i)
    order = [*(a for a in range(rank) if a != axis), axis]
    value, indices = ([v.shape[a] for a in order] for v in node.inputs if v is not None)
    moved, places = (b.transpose(t, order) for t in (x, counted(b, node, x, i)))
    y = b.restored(_row_by_row(b, moved, value, places, indices, rank - 1), indices, places)
    return b.transpose(y, [order.index(a) for a in range(rank)])


def _row_by_row(b: Builder, x: Tensor, xs: Sizes, i: Tensor, indices: Sizes, batch: int) -> Tensor:
    """y[r, k, ...] = x[r, i[r, k], ...], where rows r are the first `batch` axes of x and i, and k all others of i: rows and
    places are made one axis, in which each row begins after the one before. (Of GatherV2's batch_dims the WebAssembly back
    end takes every row's elements from wrong places.)

    xs, indices: the shapes of x (*batch, n, *rest) and of i.
    """
    one, zero = b.ints(1, "axis"), b.ints(0, "axis")
    rows = b("Prod", b.sizes(i, indices, range(batch)), zero, keep_dims=False)
    table = b("Pack", rows, b.ints(-1, "others"), N=2, axis=0)
    width = b.size(x, batch) if (n := xs[batch]) is None else b.ints(n, "count")
    begins = b("ExpandDims", b("Mul", b("Range", zero, rows, one, Tidx=Type("int32")), width), one)
    rest = range(batch + 1, len(xs))
    flat = b.concat([b.ints([-1], "rows"), b.sizes(x, xs, rest)], 0) if rest else b.ints([-1], "rows")
    return b("GatherV2", b("Reshape", x, flat), b("AddV2", b("Reshape", i, table), begins), zero)


def _gather_nd(b: Builder, node: Node, x: Tensor, i: Tensor) -> Tensor:
    """With axes in common, the others are made one, in which a place has one number."""
    batch = node.op.batch_dims  # type: ignore[attr-defined]
    if not batch:
        return b("GatherNd", x, i)
    value, indices = node.inputs
    assert value is not None and indices is not None
    depth, rank = int(indices.shape[-1] or 0), indices.type.rank
    columns = b("Unpack", i, axis=rank - 1, num=depth, outputs=depth) if depth > 1 else [b("Squeeze", i, axis=[rank - 1])]
    place = columns[0]
    for k in range(1, depth):
        place = b("AddV2", b("Mul", place, axis_size(b, value, x, batch + k)), columns[k])
    ahead, rest = range(batch), range(batch + depth, value.type.rank)
    pieces = [b.sizes(x, value.shape, ahead), b.ints([-1], "joined"), *([b.sizes(x, value.shape, rest)] if rest else [])]
    joined = b("Reshape", x, b.concat(pieces, 0))
    sizes = value.shape[batch : batch + depth]
    width = None if None in sizes else math.prod(int(d or 0) for d in sizes)
    shape = (*value.shape[:batch], width, *value.shape[batch + depth :])
    y = _row_by_row(b, joined, shape, place, indices.shape[:-1], batch)
    shapes = [b.sizes(place, indices.shape[:-1], range(rank - 1)), *([b.sizes(x, value.shape, rest)] if rest else [])]
    return b("Reshape", y, b.concat(shapes, 0))


def _scatter_nd(b: Builder, node: Node, x: Tensor, i: Tensor, updates: Tensor) -> Tensor:
    if node.op.reduction == "none":  # type: ignore[attr-defined]
        return b("TensorScatterUpdate", x, i, updates)
    shape = node.output.shape
    return b("AddV2", x, b("ScatterNd", i, updates, b.sizes(x, shape, range(len(shape)))))


def _accepts_scatter(node: Node, options: Options) -> str | None:
    reduction = node.op.reduction  # type: ignore[attr-defined]
    return None if reduction in ("none", "add") else f"TF.js scatters sums and replacements, not by {reduction!r}"


def _one_hot(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    rank = node.output.type.rank
    classes = b.reshape(b.constant(range(op.depth), "int32", "classes"), [-1 if a == op.axis else 1 for a in range(rank)])
    return b.cast(b("Equal", b("ExpandDims", x, b.ints(op.axis, "axis")), classes), "bool", kind_of(op.dtype))


def _top_k(b: Builder, node: Node, x: Tensor) -> tuple[Tensor, Tensor]:
    return b("TopKV2", x, b.ints(node.op.k, "k"), sorted=True, outputs=2)  # type: ignore[attr-defined]


def _ascending(b: Builder, node: Node, x: Tensor) -> tuple[Tensor, Tensor]:
    """All elements along an axis, the least first, and their places: the greatest of what is turned over."""
    axis, rank = node.op.axis, node.output.type.rank  # type: ignore[attr-defined]
    order = [*(a for a in range(rank) if a != axis), axis]
    value = node.inputs[0]
    assert value is not None
    count = b.size(x, axis) if (n := value.shape[axis]) is None else b.ints(n, "k")
    values, places = b("TopKV2", _turned(b, value, b.transpose(x, order)), count, sorted=True, outputs=2)
    back = [order.index(a) for a in range(rank)]
    return b.transpose(_turned(b, value, values), back), b.transpose(places, back)


def _turned(b: Builder, value: Value, x: Tensor) -> Tensor:
    """-x, of integers -1 - x, which never overflows."""
    return b("Neg", x) if kind_of(value.dtype) == "float32" else b("Sub", b.ints(-1, "bits"), x)


EMISSIONS: dict[type[Op], Emission] = {
    indexing.DynamicSlice: emission(_dynamic_slice),
    gathering.GatherNd: emission(_gather_nd),
    gathering.OneHot: emission(_one_hot, kinds=NUMBERS),
    scattering.ScatterNd: emission(_scatter_nd, _accepts_scatter, NUMBERS),
    indexing.Slice: emission(_slice, kinds=VALUES),
    gathering.Take: emission(_take, kinds=VALUES),
    gathering.TakeAlongAxis: emission(_take_along, kinds=VALUES),
    ArgSort: emission(lambda b, node, x: _ascending(b, node, x)[1], kinds=NUMBERS),
    Sort: emission(lambda b, node, x: _ascending(b, node, x)[0], kinds=NUMBERS),
    TopK: emission(_top_k, kinds=NUMBERS),
}
