"""Transposed convolution in one and two dimensions: the gradient of a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops.conv_transpose import ConvTranspose
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor
from .saying import FLOAT, emission
from .window import around, kernel_of, said


def _conv_transpose(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """The convolution whose gradient this is has the output's sizes and the same padding, of which the output's extra
    elements take their share. A dilated kernel gets its zeros here."""
    op: Any = node.op
    rank = len(op.strides)
    kernel = b.derived(kernel, "spread", lambda a: spread(a, op.dilations)) or kernel
    shape = node.inputs[0].shape  # type: ignore[union-attr]
    if rank == 1:
        shape = (shape[0], 1, *shape[1:])
        x, kernel = b("ExpandDims", x, b.ints(1, "axis")), _with_height(b, kernel, node)
    padding = tuple((before, max(after - more, 0)) for (before, after), more in zip(op.padding, op.output_padding, strict=True))
    y = b(
        "Conv2DBackpropInput",
        _output_sizes(b, node, x, shape),
        kernel,
        x,
        strides=around(op.strides),
        **said(padding, rank),
    )
    y = y if bias is None else b("AddV2", y, bias)
    return b("Squeeze", y, axis=[1]) if rank == 1 else y  # type: ignore[no-any-return]


def _with_height(b: Builder, kernel: Tensor, node: Node) -> Tensor:
    return b.reshape(kernel, (1, *(kernel_of(node) if kernel.data is None else kernel.data.shape)))


def spread(kernel: np.ndarray, dilations: tuple[int, ...]) -> np.ndarray:
    """The kernel with dilation - 1 zeros between its elements."""
    window = [(n - 1) * d + 1 for n, d in zip(kernel.shape[:-2], dilations, strict=True)]
    wide = np.zeros((*window, *kernel.shape[-2:]), kernel.dtype)
    wide[tuple(slice(None, None, d) for d in dilations)] = kernel
    return wide


def _output_sizes(b: Builder, node: Node, x: Tensor, shape: tuple[int | None, ...]) -> Tensor:
    """The output's sizes (4,), computed from x's where they aren't known."""
    op: Any = node.op
    known = node.output.shape
    known = (known[0], *(1,) * (2 - len(op.strides)), *known[1:])
    if None not in known:
        return b.ints(known, "sizes")  # type: ignore[arg-type]
    strides = around(op.strides)
    more = [0, *(0,) * (2 - len(op.strides)), *_surplus(node), 0]
    parts = []
    for axis, size in enumerate(known):
        if size is not None:
            parts.append(b.ints(size, "size"))
            continue
        y = b.size(x, axis)
        y = b("Mul", y, b.ints(strides[axis], "stride")) if strides[axis] > 1 else y
        parts.append(b("AddV2", y, b.ints(more[axis], "surplus")) if more[axis] else y)
    return b("Pack", *parts, N=len(parts), axis=0)  # type: ignore[no-any-return]


def _surplus(node: Node) -> list[int]:
    """By how much the output is larger than stride times the input, along each spatial axis."""
    op: Any = node.op
    full = op.full_sizes((0,) * len(op.strides), kernel_of(node)[:-2])
    return [int(n - before - after) for n, (before, after) in zip(full, op.padding, strict=True)]


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if len(op.strides) == 3:
        return "TF.js's converter has no gradient of Conv3D"
    if max(op.dilations) > 1 and not node.inputs[1].is_constant:  # type: ignore[union-attr]
        return "TF.js's gradient of Conv2D has no dilations"
    steps = zip(op.padding, op.output_padding, op.strides, strict=True)
    if any(more - after >= stride for (_, after), more, stride in steps):
        return "of a convolution's gradient the output's extra elements are fewer than the stride"
    return None


EMISSIONS: dict[type[Op], Emission] = {ConvTranspose: emission(_conv_transpose, _accepts, FLOAT)}
