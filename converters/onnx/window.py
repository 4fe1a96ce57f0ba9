"""Convolution and pooling. Data come channels-first; kernels (*window, ...) are put into ONNX's order here."""

from __future__ import annotations

from typing import Any

from ...ir import Node, Value
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.extend import Pad
from ...ops.op import Op
from ...ops.pool import AveragePool, MaxPool
from ..target import Emission, Options
from .builder import Builder
from .opset import opset_of
from .saying import FLOATS, SINGLES, emission

Pads = tuple[tuple[int, int], ...]


def _conv(b: Builder, node: Node, x: str, kernel: str, bias: str = "") -> str:
    op: Any = node.op
    rank = len(op.strides)
    window = node.inputs[1].shape[:-2]  # type: ignore[union-attr]
    return str(
        b(
            "Conv",
            x,
            b.transpose(kernel, (rank + 1, rank, *range(rank))),
            bias,
            kernel_shape=window,
            group=op.groups if op.groups > 1 else None,
            **_geometry(op, node.inputs[0], window),
        )
    )


def _conv_transpose(b: Builder, node: Node, x: str, kernel: str, bias: str = "") -> str:
    op: Any = node.op
    rank = len(op.strides)
    return str(
        b(
            "ConvTranspose",
            x,
            b.transpose(kernel, (rank + 1, rank, *range(rank))),
            bias,
            kernel_shape=node.inputs[1].shape[:-2],  # type: ignore[union-attr]
            strides=_unless_one(op.strides),
            dilations=_unless_one(op.dilations),
            pads=_pads(op.padding),
            output_padding=op.output_padding if any(op.output_padding) else None,
        )
    )


def _pool(op_type: str) -> Any:
    def say(b: Builder, node: Node, x: str) -> str:
        op: Any = node.op
        return str(b(op_type, x, kernel_shape=op.window, **_geometry(op, node.inputs[0], op.window)))

    return say


def _max_pool(b: Builder, node: Node, x: str) -> str:
    """A Pad of zeros before it stays apart.

    ONNX Runtime (1.31 at least) merges the two, which pads with -∞ instead: wrong where all of a window is negative. A
    Clip without bounds lies between them and changes nothing.
    """
    producer = node.inputs[0].producer if node.inputs[0] is not None else None
    padded = producer is not None and isinstance(producer.op, Pad)
    return str(_pool("MaxPool")(b, node, b("Clip", x) if padded else x))


def _geometry(op: Any, x: Value | None, window: Any) -> dict[str, Any]:
    """Strides, dilations and padding; what ONNX assumes anyway is left out."""
    said = {"strides": _unless_one(op.strides), "dilations": _unless_one(op.dilations)}
    sizes = x.shape[2:] if x is not None else ()
    if op.padding == "same":
        # with a stride of 1 the padding doesn't depend on the size
        known = [1 << 20 if d is None and s == 1 else d for d, s in zip(sizes, op.strides, strict=True)]
        if None in known:
            return said | {"auto_pad": "SAME_UPPER"}
        pads = op.explicit_padding(known, window)
    else:
        pads = op.explicit_padding((), window)
    return said | {"pads": _pads(pads)}


def _pads(pads: Pads) -> list[int] | None:
    """ONNX's order: all that come before, then all that come after."""
    return [p[0] for p in pads] + [p[1] for p in pads] if any(map(any, pads)) else None


def _unless_one(numbers: tuple[int, ...]) -> tuple[int, ...] | None:
    return numbers if any(n != 1 for n in numbers) else None


def _no_dilation(node: Node, options: Options) -> str | None:
    dilated = any(d != 1 for d in node.op.dilations)  # type: ignore[attr-defined]
    return "ONNX's AveragePool has dilations from opset 19 on" if dilated and opset_of(options) < 19 else None


def _little_output_padding(node: Node, options: Options) -> str | None:
    op: Any = node.op
    steps = zip(op.output_padding, op.strides, op.dilations, strict=True)
    return "ONNX Runtime asks for output_padding below stride or dilation" if any(p >= max(s) for p, *s in steps) else None


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(_conv, types=SINGLES),
    ConvTranspose: emission(_conv_transpose, _little_output_padding, SINGLES),
    AveragePool: emission(_pool("AveragePool"), _no_dilation, SINGLES),
    MaxPool: emission(_max_pool, types=FLOATS | {"int8", "uint8"}),
}
