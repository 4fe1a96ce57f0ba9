"""Takes apart what was made one axis with the batch.

    (a, b, *rest) → Reshape (a · b, *rest) → operations → Reshape (a, b, *rest')
    becomes operations on (a, b, *rest)

For targets that compute every sample by itself, and can't make several of one: TimeDistributed layers, and what recurrent
layers compute at all times at once, are said so. A convolution or pooling gets one more axis, along which its window is 1.
Where an operation has no form with one more axis it is applied to every part along the axis whose size is known, and the
results are joined; where it goes along the axis that is two, they are made one again before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value, scope
from ...ir.types import Shape
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.extend import Pad
from ...ops.gathering import Take
from ...ops.image import Resize
from ...ops.indexing import Slice
from ...ops.linear import Linear
from ...ops.norm import BatchNorm, GroupNorm, OverAxes
from ...ops.op import Elementwise, Op
from ...ops.pool import Pool
from ...ops.rearrange import stack, unstack
from ...ops.recurrent import Recurrent
from ...ops.reduce import Reduce
from ...ops.shape import Concatenate, ExpandDims, Reshape, Split, Squeeze, Transpose
from ...ops.shapes import CHANNELS_LAST
from ...ops.softmax import AlongAxis
from .rewrite import Rewriter

MOST_PARTS = 64
"""Of a sequence whose every part is computed by itself."""
MOST_SPATIAL = 3
"""Axes that a window slides along, at most."""


def unfold(graph: Graph) -> tuple[Graph, int]:
    return _Unfolder(graph).run()


class _Unfolder:
    def __init__(self, graph: Graph):
        self.old = graph
        self.rewriter = Rewriter(graph)
        self.apart: dict[Value, Value] = {}
        """Values of the old graph with two axes in one → the new graph's with the two."""

    def run(self) -> tuple[Graph, int]:
        for node in self.old.nodes:
            with scope(node.layer):
                if not self.begins(node) and not self.continues(node):
                    self.rewriter.keep(node, [self.get(v) for v in node.inputs])
        for value in self.old.outputs:
            self.get(value)
        return self.rewriter.finish()

    def get(self, value: Value | None) -> Value | None:
        """The new graph's value, its two axes one again if they were taken apart."""
        if value is not None and value in self.apart and value not in self.rewriter.values:
            self.rewriter.values[value] = Reshape(shape=_static((None, *value.shape[1:])))(self.apart[value])
        return self.rewriter.get(value)

    def begins(self, node: Node) -> bool:
        """Whether a Reshape makes the first two axes one: then nothing is said yet."""
        x = node.inputs[0] if node.inputs else None
        if not isinstance(node.op, Reshape) or x is None or x.is_constant or x in self.apart:
            return False
        lead, rest, kept = x.shape[:2], x.shape[2:], node.output.shape[1:]
        if x.type.rank < 2 or None in (*rest, *kept) or lead.count(None) > 1 or _elements(rest) != _elements(kept):
            return False
        if lead[1] == 1 or node.output.shape[0] not in (None, _elements(lead)):
            return False
        found = self.rewriter.get(x)
        assert found is not None
        self.apart[node.output] = found if rest == kept else Reshape(shape=_static((*lead, *kept)))(found)
        return True

    def continues(self, node: Node) -> bool:
        """Says a node with the two axes apart, if its inputs are so and it can be."""
        apart = [self.apart[v] for v in node.inputs if v is not None and v in self.apart]
        if not apart or len({v.shape[:2] for v in apart}) > 1:
            return False
        if isinstance(node.op, Reshape):
            return self.reshapes(node, apart[0])
        rule = next((rule for op, rule in RULES.items() if isinstance(node.op, op)), None)
        inputs = [None if v is None else self.apart.get(v) if v in self.apart else self.constant(v) for v in node.inputs]
        if any(new is None for new, old in zip(inputs, node.inputs, strict=True) if old is not None):
            return False
        found = None if rule is None else rule(node, inputs)
        if found is None:
            return False
        outputs = found if isinstance(found, (tuple, list)) else [found]
        self.apart.update(zip(node.outputs, outputs, strict=True))
        self.rewriter.changes += 1
        return True

    def constant(self, value: Value) -> Value | None:
        return self.rewriter.get(value) if value.is_constant else None

    def reshapes(self, node: Node, x: Value) -> bool:
        """A Reshape of the other axes, or one that takes the two apart again."""
        y = node.output
        lead, rest = x.shape[:2], x.shape[2:]
        if y.shape[:2] == lead and _elements(y.shape[2:]) == _elements(rest):
            self.rewriter.values[y] = x if y.shape == x.shape else Reshape(shape=_static(y.shape))(x)
            self.rewriter.changes += 1
            return True
        if None not in y.shape[1:] and _elements(y.shape[1:]) == _elements(rest):
            self.apart[y] = Reshape(shape=_static((*lead, *y.shape[1:])))(x)
            return True
        return False


