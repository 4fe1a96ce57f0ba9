"""Moves what a model does with channels first to channels last, for targets that know no other order.

A layer with channels first transposes to channels last and back. Between two of them stand operations that can work in
any order (`Op.permuted`): they are moved, the transposes on both sides cancel, and what scales each channel stands right
behind its convolution, where it can be folded. This is `layout` with the two orders exchanged.
"""

from __future__ import annotations

from ...ir import Graph, Value
from ...ops.op import Op
from ...ops.shape import Transpose
from ...ops.shapes import CHANNELS_LAST, to_channels_first, to_channels_last
from .layout import Layout

SUFFIX = ":nhwc"
"""Ends the name of a value that holds the numbers of the name before it, with channels last."""


class _ChannelsLast(Layout):
    forward = staticmethod(to_channels_last)
    backward = staticmethod(to_channels_first)
    suffix = SUFFIX

    def drops_ones(self, x: Value, y: Value) -> bool:
        return all(d == 1 for d in x.shape[2:]) and y.type.rank >= 1

    def permuted(self, op: Op, rank: int) -> tuple[Op, tuple[int, ...] | None] | None:
        """With one spatial axis both ways are one permutation: a convolution would take it for channels first."""
        moved = super().permuted(op, rank)
        first = moved is not None and getattr(moved[0], "data_format", CHANNELS_LAST) != CHANNELS_LAST
        return None if first else moved


def channels_last(graph: Graph) -> tuple[Graph, int]:
    """The graph with as much as possible in channels-last order; the number of nodes that were moved."""
    if not any(isinstance(n.op, Transpose) and _is_back(n.op.permutation) for n in graph.nodes):
        return graph, 0
    moved, changes = _ChannelsLast(graph, frozenset()).run()
    return (moved, changes) if changes else (graph, 0)


def _is_back(permutation: tuple[int, ...]) -> bool:
    return len(permutation) > 2 and permutation == to_channels_first(len(permutation))
