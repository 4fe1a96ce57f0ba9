"""Images of another size, and pixels as channels."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops.blocks import DepthToSpace, SpaceToDepth
from ...ops.image import Resize
from ...ops.interpolation import nearest_index
from ...ops.op import Op
from ...ops.rounding import Round
from ..target import Emission, Options
from .builder import Builder, Var
from .os_version import IOS16
from .saying import FLOATS, emission, given


def _resize(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    before = given(node.inputs[0]).shape[2:]
    if op.size == before:
        return x
    if op.interpolation == "nearest":
        factors = _factors(op, before)
        if factors is None:
            return _picked(b, x, before, op.size)
        return b("upsample_nearest_neighbor", x=x, scale_factor_height=factors[0], scale_factor_width=factors[1])
    if None in before and op.size is None:
        newer: dict[str, Any] = {"half_pixel_centers": True} if b.specification >= IOS16 else {}  # before, it was understood
        height, width = op.factors
        return b("upsample_bilinear", x=x, scale_factor_height=height, scale_factor_width=width, align_corners=False, **newer)
    height, width = op.sizes(before)
    return b("resize_bilinear", x=x, target_size_height=height, target_size_width=width, sampling_mode="UNALIGN_CORNERS")


def _factors(op: Any, before: tuple[int | None, ...]) -> tuple[int, int] | None:
    """By which whole numbers the image grows, if it does."""
    if op.size is None:
        return op.factors[0], op.factors[1]
    if None in before or any(size % old for size, old in zip(op.size, before, strict=True)):
        return None
    return op.size[0] // before[0], op.size[1] // before[1]


def _picked(b: Builder, x: Var, before: tuple[Any, ...], size: tuple[int, ...]) -> Var:
    """Rows and columns by number: which one is nearest must not depend on a runtime's rounding."""
    for axis, (old, new) in enumerate(zip(before, size, strict=True), start=2):
        if old != new:
            x = b("gather", x=x, indices=b.ints(nearest_index(old, new).tolist(), "nearest"), axis=axis)
    return x


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    known = op.size is None or None not in _spatial(node)
    if op.interpolation == "nearest":
        return None if known else "which pixel is nearest can be told only for a known size"
    if op.interpolation != "bilinear" or op.antialias:
        return f"CoreML's resize has no {op.interpolation} interpolation{' with antialiasing' if op.antialias else ''}"
    if any(isinstance(n.op, Round) for n in node.output.graph.uses().get(node.output, [])):
        return "what is rounded afterwards must not depend on a runtime's last bit"
    return None


def _spatial(node: Node) -> tuple[int | None, ...]:
    shape = given(node.inputs[0]).shape
    return shape[2:] if node.op.data_format == "channels_first" else shape[1:3]  # type: ignore[attr-defined]


def _blocks(op_type: str) -> Emission:
    def say(b: Builder, node: Node, x: Var) -> Var:
        op: Any = node.op
        return b(op_type, x=x, block_size=op.size) if op.size > 1 else x

    return emission(say, types=FLOATS)


EMISSIONS: dict[type[Op], Emission] = {
    DepthToSpace: _blocks("depth_to_space"),
    Resize: emission(_resize, _accepts, FLOATS),
    SpaceToDepth: _blocks("space_to_depth"),
}