def _static(shape: Shape) -> tuple[int, ...]:
    return tuple(-1 if d is None else d for d in shape)


def _elements(shape: Shape) -> int:
    return math.prod(-1 if d is None else d for d in shape)


Rule = Callable[[Node, Sequence[Any]], Any]
"""(node, its inputs with the two axes apart) → its outputs, or None."""


def _each(node: Node, inputs: Sequence[Any]) -> Any:
    """Of each element. A constant with as many axes as the data mustn't differ along the first."""
    rank = node.outputs[0].type.rank
    operands = []
    for x in inputs:
        if x is not None and x.is_constant and x.type.rank == rank:
            if x.shape[0] != 1:
                return None
            x = np.asarray(x.data[0])
        operands.append(x)
    return node.op(*operands)  # type: ignore[operator]


def _same(node: Node, inputs: Sequence[Any]) -> Any:
    return node.op(*inputs)  # type: ignore[operator]


def _by_parts(node: Node, inputs: Sequence[Any]) -> Any:
    """Every part by itself, if they are few."""
    lead = next(v.shape[:2] for v in inputs if v is not None and not v.is_constant)
    axis = 0 if lead[0] is not None and (lead[1] is None or lead[0] > 1) else 1
    size = lead[axis]
    if size is None or size > MOST_PARTS or not isinstance(node.op, Op):
        return None
    pieces = [[v] * size if v is None or v.is_constant else unstack(v, axis=axis) for v in inputs]
    results = [node.op(*parts) for parts in zip(*pieces, strict=True)]
    if not isinstance(results[0], tuple):
        return stack(results, axis)
    return [stack(parts, axis) for parts in zip(*results, strict=True)]


def _windowed(node: Node, inputs: Sequence[Any]) -> Any:
    op: Any = node.op
    if (
        op.data_format != CHANNELS_LAST
        or len(op.strides) >= MOST_SPATIAL
        or any(v is not None and v.data is None for v in inputs[1:])
    ):
        return _by_parts(node, inputs)
    wider: dict[str, Any] = {
        "strides": (1, *op.strides),
        "dilations": (1, *op.dilations),
        "padding": op.padding if isinstance(op.padding, str) else ((0, 0), *op.padding),
    }
    if isinstance(op, Pool):
        return replace(op, window=(1, *op.window), **wider)(*inputs)
    x, kernel, *bias = inputs
    return replace(op, **wider)(x, kernel.data[None], *(bias or [None]))


def _axis(node: Node, inputs: Sequence[Any]) -> Any:
    op: Any = node.op
    return None if op.axis == 0 else replace(op, axis=op.axis + 1)(*inputs)


def _axes(node: Node, inputs: Sequence[Any]) -> Any:
    op: Any = node.op
    return None if 0 in op.axes else replace(op, axes=tuple(a + 1 for a in op.axes))(*inputs)


def _transposed(node: Node, inputs: Sequence[Any]) -> Any:
    op: Any = node.op
    return Transpose(permutation=(0, *(p + 1 for p in op.permutation)))(*inputs) if op.permutation[0] == 0 else None


def _sliced(node: Node, inputs: Sequence[Any]) -> Any:
    op: Any = node.op
    if op.slices()[0] != slice(None, None, 1):
        return None
    return Slice(begin=(None, *op.begin), end=(None, *op.end), step=(1, *op.step))(*inputs)


def _padded(node: Node, inputs: Sequence[Any]) -> Any:
    op: Any = node.op
    return None if op.padding[0] != (0, 0) else replace(op, padding=((0, 0), *op.padding))(*inputs)


def _taken(node: Node, inputs: Sequence[Any]) -> Any:
    """Rows of a table, or places along an axis."""
    op: Any = node.op
    x, indices = inputs
    if x.is_constant:
        return op(x, indices)
    return _axis(node, inputs)


RULES: dict[type[Op], Rule] = {
    Elementwise: _each,
    Linear: _same,
    Conv: _windowed,
    Pool: _windowed,
    AlongAxis: _axis,
    BatchNorm: _axis,
    Concatenate: _axis,
    Split: _axis,
    OverAxes: _axes,
    Reduce: _axes,
    ExpandDims: _axes,
    Squeeze: _axes,
    Transpose: _transposed,
    Take: _taken,
    Slice: _sliced,
    Pad: _padded,
    ConvTranspose: _by_parts,
    GroupNorm: _by_parts,
    Recurrent: _by_parts,
    Resize: _by_parts,
}
