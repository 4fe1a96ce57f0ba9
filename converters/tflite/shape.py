"""Operations that move elements and compute nothing."""

from __future__ import annotations

from typing import Any

from ...ir import Node, TensorType
from ...ops.creation import Arange
from ...ops.extend import Pad, Tile
from ...ops.op import Op
from ...ops.shape import BroadcastTo, Concatenate, Dim, ExpandDims, Reshape, Split, Squeeze, Transpose
from ..target import Emission
from .builder import Builder
from .saying import MOVED, NUMBERS, emission
from .tensor import Tensor

SCALAR = TensorType("int32", ())


def dim(b: Builder, x: Tensor, axis: int) -> Tensor:
    """int32 (): the size of one dimension at run time."""
    return b.once("STRIDED_SLICE", b.shape(x), b.ints([axis]), b.ints([axis + 1]), b.ints([1]), type=SCALAR, shrink_axis_mask=1)


def _dim(b: Builder, node: Node, x: Tensor) -> Tensor:
    """A size that is known after all, or that at run time."""
    axis = node.op.axis  # type: ignore[attr-defined]
    size = x.type.shape[axis]
    return dim(b, x, axis) if size is None else b.ints(size, "size")


def _reshape(b: Builder, node: Node, x: Tensor, sizes: Tensor | None = None) -> Tensor:
    known = node.output.shape
    if sizes is None or known.count(None) <= 1:
        return b.reshape(x, known)
    return b("RESHAPE", x, sizes, type=x.type.with_shape(known))


def _broadcast(b: Builder, node: Node, x: Tensor, sizes: Tensor | None = None) -> Tensor:
    op: Any = node.op
    kind = x.type.with_shape(node.output.shape)
    sizes = b.ints(op.shape, "shape") if sizes is None else b.cast(sizes, "int32")
    return b("FILL" if x.type.rank == 0 else "BROADCAST_TO", *((sizes, x) if x.type.rank == 0 else (x, sizes)), type=kind)


def _concatenate(b: Builder, node: Node, *xs: Tensor) -> Tensor:
    axis = node.op.axis  # type: ignore[attr-defined]
    parts = [x for x in xs if x.type.shape[axis] != 0]
    if len(parts) <= 1:
        return parts[0] if parts else xs[0]
    scalars = [_scalar(b, x) for x in parts]
    if node.output.type.rank == 1 and None not in scalars:
        kind = node.output.type.with_dtype(xs[0].type.dtype)
        return b("PACK", *scalars, type=kind, values_count=len(parts))
    return b("CONCATENATION", *parts, type=node.output.type.with_dtype(xs[0].type.dtype), axis=axis)


def _scalar(b: Builder, x: Tensor) -> Tensor | None:
    """The scalar that a tensor (1,) is a reshaped form of: sizes are put together like that."""
    if x.constant is not None and x.type.shape == (1,):
        return b.constant(x.constant.array.reshape(()), x.type.dtype, "size")
    producer = x.producer
    if producer is None or producer.name != "RESHAPE" or x.type.shape != (1,):
        return None
    before = producer.inputs[0]
    return before if before is not None and before.type.rank == 0 else None


def pad(b: Builder, x: Tensor, padding: Any, value: float = 0) -> Tensor:
    """Elements of `value` before and after, for each axis."""
    sizes = (None if d is None else d + sum(p) for d, p in zip(x.type.shape, padding, strict=True))
    kind = x.type.with_shape(tuple(sizes))
    pads = b.constant([list(p) for p in padding], "int32", "padding")
    if value:
        return b("PADV2", x, pads, b.constant(value, x.type.dtype, "value"), type=kind)
    return b("PAD", x, pads, type=kind)


def _pad(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    if op.mode == "constant":
        return pad(b, x, op.padding, op.value)
    if op.mode == "edge":
        return _edges(b, x, op.padding)
    kind = x.type.with_shape(node.output.shape)
    pads = b.constant([list(p) for p in op.padding], "int32", "padding")
    return b("MIRROR_PAD", x, pads, type=kind, mode=1 if op.mode == "symmetric" else 0)


def _edges(b: Builder, x: Tensor, padding: Any) -> Tensor:
    """The edge repeated: a slice of each end, so many times."""
    for axis, (before, after) in enumerate(padding):
        parts = [_repeated(b, x, axis, 0, before)] if before else []
        parts.append(x)
        parts += [_repeated(b, x, axis, -1, after)] if after else []
        if len(parts) > 1:
            size = x.type.shape[axis]
            sizes = (*x.type.shape[:axis], None if size is None else size + before + after, *x.type.shape[axis + 1 :])
            x = b("CONCATENATION", *parts, type=x.type.with_shape(sizes), axis=axis)
    return x


def _repeated(b: Builder, x: Tensor, axis: int, place: int, times: int) -> Tensor:
    """The slice at the first place or the last, `times` times."""
    rank = x.type.rank
    others = sum(1 << a for a in range(rank) if a != axis)
    begin = [place if a == axis else 0 for a in range(rank)]
    end = [place + 1 if a == axis else 0 for a in range(rank)]
    masks = {"begin_mask": others, "end_mask": others | (1 << axis if place == -1 else 0)}
    kept = x.type.with_shape((*x.type.shape[:axis], 1, *x.type.shape[axis + 1 :]))
    edge = b("STRIDED_SLICE", x, b.ints(begin), b.ints(end), b.ints([1] * rank), type=kept, **masks)
    if times == 1:
        return edge
    repeats = b.ints([times if a == axis else 1 for a in range(rank)], "repeats")
    return b("TILE", edge, repeats, type=kept.with_shape((*kept.shape[:axis], times, *kept.shape[axis + 1 :])))


def _split(b: Builder, node: Node, x: Tensor) -> Any:
    op: Any = node.op
    types = [v.type.with_dtype(x.type.dtype) for v in node.outputs]
    if len(types) == 1:
        return x
    if len(set(op.sizes)) == 1:
        return b.several("SPLIT", [b.ints(op.axis, "axis"), x], types, num_splits=len(types))
    inputs = [x, b.ints(op.sizes, "sizes"), b.ints(op.axis, "axis")]
    return b.several("SPLIT_V", inputs, types, num_splits=len(types))


def _arange(b: Builder, node: Node, start: Tensor, stop: Tensor, step: Tensor) -> Tensor:
    return b("RANGE", start, stop, step, type=node.output.type.with_dtype(start.type.dtype))


def _tile(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    return b("TILE", x, b.ints(op.repeats, "repeats"), type=x.type.with_shape(node.output.shape))


EMISSIONS: dict[type[Op], Emission] = {
    Arange: emission(_arange, types=NUMBERS),
    BroadcastTo: emission(_broadcast, types=MOVED),
    Concatenate: emission(_concatenate, types=MOVED),
    Dim: emission(_dim),
    ExpandDims: emission(lambda b, node, x: b.expand(x, node.op.axes), types=MOVED),
    Pad: emission(_pad, types=NUMBERS),
    Reshape: emission(_reshape, types=MOVED),
    Split: emission(_split, types=NUMBERS),
    Squeeze: emission(lambda b, node, x: b.squeeze(x, node.op.axes), types=MOVED),
    Tile: emission(_tile, types=NUMBERS | {"bool", "uint8"}),
    Transpose: emission(lambda b, node, x: b.transpose(x, node.op.permutation), types=MOVED),
}
