"""The layout of images where they enter and leave an artifact, if it is asked to differ from the Keras model's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import UsageError
from ..ir import Graph, TensorType, Value
from ..ir.types import Shape
from ..ops.shape import Transpose
from ..ops.shapes import permute, to_channels_first, to_channels_last
from .passes.rewrite import Rewriter
from .preprocessing import Program

Permutation = tuple[int, ...] | None
IMAGE_RANK = 4


@dataclass(frozen=True)
class Border:
    """How the artifact's inputs and outputs are transposed from those of the Keras model; None: not at all. What a program
    does before the artifact comes first."""

    inputs: tuple[Permutation, ...]
    outputs: tuple[Permutation, ...]
    program: Program | None = None

    @classmethod
    def none(cls, graph: Graph) -> Border:
        return cls((None,) * len(graph.inputs), (None,) * len(graph.outputs))

    def inputs_from_keras(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        given = arrays if self.program is None else self.program.compute(arrays)
        return [_apply(p, a) for p, a in zip(self.inputs, given, strict=True)]

    def shapes_to_keras(self, shapes: Sequence[Shape] | None) -> list[Shape] | None:
        """The inputs' shapes as the Keras model has them; None if they aren't known."""
        if shapes is None or len(shapes) != len(self.inputs) or self.program is not None:
            return None
        return [tuple(s) if p is None else permute(s, _required(_inverse(p))) for p, s in zip(self.inputs, shapes, strict=True)]

    def outputs_from_keras(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        return [_apply(p, a) for p, a in zip(self.outputs, arrays, strict=True)]

    def outputs_to_keras(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        return [_apply(_inverse(p), a) for p, a in zip(self.outputs, arrays, strict=True)]


def _apply(permutation: Permutation, array: np.ndarray) -> np.ndarray:
    return array if permutation is None else np.ascontiguousarray(array.transpose(permutation))


def _inverse(permutation: Permutation) -> Permutation:
    return None if permutation is None else tuple(int(i) for i in np.argsort(permutation))


def ask_layout(graph: Graph, layout: str | None) -> tuple[Graph, Border]:
    """The graph with image inputs and outputs (rank 4) in `layout`: "nhwc", "nchw", or None for the model's own."""
    if layout is None:
        return graph, Border.none(graph)
    if layout not in ("nhwc", "nchw"):
        raise UsageError(f"expected --input-layout nhwc or nchw. Received: {layout}")
    wanted_first = layout == "nchw"
    uses = graph.uses()
    inputs: list[Permutation] = []
    rewriter = Rewriter(graph)
    for value in graph.inputs:
        is_first = any(_is_transpose(node.op, to_channels_last(IMAGE_RANK)) for node in uses.get(value, []))
        inputs.append(_change(value, is_first, wanted_first))
        new = rewriter.values[value]
        permutation = inputs[-1]
        if permutation is not None:
            new.type = TensorType(value.dtype, permute(value.shape, permutation))
            name, new.name = new.name, f"{new.name}:border"  # the layout pass has its own name for such a value
            inner: Value = Transpose(permutation=_required(_inverse(permutation)))(new)
            inner.name = name
            rewriter.values[value] = inner
    for node in graph.nodes:
        rewriter.keep(node, [rewriter.get(v) for v in node.inputs])
    bordered, _ = rewriter.finish()
    outputs: list[Permutation] = []
    for i, value in enumerate(bordered.outputs):
        is_first = value.producer is not None and _is_transpose(value.producer.op, to_channels_first(IMAGE_RANK))
        outputs.append(_change(value, is_first, wanted_first))
        permutation = outputs[-1]
        if permutation is not None:
            bordered.outputs[i] = Transpose(permutation=permutation)(value)
    return bordered, Border(tuple(inputs), tuple(outputs))


def _is_transpose(op: object, permutation: tuple[int, ...]) -> bool:
    return isinstance(op, Transpose) and op.permutation == permutation


def _change(value: Value, is_first: bool, wanted_first: bool) -> Permutation:
    if value.type.rank != IMAGE_RANK or is_first == wanted_first:
        return None
    return to_channels_first(IMAGE_RANK) if wanted_first else to_channels_last(IMAGE_RANK)


def _required(permutation: Permutation) -> tuple[int, ...]:
    assert permutation is not None
    return permutation
