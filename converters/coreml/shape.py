"""Operations that move elements and compute nothing."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops.creation import Arange
from ...ops.extend import Pad, Tile
from ...ops.op import Op
from ...ops.shape import BroadcastTo, Concatenate, Dim, ExpandDims, Reshape, Split, Squeeze, Transpose
from ..sizes import Entry, Size, entries
from ..target import Emission
from .builder import Builder, Var
from .dtypes import BOOL
from .recurrent import concatenation
from .saying import FLOATS, NUMBERS, emission, given
from .sizes import joined, size_of

_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}


def _reshape(b: Builder, node: Node, x: Var, sizes: Var = None) -> Var:
    op: Any = node.op
    rank = node.output.type.rank
    if not rank:
        return b.squeeze(x, range(given(node.inputs[0]).type.rank))
    if not given(node.inputs[0]).type.rank:
        return b.expand(x, range(rank))
    if sizes is None:
        return b.reshape(x, op.shape)
    parts = entries(given(node.inputs[1]))
    if parts is None:
        return b("reshape", x=x, shape=sizes)
    keeps_rank = given(node.inputs[0]).type.rank == len(parts)
    said = [0 if keeps_rank and _is_own(node, p, i) else p for i, p in enumerate(parts)]
    unknown = [i for i, p in enumerate(said) if not isinstance(p, int)]
    if len(unknown) == 1 and -1 not in parts:
        said[unknown[0]] = -1
    if all(isinstance(p, int) for p in said):
        return b.reshape(x, [int(p) for p in said])  # type: ignore[arg-type]
    return b("reshape", x=x, shape=joined(b, said))


def _is_own(node: Node, part: Entry, position: int) -> bool:
    """Whether a size is that of the reshaped tensor's dimension at the same place."""
    return isinstance(part, Size) and part.value is node.inputs[0] and part.axis == position


def _broadcast(b: Builder, node: Node, x: Var, sizes: Var = None) -> Var:
    """Axes of size 1 are repeated. Where it isn't known which those are, nothing is added to x in the wanted shape."""
    op: Any = node.op
    value = given(node.inputs[0])
    parts: list[Entry] | None = list(op.shape) if sizes is None else entries(given(node.inputs[1]))
    ahead = node.output.type.rank - value.type.rank
    known = (1,) * ahead + value.shape
    x = b.expand(x, range(ahead))
    if parts is not None:
        repeats = [_repeats(node, size, part, axis - ahead) for axis, (size, part) in enumerate(zip(known, parts, strict=True))]
        if None not in repeats:
            return x if set(repeats) == {1} else b("tile", x=x, reps=joined(b, repeats))  # type: ignore[arg-type]
    shape = sizes if sizes is not None and parts is None else joined(b, parts or [])
    if b.kind(x) == BOOL:
        return b("logical_or", x=x, y=b("fill", shape=shape, value=False))
    return b("add", x=x, y=b("fill", shape=shape, value=b.number(0, x, "zero")))


def _repeats(node: Node, size: int | None, part: Entry, axis: int) -> Entry | None:
    """How often an axis is repeated; None if that isn't known."""
    if size == 1:
        return part
    if size is not None or (axis >= 0 and _is_own(node, part, axis)):
        return 1
    return None


def _concatenate(b: Builder, node: Node, *xs: Var) -> Var:
    op: Any = node.op
    both_directions = concatenation(b, xs) if op.axis == node.output.type.rank - 1 else None
    return both_directions if both_directions is not None else b.concat(xs, op.axis)


def _pad(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    if op.mode == "symmetric":
        return _mirror(b, x, op.padding)
    first = next((axis for axis, pads in enumerate(op.padding) if any(pads)), None)
    if first is None:
        return x
    pads = [n for pair in op.padding[first:] for n in pair]
    return b("pad", x=x, pad=pads, mode=_MODES[op.mode], constant_val=b.number(op.value, x, "value"))


def _mirror(b: Builder, x: Var, padding: tuple[tuple[int, int], ...]) -> Var:
    """Mirrored with the edge: the first and the last elements, reversed, before and after."""
    for axis, (before, after) in enumerate(padding):
        parts = [_end(b, x, axis, 0, before)] if before else []
        parts.append(x)
        parts += [_end(b, x, axis, -after, None)] if after else []
        x = b.concat(parts, axis)
    return x


def _end(b: Builder, x: Var, axis: int, start: int, stop: int | None) -> Var:
    """The elements from `start` to `stop` along an axis in the opposite order."""
    rank = len(x.shape)
    part = b(
        "slice_by_index",
        x=x,
        begin=[start if a == axis else 0 for a in range(rank)],
        end=[(stop or 0) if a == axis else 0 for a in range(rank)],
        end_mask=[stop is None or a != axis for a in range(rank)],
    )
    return b("reverse", x=part, axes=[axis])


def _split(b: Builder, node: Node, x: Var) -> Any:
    op: Any = node.op
    return x if len(op.sizes) == 1 else b("split", x=x, split_sizes=list(op.sizes), axis=op.axis)


def _arange(b: Builder, node: Node, start: Var, stop: Var, step: Var) -> Var:
    return b("range_1d", start=start, end=stop, step=step)


def _tile(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return b("tile", x=x, reps=list(op.repeats))


def _axes(change: str) -> Emission:
    def say(b: Builder, node: Node, x: Var) -> Var:
        op: Any = node.op
        return getattr(b, change)(x, op.axes)

    return emission(say)


def _transpose(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return b.transpose(x, op.permutation)


def _dim(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    return size_of(b, x, op.axis)


EMISSIONS: dict[type[Op], Emission] = {
    Arange: emission(_arange, types=NUMBERS),
    BroadcastTo: emission(_broadcast),
    Concatenate: emission(_concatenate),
    Dim: emission(_dim),
    ExpandDims: _axes("expand"),
    Pad: emission(_pad, types=FLOATS),
    Reshape: emission(_reshape),
    Split: emission(_split),
    Squeeze: _axes("squeeze"),
    Tile: emission(_tile),
    Transpose: emission(_transpose),
}
