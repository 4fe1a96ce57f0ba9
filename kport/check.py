"""What holds for every graph, after tracing and after every pass."""

from __future__ import annotations

import numpy as np

from .errors import GraphError, ShapeError
from .ir import Graph, TensorType, Value, dtype_name


def check(graph: Graph, after: str = "trace") -> None:
    """Raises GraphError unless values are defined once and before use, names are unique and types follow from the operations."""
    defined: set[Value] = set(graph.inputs)
    names = [v.name for v in graph.inputs]
    for node in graph.nodes:
        for value in node.inputs:
            if value is not None and not value.is_constant and value not in defined:
                raise GraphError(f"after {after}: {node!r} reads %{value.name} before it is defined")
            if value is not None and value.data is not None and value.type != type_of(value.data):
                raise GraphError(f"after {after}: {value!r} holds an array of {type_of(value.data)}")
        for value in node.outputs:
            if value in defined or value.producer is not node:
                raise GraphError(f"after {after}: %{value.name} is defined twice or by another node than {node!r}")
            defined.add(value)
            names.append(value.name)
        try:
            types = node.op.infer(*(None if v is None else v.type for v in node.inputs))
        except (ShapeError, TypeError, ValueError, IndexError) as error:
            raise GraphError(f"after {after}: {node!r} does not fit its inputs: {error}") from error
        expected = (types,) if isinstance(types, TensorType) else tuple(types)
        actual = tuple(v.type for v in node.outputs)
        if len(expected) != len(actual) or not all(map(_agrees, expected, actual)):
            raise GraphError(f"after {after}: {node!r} gives {expected}, but its outputs say {actual}")
    for value in graph.outputs:
        if not value.is_constant and value not in defined:
            raise GraphError(f"after {after}: output %{value.name} is not defined")
    if len(names) != len(set(names)):
        raise GraphError(f"after {after}: values share a name: {sorted({n for n in names if names.count(n) > 1})}")
    if len(graph.outputs) != len(graph.output_names) or len(graph.inputs) != len(graph.input_names):
        raise GraphError(f"after {after}: inputs and outputs don't match their names")


def type_of(array: np.ndarray) -> TensorType:
    return TensorType(dtype_name(array), array.shape)


def _agrees(inferred: TensorType, stated: TensorType) -> bool:
    """A stated type may know sizes that inference alone does not."""
    same_rank = inferred.dtype == stated.dtype and inferred.rank == stated.rank
    return same_rank and all(i is None or s is None or i == s for i, s in zip(inferred.shape, stated.shape, strict=True))
