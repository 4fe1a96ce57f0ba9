"""Taking elements by position, putting them, ordering them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from ...ir import Node, TensorType, Value
from ...ir.types import Shape
from ...ops import cumulative, gathering, indexing, scattering
from ...ops.creation import Arange
from ...ops.op import Op
from ...ops.reduce import ArgMax, ArgMin
from ...ops.shapes import broadcast
from ...ops.sort import ArgSort, Sort, TopK
from ..target import Emission, Options
from .builder import Builder, product
from .saying import FLOAT, MOVED, NUMBERS, emission
from .shape import dim
from .tensor import Tensor

MOST = 5
"""Dimensions of STRIDED_SLICE; neighbours that stay whole are merged where there are more."""
FROM_START = (Arange, ArgMax, ArgMin, ArgSort, TopK)
"""Operations whose results are not negative when they serve as indices."""


def _slice(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    axes = list(zip(op.begin, op.end, op.step, strict=True))
    if all(map(_is_whole, axes)):
        return x
    shape = node.output.shape
    if len(axes) <= MOST:
        return _strided(b, x, axes, shape)
    groups = [list(g) for _, g in groupby(range(len(axes)), lambda a: -1 if _is_whole(axes[a]) else a)]
    merged = b.reshape(x, tuple(product([x.type.shape[a] for a in g]) for g in groups))
    y = _strided(b, merged, [axes[g[0]] for g in groups], tuple(product([shape[a] for a in g]) for g in groups))
    return b.reshape(y, shape)


def _is_whole(axis: tuple[int | None, int | None, int]) -> bool:
    begin, end, step = axis
    return not begin and end is None and step == 1


def _strided(b: Builder, x: Tensor, axes: list[tuple[int | None, int | None, int]], shape: Shape) -> Tensor:
    """x[begin:end:step, ...]"""
    begin, end, step = zip(*axes, strict=True)
    parts = [b.ints([0 if v is None else v for v in side], name) for side, name in ((begin, "begin"), (end, "end"))]
    masks = {
        f"{name}_mask": sum(1 << i for i, v in enumerate(side) if v is None) for side, name in ((begin, "begin"), (end, "end"))
    }
    return b("STRIDED_SLICE", x, *parts, b.ints(step, "step"), type=x.type.with_shape(shape), **masks)


def _dynamic_slice(b: Builder, node: Node, x: Tensor, begin: Tensor, size: Tensor) -> Tensor:
    return b("SLICE", x, begin, size, type=x.type.with_shape(node.output.shape))


def _take(b: Builder, node: Node, x: Tensor, indices: Tensor) -> Tensor:
    axis = node.op.axis  # type: ignore[attr-defined]
    indices = from_start(b, node.inputs[1], indices, x, axis)
    return b("GATHER", x, indices, type=x.type.with_shape(node.output.shape), axis=axis)


def from_start(b: Builder, value: Value | None, indices: Tensor, x: Tensor, axis: int) -> Tensor:
    """Negative indices, which TFLite doesn't have, counted from the start."""
    size = x.type.shape[axis]
    constant = None if value is None else value.data
    if constant is not None and ((constant >= 0).all() or size is not None):
        return b.constant(np.where(constant < 0, constant + (size or 0), constant), indices.type.dtype, "indices")
    if value is not None and value.producer is not None and isinstance(value.producer.op, FROM_START):
        return indices
    dtype = indices.type.dtype
    whole = b.constant(size, dtype, "size") if size is not None else b.cast(dim(b, x, axis), dtype)
    negative = b("LESS", indices, b.constant(0, dtype, "zero"), type=indices.type.with_dtype("bool"))
    return b("SELECT_V2", negative, b.binary("ADD", indices, whole), indices, type=indices.type)


def _take_along_axis(b: Builder, node: Node, x: Tensor, indices: Tensor) -> Tensor:
    """GATHER with all axes but the last, to which `axis` is brought, as those of a batch."""
    axis = node.op.axis  # type: ignore[attr-defined]
    rank = x.type.rank
    indices = from_start(b, node.inputs[1], indices, x, axis)
    order = [*(a for a in range(rank) if a != axis), axis]
    x, places = b.transpose(x, order), b.transpose(indices, order)
    if x.type.shape[:-1] != places.type.shape[:-1] and 1 in (*x.type.shape[:-1], *places.type.shape[:-1]):
        x, places = _alike(b, x, places)
    if rank == 1:
        return b("GATHER", x, places, type=x.type.with_shape(places.type.shape))
    picked = b("GATHER", x, places, type=x.type.with_shape(places.type.shape), axis=rank - 1, batch_dims=rank - 1)
    return b.transpose(picked, [order.index(i) for i in range(rank)])


