"""Transposed convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node, TensorType
from ...ops.conv_transpose import ConvTranspose
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .saying import FLOAT, emission
from .schema import SAME, VALID
from .shape import dim
from .tensor import Tensor
from .window import as_before, as_image, padded


def _conv_transpose(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    op: Any = node.op
    rank = x.type.rank
    if rank == 3:
        x, kernel = as_image(b, x), b.reshape(kernel, (1, *kernel.type.shape))
        op = _flat(op)
    window = kernel.type.shape[:-2]
    if _is_blocks(op, kernel, x):
        return as_before(b, _blocks(b, op, x, kernel, bias), rank)
    full = _full(op, x.type.shape[1:-1], window)  # type: ignore[arg-type]
    padding, sizes = (SAME, _kept(op, full)) if _is_same(op, window) else (VALID, full)  # type: ignore[arg-type]
    kind = TensorType("float32", (x.type.shape[0], *sizes, kernel.type.shape[-2]))
    output = _output_shape(b, x, kind, op, window, padding)  # type: ignore[arg-type]
    strides = dict(zip(("stride_h", "stride_w") if rank < 5 else ("stride_d", "stride_h", "stride_w"), op.strides, strict=True))
    if rank == 5:
        y = b("CONV_3D_TRANSPOSE", output, kernel, x, type=kind, padding=padding, **strides)
        y = y if bias is None else b.binary("ADD", y, bias)
    else:
        weights = b.transpose(kernel, (2, 0, 1, 3))
        y = b("TRANSPOSE_CONV", output, weights, x, *([] if bias is None else [bias]), type=kind, padding=padding, **strides)
    if padding == VALID and any(map(any, op.padding)):
        y = _cut(b, y, op.padding)
    return as_before(b, y, rank)


def _flat(op: Any) -> Any:
    """One dimension as two with a height of 1."""
    return ConvTranspose(
        strides=(1, *op.strides),
        padding=((0, 0), *op.padding),
        output_padding=(0, *op.output_padding),
        dilations=(1, *op.dilations),
    )


def _is_blocks(op: Any, kernel: Tensor, x: Tensor) -> bool:
    """Whether it is a convolution that gives blocks of pixels as channels: the kernel spans whole strides.

    XNNPACK has that for a batch of any size, and TRANSPOSE_CONV only for a known one (measured: a third of the time).
    """
    height, width = kernel.type.shape[:2]
    stride, *others = set(op.strides)
    whole = not others and stride > 1 and height == width and (height or 1) % stride == 0 and not any(op.output_padding)
    alone = height == stride and not any(map(any, op.padding))
    return whole and len(op.strides) == 2 and kernel.constant is not None and (alone or None in x.type.shape)


def _blocks(b: Builder, op: Any, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """y[q·s + r] = Σₐ x[q - a] · kernel[a·s + r] along each axis: a convolution over q with channels r, and these as pixels."""
    stride = op.strides[0]
    size, _, outputs, inputs = (d or 0 for d in kernel.type.shape)
    taps = size // stride

    def blocks(array: np.ndarray) -> np.ndarray:
        """(k, k, C_out, C_in) → (r·r·C_out, a, a, C_in), with the taps in the opposite order."""
        split = array.reshape(taps, stride, taps, stride, outputs, inputs)[::-1, :, ::-1]
        return split.transpose(1, 3, 4, 0, 2, 5).reshape(-1, taps, taps, inputs)

    channels = stride * stride * outputs
    x = padded(b, x, ((taps - 1, taps - 1),) * 2 if taps > 1 else None)
    sizes = tuple(None if d is None else d - taps + 1 for d in x.type.shape[1:-1])
    inside = bias is not None and bias.constant is not None
    repeated = (
        b.derived(bias, "blocks", lambda a: np.tile(a, stride * stride)) if bias is not None and inside else b.zeros(channels)
    )
    kind = x.type.with_shape((x.type.shape[0], *sizes, channels))
    y = b("CONV_2D", x, b.derived(kernel, "blocks", blocks), repeated, type=kind, padding=VALID, stride_w=1, stride_h=1)
    grown = tuple(None if d is None else d * stride for d in sizes)
    y = b("DEPTH_TO_SPACE", y, type=kind.with_shape((kind.shape[0], *grown, outputs)), block_size=stride)
    y = _cut(b, y, op.padding) if any(map(any, op.padding)) else y
    return y if bias is None or inside else b.binary("ADD", y, bias)


def _full(op: Any, sizes: tuple[int | None, ...], window: tuple[int, ...]) -> list[int | None]:
    """The sizes of the result before anything is cut off."""
    parts = zip(sizes, op.strides, window, op.output_padding, strict=True)
    return [None if n is None else (n - 1) * s + k + extra for n, s, k, extra in parts]


def _kept(op: Any, full: list[int | None]) -> list[int | None]:
    return [None if n is None else n - sum(cut) for n, cut in zip(full, op.padding, strict=True)]


def _is_same(op: Any, window: tuple[int, ...]) -> bool:
    """Whether SAME cuts off what the operation does: max(k - stride, 0) in all, the smaller half first."""
    totals = [max(k - s, 0) for k, s in zip(window, op.strides, strict=True)]
    cuts = tuple((t // 2, t - t // 2) for t in totals)
    extra = tuple(max(s - k, 0) for k, s in zip(window, op.strides, strict=True))
    return cuts == op.padding and extra == op.output_padding


def _output_shape(b: Builder, x: Tensor, kind: TensorType, op: Any, window: tuple[int, ...], padding: int) -> Tensor:
    """int32 (rank,): the sizes of the result, as far as they aren't known from those of x at run time."""
    if None not in kind.shape:
        return b.ints([d or 0 for d in kind.shape], "shape")
    cuts = op.padding if padding == SAME else ((0, 0),) * len(window)
    sizes = [_size(b, x, 0, kind.shape[0], 1, 0)]
    for axis, (s, k, extra, cut) in enumerate(zip(op.strides, window, op.output_padding, cuts, strict=True), start=1):
        sizes.append(_size(b, x, axis, kind.shape[axis], s, k - s + extra - sum(cut)))
    sizes.append(b.ints(kind.shape[-1] or 0, "channels"))
    return b("PACK", *sizes, type=TensorType("int32", (len(sizes),)), values_count=len(sizes))


