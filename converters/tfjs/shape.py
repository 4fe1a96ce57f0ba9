"""Operations that move elements and compute nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...ir import Node
from ...ir.types import Shape
from ...ops.creation import Arange
from ...ops.extend import Pad, Tile
from ...ops.op import Op
from ...ops.shape import BroadcastTo, Concatenate, Dim, ExpandDims, Reshape, Split, Squeeze, Transpose
from ..target import Emission
from .builder import Builder
from .graphdef import Tensor, Type, kind_of
from .saying import EVERYTHING, NUMBERS, VALUES, emission


def _reshape(b: Builder, node: Node, x: Tensor, sizes: Tensor | None = None) -> Tensor:
    return b.reshape(x, node.op.shape) if sizes is None else b("Reshape", x, sizes)  # type: ignore[attr-defined]


def _expand_dims(b: Builder, node: Node, x: Tensor) -> Tensor:
    for axis in node.op.axes:  # type: ignore[attr-defined]
        x = b("ExpandDims", x, b.ints(axis, "axis"))
    return x


def _broadcast(b: Builder, node: Node, x: Tensor, sizes: Tensor | None = None) -> Tensor:
    return b("BroadcastTo", x, b.ints(node.op.shape, "shape") if sizes is None else sizes)  # type: ignore[attr-defined]


def _split(b: Builder, node: Node, x: Tensor) -> Any:
    op: Any = node.op
    if len(op.sizes) == 1:
        return x
    return b("SplitV", x, b.ints(op.sizes, "sizes"), b.ints(op.axis, "axis"), outputs=len(op.sizes))


def _pad(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    if op.mode == "edge":
        return _repeat_edges(b, x, op.padding)
    if op.mode != "constant":
        return b("MirrorPad", x, b.ints(op.padding, "padding"), mode=op.mode.upper())
    value = b.constant(op.value, kind_of(node.output.dtype), "value")
    return padded(b, x, node.inputs[0].shape, op.padding, value)  # type: ignore[union-attr]


def padded(b: Builder, x: Tensor, shape: Shape, padding: Sequence[tuple[int, int]], value: Tensor) -> Tensor:
    """x with a constant around. The WebGL back end pads four axes at most: of more each is padded as the second of three."""
    if len(shape) <= 4 or None in shape[1:] or any(padding[0]):
        return b("PadV2", x, b.ints(padding, "padding"), value)
    sizes = [int(d or 0) for d in shape]
    for axis, pair in enumerate(padding):
        if any(pair):
            x = b.reshape(x, (-1, sizes[axis], math.prod(sizes[axis + 1 :])))
            x = b("PadV2", x, b.ints([(0, 0), pair, (0, 0)], "padding"), value)
            sizes[axis] += sum(pair)
    return b.reshape(x, (-1, *sizes[1:]))


def _repeat_edges(b: Builder, x: Tensor, padding: tuple[tuple[int, int], ...]) -> Tensor:
    rank = len(padding)
    for axis, (before, after) in enumerate(padding):

        def edge(first: bool, count: int, axis: int = axis, x: Tensor = x) -> list[Tensor]:
            if not count:
                return []
            begin = [0 if first else -1 if a == axis else 0 for a in range(rank)]
            others = sum(1 << a for a in range(rank) if a != axis)
            end = [1 if a == axis else 0 for a in range(rank)]
            masks = {"begin_mask": others, "end_mask": others if first else (1 << rank) - 1}
            strip = b("StridedSlice", x, b.ints(begin), b.ints(end), b.ints([1] * rank), **masks)
            return [b("Tile", strip, b.ints([count if a == axis else 1 for a in range(rank)]))]

        x = b.concat([*edge(True, before), x, *edge(False, after)], axis)
    return x


def _range(b: Builder, node: Node, start: Tensor, stop: Tensor, step: Tensor) -> Tensor:
    return b("Range", start, stop, step, Tidx=Type(kind_of(node.output.dtype)))


EMISSIONS: dict[type[Op], Emission] = {
    Arange: emission(_range, kinds=NUMBERS),
    BroadcastTo: emission(_broadcast),
    Concatenate: emission(lambda b, node, *xs: b.concat(xs, node.op.axis), kinds=EVERYTHING),
    Dim: emission(lambda b, node, x: b.size(x, node.op.axis), kinds=EVERYTHING),
    ExpandDims: emission(_expand_dims, kinds=EVERYTHING),
    Pad: emission(_pad, kinds=VALUES),
    Reshape: emission(_reshape, kinds=EVERYTHING),
    Split: emission(_split),
    Squeeze: emission(lambda b, node, x: b("Squeeze", x, axis=list(node.op.axes)), kinds=EVERYTHING),
    Tile: emission(lambda b, node, x: b("Tile", x, b.ints(node.op.repeats, "repeats"))),
    Transpose: emission(lambda b, node, x: b.transpose(x, node.op.permutation)),
}
