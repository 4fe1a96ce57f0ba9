"""Transposed convolution in one and two dimensions.

Between two elements of the input lie `stride` of the output, and each of these phases is a convolution of the input with
every stride-th element of the kernel. So all phases together are one convolution with that many times the channels, which
then become pixels. TF.js's own operation, the gradient of a convolution, is slow in WebAssembly and has to know the batch
size; where there is no such form, the input is spread out instead (`ConvTranspose.decompose`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...ir import Node
from ...ops.conv_transpose import ConvTranspose
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor
from .planes import Geometry, convolved
from .saying import FLOAT, emission


@dataclass(frozen=True)
class Axis:
    """One spatial axis: output element o is at p = o + before = q · stride + r of the full result, r its phase.

    y[q · stride + r] = Σ_j x[q - j] · w[j · stride + r] for j < taps, with zeros after the kernel's end.
    """

    stride: int
    taps: int
    first: int
    """The least q that is needed."""
    end: int
    """The first q that isn't needed any more is that of the last input element, plus this."""
    cut: tuple[int, int]
    """Elements before and after those that are needed."""

    @property
    def pads(self) -> tuple[int, int]:
        return self.taps - 1 - self.first, self.end - 1


def axis_of(stride: int, span: int, before: int, after: int, more: int) -> Axis:
    last = span + more - after
    """Of the output's elements from the last input element on."""
    first, end = before // stride, max(-(-last // stride), 1)
    taps = max(-(-span // stride), first + 1)
    return Axis(stride, taps, first, end, (before - first * stride, end * stride - last))


def _conv_transpose(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    op: Any = node.op
    axes = [
        axis_of(s, span, before, after, more)
        for s, span, (before, after), more in zip(
            op.strides, op.span(kernel_of(node)[:-2]), op.padding, op.output_padding, strict=True
        )
    ]
    axes = [axis_of(1, 1, 0, 0, 0)] * (2 - len(axes)) + axes
    if len(op.strides) == 1:
        x = b("ExpandDims", x, b.ints(1, "axis"))
    phases = math.prod(a.stride for a in axes)
    weights = b.derived(kernel, "phases", lambda k: by_phase(spread(k, op.dilations), axes))
    assert weights is not None
    if bias is not None:
        bias = b.derived(bias, f"times_{phases}", lambda a: np.tile(a, phases)) or b("Tile", bias, b.ints([phases], "phases"))
    pads = tuple(a.pads for a in axes)
    y = convolved(b, x, weights, Geometry((1, 1), (1, 1), pads), bias)
    return _as_pixels(b, node, y, axes)


def kernel_of(node: Node) -> tuple[int, ...]:
    return node.inputs[1].shape  # type: ignore[union-attr, return-value]


def spread(kernel: np.ndarray, dilations: tuple[int, ...]) -> np.ndarray:
    """The kernel with dilation - 1 zeros between its elements."""
    window = [(n - 1) * d + 1 for n, d in zip(kernel.shape[:-2], dilations, strict=True)]
    wide = np.zeros((*window, *kernel.shape[-2:]), kernel.dtype)
    wide[tuple(slice(None, None, d) for d in dilations)] = kernel
    return wide


def by_phase(kernel: np.ndarray, axes: list[Axis]) -> np.ndarray:
    """(*window, C_out, C_in) as (taps, taps, C_in, stride · stride · C_out), with the last tap first."""
    kernel = kernel.reshape((1,) * (4 - kernel.ndim) + kernel.shape)
    rows, columns = axes
    wide = np.zeros((rows.taps * rows.stride, columns.taps * columns.stride, *kernel.shape[2:]), kernel.dtype)
    wide[: kernel.shape[0], : kernel.shape[1]] = kernel
    split = wide.reshape(rows.taps, rows.stride, columns.taps, columns.stride, *kernel.shape[2:])[::-1, :, ::-1]
    return split.transpose(0, 2, 5, 1, 3, 4).reshape(rows.taps, columns.taps, kernel.shape[3], -1)


def _as_pixels(b: Builder, node: Node, y: Tensor, axes: list[Axis]) -> Tensor:
    """The phases in their places, without what isn't needed."""
    op: Any = node.op
    rows, columns = axes
    channels = kernel_of(node)[-2]
    if len(op.strides) == 1:
        shape = node.output.shape
        width = None if shape[1] is None else shape[1] + sum(columns.cut)
        ahead = [b.size(y, 0), -1] if width is None else [-1, width]
        y = b.following("Reshape", y, b.vector([*ahead, channels]))
        return _cut(b, y, [columns])
    if rows.stride > 1:
        y = b.following("DepthToSpace", y, block_size=rows.stride, data_format="NHWC")
    return _cut(b, y, axes)


def _cut(b: Builder, y: Tensor, axes: list[Axis]) -> Tensor:
    if not any(any(a.cut) for a in axes):
        return y
    begin, end = [0, *(a.cut[0] for a in axes), 0], [0, *(-a.cut[1] for a in axes), 0]
    open_ends = sum(1 << i for i, e in enumerate(end) if not e)
    steps = b.ints([1] * len(begin), "steps")
    return b.following("StridedSlice", y, b.ints(begin, "begin"), b.ints(end, "end"), steps, end_mask=open_ends)


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if len(op.strides) == 3:
        return "TF.js's converter has no gradient of Conv3D"
    if len(set(op.strides)) > 1:
        return "TF.js's DepthToSpace has square blocks"
    return None if node.inputs[1].is_constant else "TF.js's gradient of a convolution has to know the batch size"  # type: ignore[union-attr]


EMISSIONS: dict[type[Op], Emission] = {ConvTranspose: emission(_conv_transpose, _accepts, FLOAT)}
