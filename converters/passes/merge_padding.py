"""A Pad of zeros before a convolution or a maximum over non-negative values becomes the operation's own padding.

Conv(Pad(x)) = Conv(x) with the pads added: a convolution pads with zeros.
MaxPool(Pad(x)) = MaxPool(x) with the pads added, if x ≥ 0 (it comes from a ReLU or the like): a pool pads with -∞, and a
window that has any real element is then at least 0. So it is refused where a window may lie in the padding alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...ir import Graph, Node, Value
from ...ops import activation, elementwise
from ...ops.bounds import Clip
from ...ops.conv import Conv
from ...ops.extend import Pad
from ...ops.pool import MaxPool
from ...ops.shapes import CHANNELS_LAST
from ...ops.softmax import Softmax
from .rewrite import rewrite

NON_NEGATIVE = (
    activation.Relu,
    activation.Sigmoid,
    Softmax,
    elementwise.Exp,
    elementwise.Square,
    elementwise.Absolute,
)


def merge_padding(graph: Graph) -> tuple[Graph, int]:
    """Merges every Pad into its reader; a Pad with other readers stays for them."""

    def rule(node: Node, inputs: list[Value | None]) -> Any:
        op = node.op
        if not isinstance(op, (Conv, MaxPool)) or op.padding == "same" or op.data_format != CHANNELS_LAST:
            return None
        x = inputs[0]
        pad = x.producer if x is not None else None
        if pad is None or not isinstance(pad.op, Pad) or pad.op.mode != "constant" or pad.op.value != 0:
            return None
        if any(pad.op.padding[0]) or any(pad.op.padding[-1]) or min(min(p) for p in pad.op.padding) < 0:
            return None
        pads = pad.op.padding[1:-1]
        own = op.padding if not isinstance(op.padding, str) else ((0, 0),) * len(pads)
        merged = tuple((a + c, b + d) for (a, b), (c, d) in zip(own, pads, strict=True))
        if isinstance(op, MaxPool) and not (is_non_negative(pad.inputs[0]) and fits(merged, op)):
            return None
        return replace(op, padding=merged)(pad.inputs[0], *inputs[1:])

    return rewrite(graph, rule)


def is_non_negative(value: Value | None) -> bool:
    node = value.producer if value is not None else None
    if node is None:
        return False
    if isinstance(node.op, Clip):
        return node.op.low is not None and node.op.low >= 0
    return isinstance(node.op, NON_NEGATIVE)


def fits(pads: tuple[tuple[int, int], ...], pool: MaxPool) -> bool:
    """Whether every window has an element of x: its taps are neighbours, and more than there is padding on a side."""
    within = all(before < size and after < size for (before, after), size in zip(pads, pool.window, strict=True))
    return within and all(d == 1 for d in pool.dilations)
