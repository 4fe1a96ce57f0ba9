"""Pooling, in one dimension as in two with a height of 1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...ir import Node
from ...ir.types import Shape
from ...ops.op import Op
from ...ops.pool import AveragePool, MaxPool
from ..target import Emission, Options
from . import volume
from .builder import Builder
from .graphdef import Tensor
from .saying import FLOAT, emission
from .shape import padded

LEAST = float(np.finfo(np.float32).min)
"""Pads a maximum: -∞ can't be written into a shader."""


def _max_pool(b: Builder, node: Node, x: Tensor) -> Tensor:
    return _pool(b, node, "MaxPool", x, LEAST)


def _average_pool(b: Builder, node: Node, x: Tensor) -> Tensor:
    """What was padded before is counted: the mean is scaled by the share of the window that lies inside."""
    op: Any = node.op
    y = _pool(b, node, "AvgPool", x, 0.0)
    if not _pads(op):
        return y
    ones = np.ones((1, *node.inputs[0].shape[1:-1], 1), np.float32)  # type: ignore[union-attr]
    inside = replace(op, padding="valid").numpy(np.pad(ones, ((0, 0), *op.padding, (0, 0))))
    return b("Mul", y, b.constant(1 / inside, "float32", "share"))


def _pads(op: Any) -> bool:
    """Whether it has a padding that TF.js's pools don't have."""
    return not isinstance(op.padding, str) and any(map(any, op.padding))


def _pool(b: Builder, node: Node, name: str, x: Tensor, value: float) -> Tensor:
    op: Any = node.op
    shape: Shape = node.inputs[0].shape  # type: ignore[union-attr]
    padding = op.padding if isinstance(op.padding, str) else "valid"
    if _pads(op):
        pads = ((0, 0), *op.padding, (0, 0))
        x = padded(b, x, shape, pads, b.constant(value, "float32", "value"))
        shape = tuple(None if d is None else d + sum(pair) for d, pair in zip(shape, pads, strict=True))
    if len(op.window) == 3:
        return volume.pool(b, node, x, name, padding, shape)
    height = (1,) * (2 - len(op.window))
    x = b("ExpandDims", x, b.ints(1, "axis")) if height else x
    y = b(name, x, ksize=[1, *height, *op.window, 1], strides=[1, *height, *op.strides, 1], padding=padding.upper())
    return b("Squeeze", y, axis=[1]) if height else y


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if max(op.dilations) > 1:
        return "TF.js's pools have no dilations"
    unknown = None in node.inputs[0].shape[1:-1]  # type: ignore[union-attr]
    if isinstance(op, AveragePool) and _pads(op) and unknown:
        return "TF.js's AvgPool counts what is padded; to undo that sizes have to be known (--input-shape)"
    return None


EMISSIONS: dict[type[Op], Emission] = {
    AveragePool: emission(_average_pool, _accepts, FLOAT),
    MaxPool: emission(_max_pool, _accepts, FLOAT),
}
