"""Moving elements: shapes, slices, indices, padding, sorting, counting along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...layers.core.embedding import Embedding
from ...ops import cumulative, extend, gathering, indexing, reduce, scattering
from ...ops.op import Op
from ...ops.shape import Concatenate, ExpandDims, Split, Squeeze, Transpose
from ...ops.sort import ArgSort, Sort, TopK
from ..target import Emission, Options
from .rebuild import Builder
from .saying import emission, one


def _concatenate(b: Builder, node: Node, *xs: Any) -> Any:
    return b.operation(node, "Concatenate", list(xs), axis=node.op.axis)  # type: ignore[attr-defined]


def _expand_dims(b: Builder, node: Node, x: Any) -> Any:
    for axis in sorted(node.op.axes):  # type: ignore[attr-defined]
        x = b.operation(node, "ExpandDims", x, axis=axis)
    return x


def _squeeze(b: Builder, node: Node, x: Any) -> Any:
    """By an index: of an axis that was cut out of one of unknown size, Keras doesn't see that its size is 1."""
    axes = node.op.axes  # type: ignore[attr-defined]
    return b.operation(node, "GetItem", x, tuple(0 if axis in axes else slice(None) for axis in range(x.ndim)))


def _split(b: Builder, node: Node, x: Any) -> Any:
    op: Any = node.op
    places = np.cumsum(op.sizes[:-1]).tolist()
    return tuple(b.operation(node, "Split", x, indices_or_sections=places, axis=op.axis)) if places else x


def _slice(b: Builder, node: Node, x: Any) -> Any:
    return b.operation(node, "GetItem", x, node.op.slices())  # type: ignore[attr-defined]


def _dynamic_slice(b: Builder, node: Node, x: Any, begin: Any, size: Any) -> Any:
    return b.operation(node, "Slice", x, begin, shape=list(node.op.shape))  # type: ignore[attr-defined]


def _dynamic_slice_accepts(node: Node, options: Options) -> str | None:
    return "Keras cuts out parts of known sizes only" if None in node.op.shape else None  # type: ignore[attr-defined]


def _slice_update(b: Builder, node: Node, x: Any, updates: Any, begin: Any) -> Any:
    return b.operation(node, "SliceUpdate", x, begin, updates)


def _take(b: Builder, node: Node, x: Any, indices: Any) -> Any:
    """A row of a constant matrix is an Embedding."""
    op: Any = node.op
    matrix = b.constant(node.inputs[0])
    if matrix is not None and matrix.ndim == 2 and matrix.dtype == np.float32 and op.axis == 0:
        return b.layer(node, Embedding, indices, weights=[matrix], input_dim=matrix.shape[0], output_dim=matrix.shape[1])
    return b.operation(node, "Take", x, indices, axis=op.axis)


def _gather_nd(b: Builder, node: Node, x: Any, indices: Any) -> Any:
    """Places (i, j, ...) as one place i · n_j · ... + j · ... + ... in the flattened axes."""
    value = node.inputs[0]
    assert value is not None and node.inputs[1] is not None
    depth = node.inputs[1].shape[-1] or 0
    sizes, rest = value.shape[:depth], value.shape[depth:]
    steps = np.cumprod([1, *(size or 0 for size in sizes[:0:-1])])[::-1].astype(node.inputs[1].dtype)
    place = b.operation(node, "Sum", b.operation(node, "Multiply", indices, steps), axis=-1)
    flat = b.operation(node, "Reshape", x, newshape=[-1, *rest])
    return b.operation(node, "Take", flat, place, axis=0)


def _gather_nd_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    assert node.inputs[0] is not None
    known = op.batch_dims == 0 and None not in node.inputs[0].shape[1:]
    return None if known else "keras.ops takes elements by several indices only along axes of known sizes"


def _scatter(b: Builder, node: Node, x: Any, indices: Any, updates: Any) -> Any:
    reduction = node.op.reduction  # type: ignore[attr-defined]
    return b.operation(node, "ScatterUpdate", x, indices, updates, reduction=None if reduction == "none" else reduction)


