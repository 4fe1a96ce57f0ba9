"""Normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ir.types import Shape
from ...ops.norm import BatchNorm, LayerNorm, RmsNorm
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .saying import FLOAT, emission
from .tensor import Tensor


def _batch_norm(b: Builder, node: Node, x: Tensor, *parts: Tensor | None) -> Tensor:
    """(x - center) · scale; where a scale is 0, x · scale + offset."""
    op: Any = node.op
    arrays = [None if p is None or p.constant is None else p.constant.array.astype(np.float64) for p in (*parts, None, None)[:4]]
    scale, offset = op.scale_and_offset(*arrays)
    offset = np.broadcast_to(offset, scale.shape)
    if (scale == 0).any():
        return b.binary("ADD", b.binary("MUL", x, _column(b, x, op.axis, scale)), _column(b, x, op.axis, offset))
    return b.binary("MUL", b.binary("SUB", x, _column(b, x, op.axis, -offset / scale)), _column(b, x, op.axis, scale))


def _column(b: Builder, x: Tensor, axis: int, values: np.ndarray) -> Tensor:
    """One number for each channel, in a shape that broadcasts."""
    return b.constant(values.reshape(-1, *(1,) * (x.type.rank - 1 - axis)), "float32", "channels")


def _constant_statistics(node: Node, options: Options) -> str | None:
    known = all(v is None or v.is_constant for v in node.inputs[1:])
    return None if known else "statistics that aren't constant need more than one operator"


def _layer_norm(b: Builder, node: Node, x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None) -> Tensor:
    op: Any = node.op
    mean = _mean(b, x, op.axes)
    centred = b.binary("SUB", x, mean)
    y = b.binary("MUL", centred, _inverse_root(b, b("SQUARE", centred, type=x.type), op))
    y = y if gamma is None else b.binary("MUL", y, _along(b, x, gamma, op.axes))
    return y if beta is None else b.binary("ADD", y, _along(b, x, beta, op.axes))


def _rms_norm(b: Builder, node: Node, x: Tensor, scale: Tensor | None = None) -> Tensor:
    op: Any = node.op
    y = b.binary("MUL", x, _inverse_root(b, b("SQUARE", x, type=x.type), op))
    return y if scale is None else b.binary("MUL", y, _along(b, x, scale, op.axes))


def _inverse_root(b: Builder, squares: Tensor, op: Any) -> Tensor:
    """1 / √(mean + epsilon)"""
    variance = b.binary("ADD", _mean(b, squares, op.axes), b.constant(op.epsilon, "float32", "epsilon"))
    return b("RSQRT", variance, type=variance.type)


def _mean(b: Builder, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    kept: Shape = tuple(1 if i in axes else d for i, d in enumerate(x.type.shape))
    return b("MEAN", x, b.ints(axes, "axes"), type=x.type.with_shape(kept), keep_dims=True)


def _along(b: Builder, x: Tensor, weight: Tensor, axes: tuple[int, ...]) -> Tensor:
    """A weight with a size for each of `axes`, in a shape that broadcasts."""
    sizes = dict(zip(axes, weight.type.shape, strict=True))
    return b.reshape(weight, tuple(sizes.get(a, 1) for a in range(min(axes), x.type.rank)))


EMISSIONS: dict[type[Op], Emission] = {
    BatchNorm: emission(_batch_norm, _constant_statistics, FLOAT),
    LayerNorm: emission(_layer_norm, types=FLOAT),
    RmsNorm: emission(_rms_norm, types=FLOAT),
}
