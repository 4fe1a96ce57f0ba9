"""Convolution and pooling, in one dimension as in two with a height of 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...ir import Node
from ...ops.conv import Conv
from ...ops.op import Op
from ...ops.pool import AveragePool, MaxPool
from ..target import Emission, Options
from .activation import with_bias
from .builder import Builder
from .graphdef import Tensor
from .saying import FLOAT, Say, emission

Pads = tuple[tuple[int, int], ...]

LEAST = float(np.finfo(np.float32).min)
"""Pads a maximum: -∞ can't be written into a shader."""


def conv(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    op: Any = node.op
    depthwise = op.groups > 1 and kernel_of(node)[-2] == 1 and len(op.strides) < 3
    if op.groups == 1 or depthwise:
        return _convolution(b, node, x, kernel, bias, depthwise)
    inputs, outputs = (size // op.groups for size in (node.inputs[0].shape[-1], kernel_of(node)[-1]))  # type: ignore[union-attr]
    xs = _parts(b, x, len(op.strides) + 1, [inputs] * op.groups)
    kernels = _parts(b, kernel, len(op.strides) + 1, [outputs] * op.groups)
    y = b.concat(
        [_convolution(b, node, part, k, None, False) for part, k in zip(xs, kernels, strict=True)], len(op.strides) + 1
    )
    return y if bias is None else b("AddV2", y, bias)


def kernel_of(node: Node) -> tuple[int, ...]:
    return node.inputs[1].shape  # type: ignore[union-attr, return-value]


def _parts(b: Builder, x: Tensor, axis: int, sizes: list[int]) -> Sequence[Tensor]:
    if x.data is None:
        return b("SplitV", x, b.ints(sizes, "sizes"), b.ints(axis, "axis"), outputs=len(sizes))  # type: ignore[no-any-return]
    starts = np.cumsum([0, *sizes])
    parts = [
        b.derived(x, f"part_{i}", lambda a, i=i: a[..., starts[i] : starts[i + 1]])  # type: ignore[misc]
        for i in range(len(sizes))
    ]
    return [p for p in parts if p is not None]


def _convolution(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None, depthwise: bool) -> Tensor:
    """One group, or as many as channels. TF.js has no strides together with dilations: they take from what all give."""
    op: Any = node.op
    rank = len(op.strides)
    window = kernel_of(node)[:-2]
    thinned = max(op.strides) > 1 and max(op.dilations) > 1
    strides, padding = ((1,) * rank, explicit(node, window)) if thinned else (op.strides, op.padding)
    if rank == 3:
        y = _conv_3d(b, x, kernel, strides, padding, op.dilations)
        y = y if bias is None else b("AddV2", y, bias)
        return _every(b, y, op.strides) if thinned else y
    if depthwise:
        kernel = b.reshape(kernel, (*window, op.groups, kernel_of(node)[-1] // op.groups))
    if rank == 1:
        x, kernel = b("ExpandDims", x, b.ints(1, "axis")), b.reshape(kernel, (1, *shape_of(kernel, node)))
    product = b(
        "DepthwiseConv2dNative" if depthwise else "Conv2D",
        x,
        kernel,
        strides=around(strides),
        dilations=around(op.dilations),
        **said(padding, rank),
    )
    if bias is not None:
        with_bias(b, product.node, bias)
    y = b("Squeeze", product, axis=[1]) if rank == 1 else product
    if thinned:
        return _every(b, y, op.strides)
    if kernel.data is not None:
        b.fusable[y] = product.node
    return y  # type: ignore[no-any-return]


def shape_of(kernel: Tensor, node: Node) -> Sequence[int]:
    """The shape of a kernel that may have been reshaped."""
    return kernel_of(node) if kernel.data is None else kernel.data.shape


def around(numbers: Sequence[int]) -> list[int]:
    """For batch and channels 1, for a missing height 1."""
    return [1, *(1,) * (2 - len(numbers)), *numbers, 1]


def said(padding: str | Pads, rank: int) -> dict[str, Any]:
    """The attributes that say a padding."""
    if isinstance(padding, str):
        return {"padding": padding.upper()}
    pads = [(0, 0), *((0, 0),) * (2 - rank), *padding, (0, 0)]
    return {"padding": "EXPLICIT", "explicit_paddings": [p for pair in pads for p in pair]}


def explicit(node: Node, window: tuple[int, ...]) -> str | Pads:
    """The padding that a stride of 1 needs to give all that the operation's own padding sees."""
    op: Any = node.op
    if op.padding != "same":
        return op.padding  # type: ignore[no-any-return]
    sizes = node.inputs[0].shape[1:-1]  # type: ignore[union-attr]
    return op.explicit_padding(sizes, window)  # type: ignore[no-any-return]


def _every(b: Builder, y: Tensor, strides: Sequence[int]) -> Tensor:
    """Every so manieth row and column."""
    rank = len(strides) + 2
    nothing, all_axes = b.ints([0] * rank, "zeros"), (1 << rank) - 1
    steps = b.ints([1, *strides, 1], "steps")
    return b("StridedSlice", y, nothing, nothing, steps, begin_mask=all_axes, end_mask=all_axes)  # type: ignore[no-any-return]


def _conv_3d(b: Builder, x: Tensor, kernel: Tensor, strides: Any, padding: str | Pads, dilations: Any) -> Tensor:
    x, padding = padded(b, x, padding, 0.0)
    return b("Conv3D", x, kernel, strides=[1, *strides, 1], dilations=[1, *dilations, 1], padding=padding.upper())  # type: ignore[no-any-return]


def padded(b: Builder, x: Tensor, padding: str | Pads, value: float) -> tuple[Tensor, str]:
    """x and a padding by name, for operations that have no other."""
    if isinstance(padding, str):
        return x, padding
    if any(map(any, padding)):
        x = b("PadV2", x, b.ints([(0, 0), *padding, (0, 0)], "padding"), b.constant(value, "float32", "value"))
    return x, "valid"


def _pool(name: str, value: float) -> Say:
    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        op: Any = node.op
        rank = len(op.window)
        x, padding = padded(b, x, op.padding, value)
        x = b("ExpandDims", x, b.ints(1, "axis")) if rank == 1 else x
        geometry = {"ksize": around(op.window), "strides": around(op.strides), "padding": padding.upper()}
        y = b(f"{name}3D" if rank == 3 else name, x, **geometry)
        return b("Squeeze", y, axis=[1]) if rank == 1 else y  # type: ignore[no-any-return]

    return say


def _accepts_pool(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if max(op.dilations) > 1:
        return "TF.js's pools have no dilations"
    padded_mean = isinstance(op, AveragePool) and not isinstance(op.padding, str) and any(map(any, op.padding))
    return "TF.js's AvgPool has no padding but 'same'" if padded_mean else None


def _accepts_conv(node: Node, options: Options) -> str | None:
    op: Any = node.op
    unknown = op.padding == "same" and None in node.inputs[0].shape[1:-1]  # type: ignore[union-attr]
    if unknown and max(op.strides) > 1 and max(op.dilations) > 1:
        return "TF.js has no strides together with dilations; to say it otherwise the sizes have to be known (--input-shape)"
    return None


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(conv, _accepts_conv, FLOAT),
    AveragePool: emission(_pool("AvgPool", 0.0), _accepts_pool, FLOAT),
    MaxPool: emission(_pool("MaxPool", LEAST), _accepts_pool, FLOAT),
}