def _pad(b: Builder, node: Node, x: Any) -> Any:
    op: Any = node.op
    widths = [list(pair) for pair in op.padding]
    if op.mode != "edge":
        value = {"constant_values": op.value} if op.mode == "constant" and op.value else {}
        return b.operation(node, "Pad", x, given=value, pad_width=widths, mode=op.mode)
    for axis, (before, after) in enumerate(widths):
        edges = [
            b.operation(node, "Repeat", b.operation(node, "GetItem", x, along(axis, part)), repeats=count, axis=axis)
            for part, count in ((slice(0, 1), before), (slice(-1, None), after))
            if count
        ]
        if edges:
            parts = [*edges[: bool(before)], x, *edges[bool(before) :]]
            x = b.operation(node, "Concatenate", parts, axis=axis)
    return x


def along(axis: int, part: slice) -> tuple[slice, ...]:
    """A key that takes a part of one axis."""
    return (*(slice(None),) * axis, part)


def _one_hot(b: Builder, node: Node, x: Any) -> Any:
    op: Any = node.op
    axis = -1 if op.axis == x.ndim else op.axis
    return b.operation(node, "OneHot", x, num_classes=op.depth, axis=axis, dtype=op.dtype)


def _cumulative(operation: str, neutral: float) -> Emission:
    """reverse and exclusive by turning the axis round, and by leaving out the last behind a neutral first."""

    def say(b: Builder, node: Node, x: Any) -> Any:
        op: Any = node.op
        if op.reverse:
            x = b.operation(node, "Flip", x, axis=op.axis)
        if op.exclusive:
            first = b.operation(node, "GetItem", x, along(op.axis, slice(0, 1)))
            first = b.operation(node, "FullLike", first, neutral)
            rest = b.operation(node, "GetItem", x, along(op.axis, slice(0, -1)))
            x = b.operation(node, "Concatenate", [first, rest], axis=op.axis)
        x = b.operation(node, operation, x, axis=op.axis)
        return b.operation(node, "Flip", x, axis=op.axis) if op.reverse else x

    return emission(say)


def _reduction(operation: str) -> Emission:
    def say(b: Builder, node: Node, x: Any) -> Any:
        op: Any = node.op
        return b.operation(node, operation, x, axis=list(op.axes), keepdims=op.keepdims)

    return emission(say)


EMISSIONS: dict[type[Op], Emission] = {
    cumulative.CumProd: _cumulative("Cumprod", 1),
    cumulative.CumSum: _cumulative("Cumsum", 0),
    extend.Pad: emission(_pad),
    extend.Tile: one("Tile", multiples="repeats"),
    gathering.GatherNd: emission(_gather_nd, _gather_nd_accepts),
    gathering.OneHot: emission(_one_hot),
    gathering.Take: emission(_take),
    gathering.TakeAlongAxis: one("TakeAlongAxis"),
    indexing.DynamicSlice: emission(_dynamic_slice, _dynamic_slice_accepts),
    indexing.Slice: emission(_slice),
    reduce.ArgMax: one("Argmax"),
    reduce.ArgMin: one("Argmin"),
    reduce.LogSumExp: _reduction("Logsumexp"),
    reduce.ReduceAll: _reduction("All"),
    reduce.ReduceAny: _reduction("Any"),
    reduce.ReduceMax: _reduction("Max"),
    reduce.ReduceMean: _reduction("Mean"),
    reduce.ReduceMin: _reduction("Min"),
    reduce.ReduceProd: _reduction("Prod"),
    reduce.ReduceSum: _reduction("Sum"),
    scattering.ScatterNd: emission(_scatter),
    scattering.SliceUpdate: emission(_slice_update),
    Concatenate: emission(_concatenate),
    ExpandDims: emission(_expand_dims),
    Split: emission(_split),
    Squeeze: emission(_squeeze),
    Transpose: one("Transpose", permutation="axes"),
    ArgSort: one("Argsort"),
    Sort: one("Sort"),
    TopK: one("TopK"),
}
