"""Normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node, Value
from ...ops.norm import BatchNorm, GroupNorm, L2Normalize, LayerNorm, RmsNorm
from ...ops.op import Op
from ...ops.promotion import numpy_dtype
from ..sizes import Size
from ..target import Emission
from .builder import Builder
from .opset import since
from .reduce import reduce
from .saying import FLOATS, SINGLES, emission
from .sizes import as_tensor


def _batch_norm(b: Builder, node: Node, x: str, mean: str, variance: str, gamma: str = "", beta: str = "") -> str:
    op: Any = node.op
    size = node.inputs[1].shape  # type: ignore[union-attr]
    gamma = gamma or _filled(b, node, 1, size)
    beta = beta or _filled(b, node, 0, size)
    order = _with_channels_second(node.output.type.rank, op.axis)
    y = b("BatchNormalization", b.transpose(x, order), gamma, beta, mean, variance, epsilon=op.epsilon)
    return b.transpose(y, _inverse(order))


def _layer_norm(b: Builder, node: Node, x: str, gamma: str = "", beta: str = "") -> str:
    op: Any = node.op
    order, axis = _with_axes_last(node.output.type.rank, op.axes)
    gamma = gamma or _filled(b, node, 1, tuple(node.output.shape[a] for a in op.axes))
    y = b("LayerNormalization", b.transpose(x, order), gamma, beta, axis=axis, epsilon=op.epsilon)
    return b.transpose(y, _inverse(order))


def _rms_norm(b: Builder, node: Node, x: str, scale: str = "") -> str:
    op: Any = node.op
    order, axis = _with_axes_last(node.output.type.rank, op.axes)
    scale = scale or _filled(b, node, 1, tuple(node.output.shape[a] for a in op.axes))
    y = b("RMSNormalization", b.transpose(x, order), scale, axis=axis, epsilon=op.epsilon)
    return b.transpose(y, _inverse(order))


def _l2_normalize(b: Builder, node: Node, x: str) -> str:
    """LpNormalization has no epsilon."""
    op: Any = node.op
    size = reduce(b, "ReduceL2", x, op.axes, keepdims=True)
    return str(b("Div", x, b("Max", size, b.constant(op.epsilon, node.output.dtype, "epsilon"))))


def _group_norm(b: Builder, node: Node, x: str, gamma: str = "", beta: str = "") -> str:
    """Each group as one channel of an instance normalisation, which every opset has."""
    op: Any = node.op
    value: Value = node.inputs[0]  # type: ignore[assignment]
    order = _with_channels_second(value.type.rank, op.axis)
    channels = value.shape[op.axis]
    moved = b.transpose(x, order)
    gamma, beta = gamma or _filled(b, node, 1, (channels,)), beta or _filled(b, node, 0, (channels,))
    if op.groups == channels and value.type.rank > 2:
        return b.transpose(b("InstanceNormalization", moved, gamma, beta, epsilon=op.epsilon), _inverse(order))
    grouped = b("Reshape", moved, b.ints([0, op.groups, -1], "groups"))
    ones, zeros = _filled(b, node, 1, (op.groups,)), _filled(b, node, 0, (op.groups,))
    y = b("InstanceNormalization", grouped, ones, zeros, epsilon=op.epsilon)
    sizes = [value.shape[p] for p in order]
    if sizes[1:].count(None) <= 1:
        shape = b.ints([0, *(-1 if d is None else d for d in sizes[1:])], "shape")
    else:
        shape = as_tensor(b, value, [Size(value, p) if d is None else d for p, d in zip(order, sizes, strict=True)])
    y = b("Reshape", y, shape)
    ones_after = list(range(1, value.type.rank - 1))
    y = b("Add", b("Mul", y, _column(b, gamma, ones_after)), _column(b, beta, ones_after))
    return b.transpose(y, _inverse(order))


def _column(b: Builder, weight: str, axes: list[int]) -> str:
    """(C,) as (C, 1, ...), so that it broadcasts along the channels."""
    if not axes:
        return weight
    return b.derived(weight, "column", lambda a: a.reshape(-1, *(1,) * len(axes))) or b.unsqueeze(weight, axes)


def _filled(b: Builder, node: Node, value: float, shape: tuple[int | None, ...]) -> str:
    return b.constant(np.full(shape, value, numpy_dtype(node.output.dtype)), node.output.dtype, "ones" if value else "zeros")


def _with_channels_second(rank: int, axis: int) -> list[int]:
    return [0, axis, *(a for a in range(1, rank) if a != axis)] if rank > 1 else [0]


def _with_axes_last(rank: int, axes: tuple[int, ...]) -> tuple[list[int], int]:
    """The order of axes, and the first of those that are normalised in it."""
    return [*(a for a in range(rank) if a not in axes), *axes], rank - len(axes)


def _inverse(order: list[int]) -> list[int]:
    return [order.index(i) for i in range(len(order))]


EMISSIONS: dict[type[Op], Emission] = {
    BatchNorm: emission(_batch_norm, types=FLOATS),
    GroupNorm: emission(_group_norm, types=SINGLES),
    L2Normalize: emission(_l2_normalize, types=FLOATS),
    LayerNorm: emission(_layer_norm, since(17), FLOATS),
    RmsNorm: emission(_rms_norm, since(23), FLOATS),
}
