"""Convolution and pooling. One dimension is two with a height of 1; kernels (*window, ...) are put into TFLite's order here."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node, TensorType
from ...ir.types import Shape
from ...ops.conv import Conv
from ...ops.op import Op
from ...ops.pool import AveragePool, MaxPool
from ...ops.shapes import same_padding
from ..passes.merge_padding import fits, is_non_negative
from ..target import Emission, Options
from .builder import Builder
from .saying import FLOAT, emission
from .schema import SAME, VALID
from .shape import pad
from .tensor import Tensor

Pads = tuple[tuple[int, int], ...]
LOWEST = -np.inf


def as_image(b: Builder, x: Tensor) -> Tensor:
    """(batch, T, C) as (batch, 1, T, C); images as they are."""
    return b.expand(x, [1]) if x.type.rank == 3 else x


def as_before(b: Builder, y: Tensor, rank: int) -> Tensor:
    """What `as_image` did, undone for data of `rank`."""
    return b.squeeze(y, [1]) if rank == 3 else y


def geometry(op: Any, sizes: Shape, window: tuple[int, ...]) -> tuple[int, Pads | None]:
    """TFLite's padding, and what has to be padded before (None: nothing): SAME where it means the operation's own pads."""
    if op.padding == "same":
        return SAME, None
    pads: Pads = op.explicit_padding((), window)
    if not any(map(any, pads)):
        return VALID, None
    same = []
    for size, k, stride, dilation in zip(sizes, window, op.strides, op.dilations, strict=True):
        if size is None and stride > 1:
            return VALID, pads
        same.append(same_padding(1 << 20 if size is None else size, k, stride, dilation))  # of stride 1 for any size
    return (SAME, None) if tuple(same) == tuple(pads) else (VALID, pads)


def padded(b: Builder, x: Tensor, pads: Pads | None, value: float = 0) -> Tensor:
    return x if pads is None else pad(b, x, ((0, 0), *pads, (0, 0)), value)


def _sides(numbers: tuple[int, ...], name: str) -> dict[str, int]:
    """The same for each side of two or three dimensions: `name` has a {} for the side."""
    sides = {1: "w", 2: "hw", 3: "dhw"}[len(numbers)]
    found = {name.format(side): n for side, n in zip(sides, numbers, strict=True)}
    return {name.format("h"): 1, **found} if len(numbers) == 1 else found


def _conv(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    op: Any = node.op
    window = kernel.type.shape[:-2]
    padding, pads = geometry(op, x.type.shape[1:-1], window)  # type: ignore[arg-type]
    x = padded(b, x, pads)
    options = {
        "padding": padding,
        **_sides(op.strides, "stride_{}"),
        **_sides(op.dilations, "dilation_{}_factor"),
    }
    if len(window) == 3:
        return _conv_3d(b, node, x, kernel, bias, options)
    rank = x.type.rank
    kind = _image_type(node.output.type)
    if op.groups > 1 and kernel.type.shape[-2] == 1:
        outputs = kernel.type.shape[-1]
        weights = b.reshape(kernel, (1, *(1,) * (4 - rank), *window, outputs))
        multiplier = (outputs or 0) // op.groups
        inputs = [as_image(b, x), weights, bias or b.zeros(outputs)]
        y = b("DEPTHWISE_CONV_2D", *inputs, type=kind, depth_multiplier=multiplier, **options)
    else:
        weights = b.transpose(kernel, (rank - 1, *range(rank - 1)))
        weights = b.reshape(weights, (weights.type.shape[0], 1, *weights.type.shape[1:])) if rank == 3 else weights
        inputs = [as_image(b, x), weights, bias or b.zeros(kernel.type.shape[-1])]
        y = b("CONV_2D", *inputs, type=kind, **options)
    return as_before(b, y, rank)


def _image_type(kind: TensorType) -> TensorType:
    """(batch, T, C) → (batch, 1, T, C)"""
    shape = kind.shape
    return TensorType("float32", (shape[0], 1, *shape[1:]) if kind.rank == 3 else shape)


def _conv_3d(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None, options: dict[str, Any]) -> Tensor:
    """CONV_3D has no groups: one after another, and concatenated."""
    groups = node.op.groups  # type: ignore[attr-defined]
    kind = node.output.type.with_dtype("float32")
    if groups == 1:
        return b("CONV_3D", x, kernel, bias, type=kind, **options)
    assert kernel.constant is not None
    part = x.type.with_shape((*x.type.shape[:-1], kernel.type.shape[-2]))
    pieces = b.several("SPLIT", [b.ints(4, "axis"), x], [part] * groups, num_splits=groups)
    kernels = [b.weight(k, f"{kernel.name}:{i}") for i, k in enumerate(np.split(kernel.constant.array, groups, -1))]
    result = kind.with_shape((*kind.shape[:-1], kernels[0].type.shape[-1]))
    ys = [b("CONV_3D", p, k, type=result, **options) for p, k in zip(pieces, kernels, strict=True)]
    y = b("CONCATENATION", *ys, type=kind, axis=4)
    return y if bias is None else b.binary("ADD", y, bias)


def _conv_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    kernel = node.inputs[1]
    computed = kernel is None or not kernel.is_constant
    return "CONV_3D has no groups" if computed and op.groups > 1 and len(op.strides) == 3 else None


def _pool(name: str, value: float) -> Any:
    """value: what is padded with; where nothing is negative and no window is padding alone, zeros do for a maximum, which
    XNNPACK has."""

    def say(b: Builder, node: Node, x: Tensor) -> Tensor:
        op: Any = node.op
        if len(op.window) == 3:
            return _pool_3d(b, name, op, x)
        padding, pads = geometry(op, x.type.shape[1:-1], op.window)
        kind = _image_type(node.output.type)
        options = {"padding": padding, **_sides(op.strides, "stride_{}"), **_filter(op.window)}
        fill = 0 if pads is not None and is_non_negative(node.inputs[0]) and fits(pads, op) else value
        y = b(name, as_image(b, padded(b, x, pads, fill)), type=kind, **options)
        if pads is not None and name == "AVERAGE_POOL_2D":
            y = b.binary("MUL", y, b.constant(_share(op, x), "float32", "share"))
        return as_before(b, y, x.type.rank)

    return say


def _share(op: Any, x: Tensor) -> np.ndarray:
    """By how much a mean over padded zeros is too small: the window's size over the number of its elements inside x."""
    sizes = x.type.shape[1:-1]
    inside = op.reduced(np.ones((1, *sizes, 1), np.float32), np.add, 0)  # type: ignore[type-var]
    share: np.ndarray = np.prod(op.window, dtype=np.float32) / inside
    return share[:, None] if share.ndim == 3 else share