def _size(b: Builder, x: Tensor, axis: int, known: int | None, factor: int, more: int) -> Tensor:
    """int32 (): the size of an axis of x times `factor` plus `more`."""
    if known is not None:
        return b.ints(known, "size")
    size = dim(b, x, axis)
    size = size if factor == 1 else b.binary("MUL", size, b.ints(factor, "factor"))
    return size if more == 0 else b.binary("ADD", size, b.ints(more, "more"))


def _cut(b: Builder, y: Tensor, cuts: tuple[tuple[int, int], ...]) -> Tensor:
    """Without the first and last elements of the spatial axes."""
    begin = [0, *(before for before, _ in cuts), 0]
    end = [0, *(-after for _, after in cuts), 0]
    shape = list(y.type.shape)
    for axis, cut in enumerate(cuts, start=1):
        size = shape[axis]
        shape[axis] = None if size is None else size - sum(cut)
    open_ends = sum(1 << i for i, v in enumerate(end) if v == 0)
    inputs = (b.ints(begin, "begin"), b.ints(end, "end"), b.ints([1] * len(end), "strides"))
    return b("STRIDED_SLICE", y, *inputs, type=y.type.with_shape(tuple(shape)), end_mask=open_ends)


def _accepts(node: Node, options: Options) -> str | None:
    """What needs zeros beyond the reach of the kernel, or between its elements, isn't TRANSPOSE_CONV."""
    op: Any = node.op
    if any(d != 1 for d in op.dilations):
        return "TFLite's TRANSPOSE_CONV has no dilations"
    beyond = any(extra >= s for extra, s in zip(op.output_padding, op.strides, strict=True))
    return "TFLite's TRANSPOSE_CONV adds less than a stride" if beyond else None


EMISSIONS: dict[type[Op], Emission] = {ConvTranspose: emission(_conv_transpose, _accepts, FLOAT)}
