"""Convolution, in one dimension as in two with a height of 1, in three as a sum of those in two (`volume.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...ir import Node
from ...ops.conv import Conv
from ...ops.op import Op
from ..target import Emission, Options
from . import volume
from .builder import Builder
from .graphdef import Tensor
from .planes import Geometry, Pads, convolved
from .saying import FLOAT, emission

LARGE = 1 << 20
"""Stands for a size that isn't known where it makes no difference."""


def conv(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    op: Any = node.op
    *window, inputs, outputs = kernel_of(node)
    rank = len(window)
    if op.groups == 1:
        return _one_group(b, node, x, kernel, (*window, inputs, outputs), bias)
    if inputs == 1 and rank < 3:
        return _one_group(b, node, x, kernel, (*window, op.groups, outputs // op.groups), bias, depthwise=True)
    xs = _parts(b, x, rank + 1, op.groups, op.groups * inputs)
    kernels = _parts(b, kernel, rank + 1, op.groups, outputs)
    shape = (*window, inputs, outputs // op.groups)
    y = b.concat([_one_group(b, node, part, k, shape, None) for part, k in zip(xs, kernels, strict=True)], rank + 1)
    return y if bias is None else b("AddV2", y, bias)


def kernel_of(node: Node) -> tuple[int, ...]:
    return node.inputs[1].shape  # type: ignore[union-attr, return-value]


def _parts(b: Builder, x: Tensor, axis: int, count: int, whole: int) -> Sequence[Tensor]:
    """Equal parts along the last axis."""
    size = whole // count
    if x.data is None:
        return b("SplitV", x, b.ints([size] * count, "sizes"), b.ints(axis, "axis"), outputs=count)

    def part(i: int) -> Tensor:
        found = b.derived(x, f"part_{i}", lambda a: a[..., i * size : (i + 1) * size])
        assert found is not None
        return found

    return [part(i) for i in range(count)]


def _one_group(
    b: Builder, node: Node, x: Tensor, kernel: Tensor, shape: tuple[int, ...], bias: Tensor | None, depthwise: bool = False
) -> Tensor:
    """shape: the kernel's as TF.js has it, but for a height."""
    rank = len(shape) - 2
    geometry = geometry_of(node, shape[:-2])
    if rank == 3:
        return volume.conv(b, node, x, kernel, shape, geometry, bias)
    if rank == 2:
        return convolved(b, x, b.reshape(kernel, shape) if depthwise else kernel, geometry, bias, depthwise)
    x = b("ExpandDims", x, b.ints(1, "axis"))
    y = convolved(b, x, b.reshape(kernel, (1, *shape)), geometry.with_height(), bias, depthwise)
    return b.following("Squeeze", y, axis=[1])


def geometry_of(node: Node, window: tuple[int, ...]) -> Geometry:
    op: Any = node.op
    padding = explicit(node, window) if op.padding == "same" and _has_own_same(op, window) else op.padding
    return Geometry(op.strides, op.dilations, padding)


def _has_own_same(op: Any, window: tuple[int, ...]) -> bool:
    """Whether TF.js's 'same' is another one, or can't be had: for volumes, for every position of which strides then take some,
    and in WebAssembly where a stride is longer than the window."""
    reach = ((n - 1) * d + 1 for n, d in zip(window, op.dilations, strict=True))
    longer = any(stride > r > 1 for stride, r in zip(op.strides, reach, strict=True))
    return len(window) == 3 or longer or (max(op.strides) > 1 and max(op.dilations) > 1)


def explicit(node: Node, window: tuple[int, ...]) -> Pads:
    """What 'same' pads. With a stride of 1 that doesn't depend on the size."""
    op: Any = node.op
    sizes = node.inputs[0].shape[1:-1]  # type: ignore[union-attr]
    return op.explicit_padding([LARGE if d is None else d for d in sizes], window)


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    moving = [s for d, s in zip(node.inputs[0].shape[1:-1], op.strides, strict=True) if d is None and s > 1]  # type: ignore[union-attr]
    if op.padding != "same" or not moving or not _has_own_same(op, kernel_of(node)[:-2]):
        return None
    return "TF.js pads by another rule here; to say the padding in numbers sizes have to be known (--input-shape)"


EMISSIONS: dict[type[Op], Emission] = {Conv: emission(conv, _accepts, FLOAT)}