def _pool_3d(b: Builder, name: str, op: Any, x: Tensor) -> Tensor:
    """Over height and width, then over depth: a maximum and a mean of windows come apart along the axes."""
    batch, depth, height, width, channels = x.type.shape
    sizes = op.output_sizes(x.type, op.window)
    padding = SAME if op.padding == "same" else VALID
    slices = b.reshape(x, (None, height, width, channels))
    kind = x.type.with_shape((None if None in (batch, depth) else (batch or 0) * (depth or 0), sizes[1], sizes[2], channels))
    strides = _sides(op.strides[1:], "stride_{}")
    y = b(name, slices, type=kind, padding=padding, **strides, **_filter(op.window[1:]))
    columns = b.reshape(y, (batch, depth, sizes[1] * sizes[2], channels))
    kind = kind.with_shape((batch, sizes[0], sizes[1] * sizes[2], channels))
    strides = {"stride_h": op.strides[0], "stride_w": 1}
    y = b(name, columns, type=kind, padding=padding, **strides, filter_height=op.window[0], filter_width=1)
    return b.reshape(y, (batch, *sizes, channels))


def _filter(window: tuple[int, ...]) -> dict[str, int]:
    height, width = (1, *window) if len(window) == 1 else window
    return {"filter_height": height, "filter_width": width}


def _pool_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    x = node.inputs[0]
    if any(d != 1 for d in op.dilations):
        return "TFLite's pools have no dilations"
    if len(op.window) < 3:
        return None
    if op.padding not in ("same", "valid"):
        return "TFLite's pools have two dimensions"
    unknown = x is None or None in x.shape[2:]
    return "TFLite's pools have two dimensions, and a third needs known sizes" if unknown else None


def _average_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    x = node.inputs[0]
    apart = x is not None and op.padding not in ("same", "valid") and geometry(op, x.shape[1:-1], op.window)[1] is not None
    unknown = apart and x is not None and None in x.shape[1:-1]
    return "how many elements are inside can be told only for a known size" if unknown else _pool_accepts(node, options)


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(_conv, _conv_accepts, FLOAT),
    AveragePool: emission(_pool("AVERAGE_POOL_2D", 0), _average_accepts, FLOAT),
    MaxPool: emission(_pool("MAX_POOL_2D", LOWEST), _pool_accepts, FLOAT),
}
