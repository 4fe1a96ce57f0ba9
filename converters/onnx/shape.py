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
from .builder import Builder
from .recurrent import concatenation
from .saying import EVERYTHING, FLOATS, emission
from .sizes import as_tensor, shape_of

_TO_START = -(1 << 31)
"""As the end of a slice with a negative step: the first element too."""


def _dim(b: Builder, node: Node, x: str) -> str:
    axis = node.op.axis  # type: ignore[attr-defined]
    return b.cast(b.squeeze(shape_of(b, x, axis, axis + 1), [0]), "int32")


def _reshape(b: Builder, node: Node, x: str, sizes: str = "") -> str:
    op: Any = node.op
    if not sizes:
        return _reshape_to(b, node, x, list(op.shape))
    parts = entries(node.inputs[1])  # type: ignore[arg-type]
    if parts is None:
        return str(b("Reshape", x, b.cast(sizes, "int64")))
    said = [0 if _is_own(node, p, i) else p for i, p in enumerate(parts)]
    unknown = [i for i, p in enumerate(said) if not isinstance(p, int)]
    if len(unknown) == 1 and -1 not in parts:
        said[unknown[0]] = -1
    if all(isinstance(p, int) for p in said):
        return str(b("Reshape", x, b.ints([int(p) for p in said], "shape")))  # type: ignore[arg-type]
    return str(b("Reshape", x, as_tensor(b, node.inputs[1], said)))  # type: ignore[arg-type]


def _is_own(node: Node, part: Entry, position: int) -> bool:
    """Whether a size is that of the reshaped tensor's dimension at the same place: ONNX's 0."""
    return isinstance(part, Size) and part.value is node.inputs[0] and part.axis == position


def _reshape_to(b: Builder, node: Node, x: str, shape: list[int]) -> str:
    if 0 in shape:
        return str(b("Reshape", x, b.ints(shape, "shape"), allowzero=1 if b.opset >= 14 else None))
    return str(b("Reshape", x, b.ints(shape, "shape")))


def _broadcast(b: Builder, node: Node, x: str, sizes: str = "") -> str:
    op: Any = node.op
    if not sizes:
        return str(b("Expand", x, b.ints(op.shape, "shape")))
    parts = entries(node.inputs[1])  # type: ignore[arg-type]
    if parts is not None:
        ahead = len(parts) - node.inputs[0].type.rank  # type: ignore[union-attr]
        # Expand leaves a dimension as it is where it is told 1
        parts = [1 if _is_own(node, p, i - ahead) else p for i, p in enumerate(parts)]
    return str(b("Expand", x, as_tensor(b, node.inputs[1], parts)))  # type: ignore[arg-type]


def _transpose(b: Builder, node: Node, x: str) -> str:
    return b.transpose(x, node.op.permutation)  # type: ignore[attr-defined]


def _concatenate(b: Builder, node: Node, *xs: str) -> str:
    if len(xs) == 1:
        return xs[0]
    axis = node.op.axis  # type: ignore[attr-defined]
    both_directions = concatenation(b, node, xs) if axis == node.output.type.rank - 1 else None
    return both_directions or str(b("Concat", *xs, axis=axis))


def _pad(b: Builder, node: Node, x: str) -> str:
    op: Any = node.op
    if op.mode == "symmetric":
        return _mirror(b, x, op.padding)
    before, after = zip(*op.padding, strict=True)
    pads = b.ints([*before, *after], "pads")
    value = b.constant(op.value, node.output.dtype, "value") if op.mode == "constant" and op.value else ""
    return str(b("Pad", x, pads, value, mode=op.mode))


def _mirror(b: Builder, x: str, padding: tuple[tuple[int, int], ...]) -> str:
    """Mirrored with the edge, which ONNX's Pad can't: reversed slices before and after."""
    for axis, (before, after) in enumerate(padding):
        parts = [b.slice(x, axis, before - 1, _TO_START, -1)] if before else []
        parts.append(x)
        parts += [b.slice(x, axis, -1, -after - 1, -1)] if after else []
        x = b("Concat", *parts, axis=axis) if len(parts) > 1 else x
    return x


def _split(b: Builder, node: Node, x: str) -> Any:
    op: Any = node.op
    if len(op.sizes) == 1:
        return x
    return b("Split", x, b.ints(op.sizes, "sizes"), outputs=len(op.sizes), axis=op.axis)


def _arange(b: Builder, node: Node, start: str, stop: str, step: str) -> str:
    return str(b("Range", start, stop, step))


_PAD = EVERYTHING - {"bfloat16", "int16", "uint16", "string"}

EMISSIONS: dict[type[Op], Emission] = {
    Arange: emission(_arange, types=FLOATS | {"int16", "int32", "int64"}),
    BroadcastTo: emission(_broadcast),
    Concatenate: emission(_concatenate),
    Dim: emission(_dim),
    ExpandDims: emission(lambda b, node, x: b.unsqueeze(x, node.op.axes)),
    Pad: emission(_pad, types=_PAD),
    Reshape: emission(_reshape),
    Split: emission(_split),
    Squeeze: emission(lambda b, node, x: b.squeeze(x, node.op.axes)),
    Tile: emission(lambda b, node, x: b("Tile", x, b.ints(node.op.repeats, "repeats")), types=EVERYTHING - {"bfloat16"}),
    Transpose: emission(_transpose),
}
