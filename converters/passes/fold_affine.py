"""Folds what scales and shifts each channel into the convolution or dense layer before or after it.

Such are BatchNorm, and sums and products with constants (see `affine`): y = x · s + o per channel.

After a linear operation y = W x + b:      W' = W · s (per output channel),  b' = b · s + o
Before one (x' = x · s + o, y = W x' + b): W' = W · s (per input channel),   b' = b + Σ W · o over window and input channels

A fold is refused where it would change another result or make the file larger: the inner value has other readers or is
an output of the model, the kernel is shared with another node or is no constant. Before a convolution it is refused
unless nothing is padded, because the padded zeros would have to become o, or unless o = 0. Before either it is refused
where o is large: Σ W · o would cancel digits that x · s + o, computed first, doesn't lose.
Scale and offset are computed in float64; a kernel is multiplied in its own dtype.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.linear import Linear
from ...ops.shapes import CHANNELS_LAST
from .affine import Affine, affine
from .rewrite import Rewriter

LARGE = 32.0
"""An offset that costs five of the 24 bits of a float32."""


def fold_affine(graph: Graph, furthest: float = np.inf) -> tuple[Graph, int]:
    """Folds whatever has a linear operation on either side, and then what this leaves beside one.

    furthest: a scale before a linear operation that is larger, or smaller than 1 / furthest, stays: in half precision
    a kernel would lose digits that the data has.
    """
    total = 0
    while True:
        graph, changes = _Folder(graph, furthest).run()
        total += changes
        if not changes:
            return graph, total


class _Folder:
    def __init__(self, graph: Graph, furthest: float):
        self.old = graph
        self.furthest = furthest
        self.rewriter = Rewriter(graph)
        self.uses = graph.uses()
        self.kernels = Counter(v for node in graph.nodes for v in node.inputs if v is not None and v.is_constant)
        self.outputs = set(graph.outputs)
        self.affine: dict[Node, Affine] = {node: found for node in graph.nodes if (found := affine(node)) is not None}
        self.after = {norm: linear for norm in self.affine if (linear := self.linear_before(norm)) is not None}
        self.taken = set(self.after.values())
        self.before = {linear: norm for linear in graph.nodes if (norm := self.norm_before(linear)) is not None}

    def run(self) -> tuple[Graph, int]:
        done = set(self.after.values()) | set(self.before.values())
        for node in self.old.nodes:
            if node in self.after:
                self.fold_after(self.after[node], node)
            elif node in self.before and node not in self.taken:
                self.fold_before(node, self.before[node])
            elif node not in done:
                self.rewriter.keep(node, [self.rewriter.get(v) for v in node.inputs])
        return self.rewriter.finish()

    def linear_before(self, norm: Node) -> Node | None:
        """The foldable linear operation whose only reader is this node."""
        node = self.affine[norm].x.producer
        return node if node is not None and self.is_foldable(node) and self.only_reader(node, norm) else None

    def norm_before(self, node: Node) -> Node | None:
        """What scales and shifts the data of this foldable linear operation, and is read by nothing else."""
        x = node.inputs[0] if node.inputs else None
        norm = x.producer if x is not None else None
        if norm is None or norm in self.after or node in self.taken or not self.is_foldable(node):
            return None
        if norm not in self.affine or not self.only_reader(norm, node):
            return None
        offset, size = self.affine[norm].offset, np.abs(self.affine[norm].scale)
        if ((size > self.furthest) | (size < 1 / self.furthest)).any():
            return None
        if not offset.any():
            return norm
        if isinstance(node.op, ConvTranspose):
            return None  # its border sees only part of the kernel, so the offset is not the same everywhere
        padded = isinstance(node.op, Conv) and node.op.padding != "valid"
        return None if padded or np.abs(offset).max() > LARGE else norm

    def is_foldable(self, node: Node) -> bool:
        if not isinstance(node.op, (Conv, ConvTranspose, Linear)) or len(node.inputs) < 2:
            return False
        if getattr(node.op, "data_format", CHANNELS_LAST) != CHANNELS_LAST:
            return False
        kernel, bias = node.inputs[1], node.inputs[2] if len(node.inputs) > 2 else None
        own = kernel is not None and kernel.is_constant and self.kernels[kernel] == 1
        return own and (bias is None or bias.is_constant)

    def only_reader(self, node: Node, reader: Node) -> bool:
        return self.uses.get(node.output, []) == [reader] and node.output not in self.outputs

    def fold_after(self, node: Node, norm: Node) -> None:
        parts = self.affine[norm]
        kernel = _required(node.inputs[1]).data
        bias = _array(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] is not None else 0.0
        scale = _along_outputs(node, parts.scale).astype(kernel.dtype)
        self.append(node, kernel * scale, bias * parts.scale + parts.offset, norm)

    def fold_before(self, node: Node, norm: Node) -> None:
        parts = self.affine[norm]
        kernel = _required(node.inputs[1]).data
        scale, offset = (_along_inputs(node, kernel, v) for v in (parts.scale, parts.offset))
        shift = (kernel * offset).sum(axis=tuple(range(kernel.ndim - 1))) if offset.any() else 0.0
        bias = _array(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] is not None else 0.0
        self.append(node, kernel * scale.astype(kernel.dtype), bias + shift, node, parts.x)

    def append(self, node: Node, kernel: np.ndarray, bias: Any, result: Node, x: Value | None = None) -> None:
        """Records `node` with other weights; its output is that of `result`."""
        old_kernel, old_x = _required(node.inputs[1]), node.inputs[0] if x is None else x
        dtype = old_kernel.dtype
        full_bias = np.broadcast_to(bias, (_required(result.output.shape[-1]),))
        inputs = [
            self.rewriter.get(old_x),
            self.rewriter.new.constant(kernel.astype(dtype, copy=False), f"{old_kernel.name}:folded"),
            self.rewriter.new.constant(full_bias.astype(dtype), f"{old_kernel.name}:bias:folded"),
        ]
        types = tuple(v.type for v in result.outputs)
        outputs = self.rewriter.new.append(node.op, inputs, types, node.layer, [result.output.name])
        self.rewriter.values[result.output] = outputs[0]
        self.rewriter.changes += 1


def _along_outputs(node: Node, values: np.ndarray) -> np.ndarray:
    """A value for each output channel, shaped to multiply the kernel."""
    if isinstance(node.op, ConvTranspose):  # (*window, C_out, C_in)
        return values.reshape(-1, 1)
    return values


def _along_inputs(node: Node, kernel: np.ndarray, values: np.ndarray) -> np.ndarray:
    """A value for each input channel, shaped to multiply the kernel (..., C_in / groups, C_out)."""
    if isinstance(node.op, ConvTranspose):  # (*window, C_out, C_in)
        return values
    groups = node.op.groups if isinstance(node.op, Conv) else 1
    per_group = kernel.shape[-1] // groups
    return np.repeat(values.reshape(groups, -1).T, per_group, axis=1)


def _array(value: Value | None) -> np.ndarray:
    data = _required(value).data
    return _required(data).astype(np.float64)


def _required(x: Any) -> Any:
    assert x is not None
    return x
