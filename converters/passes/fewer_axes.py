"""Repeats elements by their places, where a target has too few axes for the usual way.

ops.repeat says Reshape(Tile(ExpandDims(x, a + 1), n copies along it)), which needs one axis more than x has. The same is
Take(x, [0, ..., 0, 1, ..., 1, ...], a): element i comes from place ⌊i / n⌋.
It refuses what isn't such a chain for certain, and where x with an axis more has no more than `most` axes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...ops.creation import arange
from ...ops.extend import Tile
from ...ops.gathering import take
from ...ops.rounding import floor_divide
from ...ops.shape import ExpandDims, Reshape, shape
from ..sizes import Size, entries
from .rewrite import rewrite


def fewer_axes(graph: Graph, most: int) -> tuple[Graph, int]:
    """Every repetition that would need more than `most` axes is said by places."""

    def rule(node: Node, inputs: list[Value | None]) -> Any:
        wide = inputs[0] if isinstance(node.op, Reshape) else None
        if wide is None or wide.type.rank <= most:
            return None
        tile = wide.producer
        repeats = tile.op.repeats if tile is not None and isinstance(tile.op, Tile) else (1,) * wide.type.rank
        expand = _producer(tile.inputs[0]) if tile is not None and isinstance(tile.op, Tile) else tile
        if expand is None or not isinstance(expand.op, ExpandDims):
            return None
        (axis, *others), x = expand.op.axes, expand.inputs[0]
        count = repeats[axis]
        alone = all(r == 1 for a, r in enumerate(repeats) if a != axis)
        if others or axis == 0 or not alone or x is None or not _merges(node, inputs, x, axis - 1, count):
            return None
        return take(x, _places(x, axis - 1, count), axis - 1) if count != 1 else x

    return rewrite(graph, rule)


def _producer(value: Value | None) -> Node | None:
    return value.producer if value is not None else None


def _merges(node: Node, inputs: list[Value | None], x: Value, axis: int, count: int) -> bool:
    """Whether the Reshape's shape is x's, but for `axis`, which is `count` times as large."""
    wanted = node.output.shape
    if len(wanted) != x.type.rank:
        return False
    sizes = inputs[1] if len(inputs) > 1 else None
    parts = entries(sizes) if sizes is not None else None
    for a, (size, new) in enumerate(zip(x.shape, wanted, strict=True)):
        if size is not None:
            if new != size * (count if a == axis else 1):
                return False
        elif a != axis and not (parts is not None and parts[a] == Size(x, a)) and wanted.count(None) > 1:
            return False
    return True


def _places(x: Value, axis: int, count: int) -> Any:
    """int32 (size · count,): where each element comes from."""
    size = x.shape[axis]
    if size is not None:
        return np.repeat(np.arange(size, dtype=np.int32), count)
    return floor_divide(arange(shape(x)[axis] * count), count)
