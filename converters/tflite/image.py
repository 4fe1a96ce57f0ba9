"""Images of another size, and pixels as channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node, TensorType
from ...ops.blocks import DepthToSpace, SpaceToDepth
from ...ops.image import Resize
from ...ops.interpolation import nearest_index
from ...ops.op import Op
from ...ops.rounding import Round
from ..target import Emission, Options
from .builder import Builder
from .saying import FLOAT, emission
from .shape import dim
from .tensor import Tensor

_NAMES = {"bilinear": "RESIZE_BILINEAR", "nearest": "RESIZE_NEAREST_NEIGHBOR"}


def _resize(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    kind = x.type.with_shape(node.output.shape)
    if kind.shape == x.type.shape and None not in kind.shape[1:3]:
        return x
    return b(_NAMES[op.interpolation], x, _size(b, op, x, node), type=kind, half_pixel_centers=True)


def _size(b: Builder, op: Any, x: Tensor, node: Node) -> Tensor:
    """int32 (2,): height and width."""
    known = node.output.shape[1:3]
    if None not in known:
        return b.ints([d or 0 for d in known], "size")
    sides = [
        b.ints(d, "size") if d is not None else b.binary("MUL", dim(b, x, axis), b.ints(op.factors[axis - 1], "factor"))
        for axis, d in enumerate(known, start=1)
    ]
    return b("PACK", *sides, type=TensorType("int32", (2,)), values_count=2)


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if op.interpolation not in _NAMES:
        return f"TFLite has no interpolation {op.interpolation}"
    if op.antialias and op.interpolation == "bilinear":
        return "TFLite has no antialiasing"
    if op.interpolation == "nearest":
        return None if _picks_the_same(node) else "TFLite rounds the places of these pixels otherwise"
    if any(isinstance(n.op, Round) for n in node.output.graph.uses().get(node.output, [])):
        return "what is rounded afterwards must not depend on a runtime's last bit"
    return None


def _picks_the_same(node: Node) -> bool:
    """Whether RESIZE_NEAREST_NEIGHBOR takes the pixels that the operation does: ⌊(i + 0.5) · old / new⌋ in float32."""
    op: Any = node.op
    before = node.inputs[0].shape[1:3]  # type: ignore[union-attr]
    if op.size is None:
        return True  # by whole factors no place is near a border
    for old, new in zip(before, op.size, strict=True):
        if old is None:
            return False
        places = np.floor((np.arange(new, dtype=np.float32) + np.float32(0.5)) * np.float32(old / np.float32(new)))
        if not np.array_equal(np.minimum(places, old - 1), nearest_index(old, new)):
            return False
    return True


def _block(name: str) -> Emission:
    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        size = node.op.size  # type: ignore[attr-defined]
        return b(name, x, type=x.type.with_shape(node.output.shape), block_size=size)

    return emission(say, types=FLOAT | {"int32", "int64", "int8", "uint8"})


EMISSIONS: dict[type[Op], Emission] = {
    DepthToSpace: _block("DEPTH_TO_SPACE"),
    Resize: emission(_resize, _accepts, FLOAT),
    SpaceToDepth: _block("SPACE_TO_DEPTH"),
}
