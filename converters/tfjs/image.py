"""Images of another size, and pixels as channels."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops.blocks import DepthToSpace
from ...ops.image import Resize
from ...ops.op import Op
from ...ops.rounding import Round
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor
from .saying import FLOAT, emission

KERNELS = {"nearest": "ResizeNearestNeighbor", "bilinear": "ResizeBilinear"}


def _resize(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    return b(KERNELS[op.interpolation], x, _size(b, op, node, x), align_corners=False, half_pixel_centers=True)


def _size(b: Builder, op: Any, node: Node, x: Tensor) -> Tensor:
    known = node.output.shape[1:3]
    if None not in known:
        return b.ints(known, "size")  # type: ignore[arg-type]
    before = b.sizes(x, node.inputs[0].shape, (1, 2))  # type: ignore[union-attr]
    return b("Mul", before, b.ints(op.factors, "factors"))


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if op.interpolation not in KERNELS:
        return f"TF.js's Resize has no interpolation {op.interpolation}"
    if op.antialias and op.interpolation != "nearest":
        return "TF.js's Resize has no antialiasing"
    if any(isinstance(n.op, Round) for n in node.output.graph.uses().get(node.output, [])):
        return "what is rounded afterwards must not depend on a runtime's last bit"
    return None


def _depth_to_space(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b("DepthToSpace", x, block_size=node.op.size, data_format="NHWC")  # type: ignore[attr-defined]


def _accepts_blocks(node: Node, options: Options) -> str | None:
    last = node.op.data_format == "channels_last"  # type: ignore[attr-defined]
    return None if last else "TF.js's WebAssembly back end wants the channels last"


EMISSIONS: dict[type[Op], Emission] = {
    DepthToSpace: emission(_depth_to_space, _accepts_blocks, FLOAT),
    Resize: emission(_resize, _accepts, FLOAT),
}
