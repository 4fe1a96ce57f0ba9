"""Sizes that are known only at run time: what a tensor of sizes is made of, one by one."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir import Value
from ..ops.casting import Cast
from ..ops.shape import Concatenate, Dim, ExpandDims, Reshape


@dataclass(frozen=True)
class Size:
    """The size of dimension `axis` of a value."""

    value: Value
    axis: int


Entry = int | Size | Value
"""One size: known, that of a dimension, or a scalar that is computed."""


def entries(sizes: Value) -> list[Entry] | None:
    """The sizes that a tensor (rank,) holds, one by one; None if that can't be told."""
    if sizes.data is not None:
        return [int(v) for v in sizes.data]
    node = sizes.producer
    if node is None:
        return None
    if isinstance(node.op, Concatenate):
        parts = [entries(v) for v in node.inputs if v is not None]
        return None if None in parts else [entry for part in parts for entry in part or []]
    if isinstance(node.op, (Reshape, ExpandDims)) and node.inputs[0] is not None and node.inputs[0].type.rank == 0:
        return [_scalar(node.inputs[0])]
    if isinstance(node.op, Cast) and node.inputs[0] is not None:
        return entries(node.inputs[0])
    return [sizes] if sizes.shape == (1,) else None


def _scalar(value: Value) -> Entry:
    if value.data is not None:
        return int(value.data)
    node = value.producer
    if node is None or node.inputs[0] is None:
        return value
    if isinstance(node.op, Dim):
        return Size(node.inputs[0], node.op.axis)
    return _scalar(node.inputs[0]) if isinstance(node.op, Cast) else value