def _alike(b: Builder, x: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """Both with the same sizes in all axes but the last; an axis of size 1 is repeated."""
    sizes = broadcast(x.type.shape[:-1], places.type.shape[:-1])
    result = []
    for tensor in (x, places):
        repeats = [w if d == 1 and w is not None else 1 for d, w in zip(tensor.type.shape[:-1], sizes, strict=True)]
        if any(r != 1 for r in repeats):
            kind = tensor.type.with_shape((*sizes, tensor.type.shape[-1]))
            tensor = b("TILE", tensor, b.ints([*repeats, 1], "repeats"), type=kind)
        result.append(tensor)
    return result[0], result[1]


def _gather_nd(b: Builder, node: Node, x: Tensor, indices: Tensor) -> Tensor:
    """GATHER_ND has no batch: the places in the batch are put before each index."""
    batch = node.op.batch_dims  # type: ignore[attr-defined]
    kind = x.type.with_shape(node.output.shape)
    if batch == 0:
        return b("GATHER_ND", x, indices, type=kind)
    rank = indices.type.rank
    parts = []
    ones = b("ZEROS_LIKE", _columns(b, indices, 0, 1), type=indices.type.with_shape((*indices.type.shape[:-1], 1)))
    for axis in range(batch):
        size = dim(b, x, axis)
        steps = b("RANGE", b.ints(0), size, b.ints(1), type=TensorType("int32", (x.type.shape[axis],)))
        column = b.reshape(b.cast(steps, indices.type.dtype), tuple(x.type.shape[axis] if a == axis else 1 for a in range(rank)))
        parts.append(b("ADD", ones, column, type=ones.type))
    depth = indices.type.shape[-1]
    whole = indices.type.with_shape((*indices.type.shape[:-1], batch + (depth or 0)))
    return b("GATHER_ND", x, b("CONCATENATION", *parts, indices, type=whole, axis=rank - 1), type=kind)


def _columns(b: Builder, x: Tensor, begin: int, end: int) -> Tensor:
    """x[..., begin:end]"""
    rank = x.type.rank
    others = (1 << (rank - 1)) - 1
    ahead = [0] * (rank - 1)
    inputs = (b.ints([*ahead, begin]), b.ints([*ahead, end]), b.ints([1] * rank))
    kind = x.type.with_shape((*x.type.shape[:-1], end - begin))
    return b("STRIDED_SLICE", x, *inputs, type=kind, begin_mask=others, end_mask=others)


def _cumsum(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    return b("CUMSUM", x, b.ints(op.axis, "axis"), type=x.type, exclusive=op.exclusive, reverse=op.reverse)


def _one_hot(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    dtype = op.dtype if op.dtype in ("float32", "int32", "int64", "bool") else "float32"
    on, off = (b.constant(v, dtype, name) for v, name in ((1, "on"), (0, "off")))
    kind = TensorType(dtype, node.output.shape)
    return b("ONE_HOT", x, b.ints(op.depth, "depth"), on, off, type=kind, axis=op.axis)


def _top_k(b: Builder, node: Node, x: Tensor) -> list[Tensor]:
    k = node.op.k  # type: ignore[attr-defined]
    values, places = (v.type for v in node.outputs)
    return b.several("TOPK_V2", [x, b.ints(k, "k")], [values.with_dtype(x.type.dtype), places])


def _flat(b: Builder, node: Node, x: Tensor, indices: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """For ScatterNd: the place of every update among all n elements, (N,); n, (1,); and the shape of the updates by place."""
    depth = indices.type.shape[-1] or 0
    sizes = [b.ints(d, "size") if d is not None else dim(b, x, a) for a, d in enumerate(x.type.shape[:depth])]
    rows = b.cast(b.reshape(indices, (None, depth)), "int32") if indices.type.rank != 2 else b.cast(indices, "int32")
    place: Any = None
    count: Any = None
    for axis, size in enumerate(sizes):
        column = b.reshape(_columns(b, rows, axis, axis + 1), (None,))
        place = column if place is None else b.binary("ADD", b.binary("MUL", place, size), column)
        count = size if count is None else b.binary("MUL", count, size)
    return place, count, b.shape(x)


def _scatter_nd(b: Builder, node: Node, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    """SCATTER_ND adds to zeros. What replaces is found by the number of the last update at each place."""
    reduction = node.op.reduction  # type: ignore[attr-defined]
    kind = x.type
    if reduction == "add":
        return b.binary("ADD", x, b("SCATTER_ND", b.cast(indices, "int32"), updates, b.shape(x), type=kind))
    place, count, sizes = _flat(b, node, x, indices)
    depth = indices.type.shape[-1] or 0
    rest = x.type.shape[depth:]
    rows = b.reshape(updates, (None, *rest)) if rest.count(None) == 0 else updates
    if reduction != "none":
        name, combine = {
            "mul": ("UNSORTED_SEGMENT_PROD", "MUL"),
            "min": ("UNSORTED_SEGMENT_MIN", "MINIMUM"),
            "max": ("UNSORTED_SEGMENT_MAX", "MAXIMUM"),
        }[reduction]
        combined = b(name, rows, place, count, type=x.type.with_shape((None, *rest)))
        return b.binary(combine, x, b("RESHAPE", combined, sizes, type=kind))
    number = TensorType("int32", (None,))
    order = b("RANGE", b.ints(0), dim(b, place, 0), b.ints(1), type=number)
    last = b("UNSORTED_SEGMENT_MAX", order, place, count, type=number)
    chosen = b("GATHER", rows, b.binary("MAXIMUM", last, b.ints(0)), type=x.type.with_shape((None, *rest)))
    hit = b("GREATER_EQUAL", last, b.ints(0), type=number.with_dtype("bool"))
    hit = b.reshape(hit, (None, *(1,) * len(rest)))
    flat = b.reshape(x, (None, *rest)) if depth > 1 else x
    return b("RESHAPE", b("SELECT_V2", hit, chosen, flat, type=chosen.type), sizes, type=kind)


def _known_rest(node: Node, options: Options) -> str | None:
    x, indices = node.inputs[0], node.inputs[1]
    assert x is not None and indices is not None
    unknown = None in x.shape[indices.shape[-1] :]
    return "TFLite's UNSORTED_SEGMENT operators want slices of known sizes" if unknown and _reduces(node) else None


def _reduces(node: Node) -> bool:
    return bool(node.op.reduction != "add")  # type: ignore[attr-defined]


def _ascending(b: Builder, node: Node, x: Tensor) -> tuple[Tensor, Tensor]:
    """All elements along an axis with the least first, of equal ones the first first; and their places."""
    axis = node.op.axis  # type: ignore[attr-defined]
    rank = x.type.rank
    order = [*(a for a in range(rank) if a != axis), axis]
    back = [order.index(i) for i in range(rank)]
    turned = b.transpose(_turned(b, x), order)
    size = x.type.shape[axis]
    count = b.ints(size, "k") if size is not None else dim(b, x, axis)
    values, places = b.several("TOPK_V2", [turned, count], [turned.type, turned.type.with_dtype("int32")])
    return _turned(b, b.transpose(values, back)), b.transpose(places, back)


def _turned(b: Builder, x: Tensor) -> Tensor:
    """The opposite order; an integer's bits turned over never overflow, as its negative may."""
    if x.type.dtype == "float32":
        return b("NEG", x, type=x.type)
    return b.binary("SUB", b.constant(-1, x.type.dtype, "ones"), x)


_ORDERED = frozenset({"float32", "int32", "int64"})

EMISSIONS: dict[type[Op], Emission] = {
    cumulative.CumSum: emission(_cumsum, types=NUMBERS),
    gathering.GatherNd: emission(_gather_nd, types=NUMBERS),
    gathering.OneHot: emission(_one_hot, types=frozenset({"int32", "int64"})),
    gathering.Take: emission(_take, types=MOVED),
    gathering.TakeAlongAxis: emission(_take_along_axis, types=MOVED),
    indexing.DynamicSlice: emission(_dynamic_slice, types=NUMBERS | {"bool"}),
    indexing.Slice: emission(_slice, types=MOVED),
    scattering.ScatterNd: emission(_scatter_nd, _known_rest, FLOAT | {"int32"}),
    ArgSort: emission(lambda b, node, x: _ascending(b, node, x)[1], types=_ORDERED),
    Sort: emission(lambda b, node, x: _ascending(b, node, x)[0], types=_ORDERED),
    TopK: emission(_top_k, types=_ORDERED),
}
