"""Convolution and pooling, in one dimension as in two with a height of 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from .saying import FLOAT, emission

Pads = tuple[tuple[int, int], ...]

LEAST = float(np.finfo(np.float32).min)
"""Pads a maximum: -∞ can't be written into a shader."""


def conv(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    op: Any = node.op
    *window, inputs, outputs = kernel_of(node)
    if op.groups == 1:
        return _convolution(b, node, x, kernel, (*window, inputs, outputs), bias)
    if inputs == 1 and len(window) < 3:
        return _convolution(b, node, x, kernel, (*window, op.groups, outputs // op.groups), bias, depthwise=True)
    axis = len(window) + 1
    xs = _parts(b, x, axis, op.groups, op.groups * inputs)
    kernels = _parts(b, kernel, axis, op.groups, outputs)
    shape = (*window, inputs, outputs // op.groups)
    parts = [_convolution(b, node, part, k, shape, None) for part, k in zip(xs, kernels, strict=True)]
    y = b.concat(parts, axis)
    return y if bias is None else b("AddV2", y, bias)


def kernel_of(node: Node) -> tuple[int, ...]:
    return node.inputs[1].shape  # type: ignore[union-attr, return-value]


def _parts(b: Builder, x: Tensor, axis: int, count: int, whole: int) -> Sequence[Tensor]:
    """Equal parts along the last axis."""
    size = whole // count
    if x.data is None:
        return b("SplitV", x, b.ints([size] * count, "sizes"), b.ints(axis, "axis"), outputs=count)  # type: ignore[no-any-return]

    def part(i: int) -> Tensor:
        found = b.derived(x, f"part_{i}", lambda a: a[..., i * size : (i + 1) * size])
        assert found is not None
        return found

    return [part(i) for i in range(count)]


def _convolution(
    b: Builder,
    node: Node,
    x: Tensor,
    kernel: Tensor,
    shape: tuple[int, ...],
    bias: Tensor | None,
    depthwise: bool = False,
) -> Tensor:
    """One group, or as many as channels. TF.js has no strides together with dilations: they take from what all give.

    shape: the kernel's, as TF.js has it, but for a height.
    """
    op: Any = node.op
    rank, window = len(op.strides), shape[:-2]
    thinned = max(op.strides) > 1 and max(op.dilations) > 1
    strides, padding = ((1,) * rank, explicit(node, window)) if thinned else (op.strides, op.padding)
    if rank == 3:
        y = _conv_3d(b, x, kernel, strides, explicit(node, window) if _overlong(node, window) else padding, op.dilations)
        y = y if bias is None else b("AddV2", y, bias)
        return _every(b, y, op.strides) if thinned else y
    x = b("ExpandDims", x, b.ints(1, "axis")) if rank == 1 else x
    kernel = b.reshape(kernel, (*(1,) * (2 - rank), *shape)) if rank == 1 or depthwise else kernel
    geometry = {"strides": around(strides), "dilations": around(op.dilations), **said(padding, rank)}
    y = product = b("DepthwiseConv2dNative" if depthwise else "Conv2D", x, kernel, **geometry)
    is_fused = bias is not None and bias.data is not None
    if is_fused:
        with_bias(b, product.node, bias)
    elif bias is not None:
        y = b("AddV2", y, bias)
    y = b("Squeeze", y, axis=[1]) if rank == 1 else y
    if thinned:
        return _every(b, y, op.strides)
    if kernel.data is not None and (is_fused or bias is None):
        b.fusable[y] = product.node
    return y  # type: ignore[no-any-return]


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
    geometry = {"strides": [1, *strides, 1], "dilations": [1, *dilations, 1], "padding": padding.upper()}
    return b("Conv3D", x, kernel, data_format="NDHWC", **geometry)  # type: ignore[no-any-return]


def padded(b: Builder, x: Tensor, padding: str | Pads, value: float) -> tuple[Tensor, str]:
    """x and a padding by name, for operations that have no other."""
    if isinstance(padding, str):
        return x, padding
    if any(map(any, padding)):
        x = b("PadV2", x, b.ints([(0, 0), *padding, (0, 0)], "padding"), b.constant(value, "float32", "value"))
    return x, "valid"


def _max_pool(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    x, padding = padded(b, x, op.padding, LEAST)
    if len(op.window) < 3:
        return _pool(b, "MaxPool", node, x, padding)
    return _max_pool_3d(b, op, x, int(node.output.shape[-1] or 0), padding.upper())


def _max_pool_3d(b: Builder, op: Any, x: Tensor, channels: int, padding: str) -> Tensor:
    """The maximum over height and width, then over depth: in the WebAssembly back end's MaxPool3D no number is below 1e-38."""
    unknown = (None,) * 5
    batch, depth = (b.sizes(x, unknown, [axis]) for axis in (0, 1))
    rest, last = b.ints([-1], "rest"), b.ints([channels], "channels")
    images = b("Reshape", x, b.concat([rest, b.sizes(x, unknown, (2, 3)), last], 0))
    y = b("MaxPool", images, ksize=around(op.window[1:]), strides=around(op.strides[1:]), padding=padding)
    columns = b("Reshape", y, b.concat([batch, depth, rest, last], 0))
    z = b("MaxPool", columns, ksize=[1, op.window[0], 1, 1], strides=[1, op.strides[0], 1, 1], padding=padding)
    return b("Reshape", z, b.concat([batch, rest, b.sizes(y, unknown, (1, 2)), last], 0))  # type: ignore[no-any-return]


def _average_pool(b: Builder, node: Node, x: Tensor) -> Tensor:
    """TF.js counts the zeros that are padded before: the mean is scaled by the share of the window that lies inside."""
    op: Any = node.op
    pads = _pool_padding(node)
    x, padding = padded(b, x, pads, 0.0)
    y = _pool(b, "AvgPool", node, x, padding)
    if isinstance(pads, str) or not any(map(any, pads)):
        return y
    ones = np.ones((1, *node.inputs[0].shape[1:-1], 1), np.float32)  # type: ignore[union-attr, arg-type]
    inside = replace(op, padding="valid").numpy(np.pad(ones, ((0, 0), *pads, (0, 0))))
    return b("Mul", y, b.constant(1 / inside, "float32", "share"))  # type: ignore[no-any-return]


def _pool(b: Builder, name: str, node: Node, x: Tensor, padding: str) -> Tensor:
    op: Any = node.op
    rank = len(op.window)
    x = b("ExpandDims", x, b.ints(1, "axis")) if rank == 1 else x
    geometry = {"ksize": around(op.window), "strides": around(op.strides), "padding": padding.upper()}
    y = b(f"{name}3D" if rank == 3 else name, x, **geometry)
    return b("Squeeze", y, axis=[1]) if rank == 1 else y  # type: ignore[no-any-return]


def _pool_padding(node: Node) -> str | Pads:
    op: Any = node.op
    return explicit(node, op.window) if _overlong(node, op.window) else op.padding  # type: ignore[no-any-return]


def _overlong(node: Node, window: Sequence[int]) -> bool:
    """Whether a stride is longer than the window: in three dimensions TF.js then takes 'same' for a negative padding."""
    op: Any = node.op
    reach = ((n - 1) * d + 1 for n, d in zip(window, op.dilations, strict=True))
    longer = any(s > r for s, r in zip(op.strides, reach, strict=True))
    return len(window) == 3 and op.padding == "same" and longer


def _known(node: Node) -> bool:
    return None not in node.inputs[0].shape[1:-1]  # type: ignore[union-attr]


def _accepts_pool(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if max(op.dilations) > 1:
        return "TF.js's pools have no dilations"
    if isinstance(op, AveragePool) and _overlong(node, op.window) and not _known(node):
        return OVERLONG
    padded_mean = isinstance(op, AveragePool) and not isinstance(op.padding, str) and any(map(any, op.padding))
    return (
        "TF.js's AvgPool counts what is padded, unless sizes are known (--input-shape)"
        if padded_mean and not _known(node)
        else None
    )


OVERLONG = "TF.js pads strides longer than the window wrongly in three dimensions, unless sizes are known (--input-shape)"


def _accepts_conv(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if op.padding != "same" or _known(node):
        return None
    if max(op.strides) > 1 and max(op.dilations) > 1:
        return "TF.js has no strides together with dilations; to say it otherwise sizes have to be known (--input-shape)"
    return OVERLONG if _overlong(node, kernel_of(node)[:-2]) else None


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(conv, _accepts_conv, FLOAT),
    AveragePool: emission(_average_pool, _accepts_pool, FLOAT),
    MaxPool: emission(_max_pool, _accepts_pool, FLOAT),
}
