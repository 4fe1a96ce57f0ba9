"""Model to Graph: the model is called once on symbolic values."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import UsageError
from .ir import Graph, TensorType, Value
from .ir.types import Shape
from .models.model import Model
from .ops.autocast import full_precision
from .tree import flatten, pack_like


def trace(model: Model, input_shapes: Mapping[str, Shape] | None = None) -> Graph:
    """The graph that `model` computes, with its weights as constants and its inputs and outputs in Keras's order.

    input_shapes fixes unknown sizes, by input name; a shape that contradicts the model is a UsageError.
    Mixed-precision layers are traced in full precision.
    """
    graph = Graph(model.name)
    fixed = dict(input_shapes or {})
    for name, tensor in zip(model.input_names, model.input_tensors, strict=True):
        shape = fixed.pop(name, tensor.shape)
        graph.add_input(name, TensorType(tensor.dtype, merge(name, tensor.shape, tuple(shape))))
    if fixed:
        raise UsageError(f"expected names of inputs: {model.input_names}. Received: input shapes for {sorted(fixed)}")
    with full_precision():
        outputs, _ = model.run(pack_like(model.inputs, list(graph.inputs)))
    values = [v if isinstance(v, Value) else graph.constant(v) for v in flatten(outputs)]
    graph.set_outputs(values, model.output_names)
    return graph


def merge(name: str, known: Shape, wanted: Shape) -> Shape:
    """The model's shape with unknown sizes taken from `wanted`."""
    if any(w is not None and w < 1 for w in wanted):
        raise UsageError(f"expected sizes of at least 1 for input '{name}'. Received: {wanted}")
    if len(known) != len(wanted) or any(k is not None and w is not None and k != w for k, w in zip(known, wanted, strict=True)):
        raise UsageError(f"expected a shape for input '{name}' that fits {known}. Received: {wanted}")
    return tuple(w if k is None else k for k, w in zip(known, wanted, strict=True))
