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
from .builder import Builder
from .saying import FLOATS, emission
from .sizes import shape_of

_MODES = {"bilinear": "linear", "bicubic": "cubic"}
_BLOCKS = FLOATS | {"int8", "uint8"}
_TYPES = frozenset({"float16", "float32", "int8", "int32", "uint8"})


def _repeated(b: Builder, x: str, factors: tuple[int, ...]) -> str:
    """Each element `factors` times. The coordinates are such that no rounding can tell them apart wrongly."""
    scales = b.constant([1.0, 1.0, *factors], "float32", "scales")
    return str(
        b(
            "Resize",
            x,
            "",
            scales,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
    )


def _resize(b: Builder, node: Node, x: str) -> str:
    op: Any = node.op
    before = node.inputs[0].shape[2:]  # type: ignore[union-attr]
    if op.interpolation == "nearest":
        factors = _factors(op, before)
        return _repeated(b, x, factors) if factors else _picked(b, x, before, op.size)
    if op.size == before:
        return x
    cubic = op.interpolation == "bicubic"
    return str(
        b(
            "Resize",
            x,
            "",
            *_target_size(b, op, x, before),
            mode=_MODES[op.interpolation],
            cubic_coeff_a=-0.5 if cubic else None,
            exclude_outside=1 if cubic else None,
        )
    )


def _factors(op: Any, before: tuple[int | None, ...]) -> tuple[int, ...] | None:
    """By which whole numbers the image grows, if it does."""
    if op.size is None:
        return op.factors
    if None in before or any(size % old for size, old in zip(op.size, before, strict=True)):
        return None
    return tuple(size // old for size, old in zip(op.size, before, strict=True))


def _picked(b: Builder, x: str, before: tuple[Any, ...], size: tuple[int, ...]) -> str:
    """Rows and columns by number: which one is nearest must not depend on a runtime's rounding."""
    for axis, (old, new) in enumerate(zip(before, size, strict=True), start=2):
        if old != new:
            x = b("Gather", x, b.ints(nearest_index(old, new).tolist(), "nearest"), axis=axis)
    return x


def _target_size(b: Builder, op: Any, x: str, before: tuple[int | None, ...]) -> list[str]:
    """The inputs `scales` and `sizes`, one of which is absent."""
    if op.size is None:
        return [b.constant([1.0, 1.0, *op.factors], "float32", "scales")]
    sizes = b.ints(op.size, "size")
    return ["", b("Concat", shape_of(b, x, 0, 2), sizes, axis=0)]


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if op.antialias and op.interpolation in _MODES:
        return "ONNX's antialiasing weighs pixels differently"
    if op.interpolation == "nearest":
        known = op.size is None or None not in _spatial(node)
        return None if known else "which pixel is nearest can be told only for a known size"
    if any(isinstance(n.op, Round) for n in node.output.graph.uses().get(node.output, [])):
        return "what is rounded afterwards must not depend on a runtime's last bit"
    if op.interpolation == "bicubic" and not _grows(op, _spatial(node)):
        return "ONNX Runtime's bicubic Resize can only enlarge"
    return None if op.interpolation in _MODES else f"ONNX's Resize has no interpolation {op.interpolation}"


def _grows(op: Any, before: tuple[int | None, ...]) -> bool:
    return op.size is None or all(d is not None and d <= s for d, s in zip(before, op.size, strict=True))


def _spatial(node: Node) -> tuple[int | None, ...]:
    shape = node.inputs[0].shape  # type: ignore[union-attr]
    return shape[2:] if node.op.data_format == "channels_first" else shape[1:3]  # type: ignore[attr-defined]


EMISSIONS: dict[type[Op], Emission] = {
    DepthToSpace: emission(lambda b, node, x: b("DepthToSpace", x, blocksize=node.op.size), types=_BLOCKS),
    Resize: emission(_resize, _accepts, _TYPES),
    SpaceToDepth: emission(lambda b, node, x: b("SpaceToDepth", x, blocksize=node.op.size), types=_BLOCKS),
}
