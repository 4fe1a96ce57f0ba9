"""The reference: a Graph run in NumPy, node by node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .errors import LayerError, UsageError
from .ir import Graph, Node, Value


def interpret(
    graph: Graph,
    inputs: Mapping[str, np.ndarray] | Sequence[np.ndarray],
    observe: Callable[[Value, np.ndarray], None] | None = None,
) -> list[np.ndarray]:
    """The outputs of `graph` for `inputs` (by name, or in order).

    observe is called with every computed value; an array is dropped once nothing needs it any more.
    """
    given = sorted(inputs) if isinstance(inputs, Mapping) else f"{len(inputs)} arrays"
    if len(inputs) != len(graph.inputs) or (isinstance(inputs, Mapping) and set(inputs) != set(graph.input_names)):
        raise UsageError(f"expected {len(graph.inputs)} inputs: {graph.input_names}. Received: {given}")
    arrays = [inputs[name] for name in graph.input_names] if isinstance(inputs, Mapping) else list(inputs)
    values: dict[Value, Any] = dict(zip(graph.inputs, arrays, strict=True))
    remaining = Counter(v for node in graph.nodes for v in node.inputs if v is not None)
    remaining.update(graph.outputs)

    def read(value: Value | None) -> Any:
        if value is None or value.data is not None:
            return None if value is None else value.data
        array = values[value]
        remaining[value] -= 1
        if not remaining[value]:
            del values[value]
        return array

    for node in graph.nodes:
        results = run_node(node, [read(v) for v in node.inputs])
        for value, result in zip(node.outputs, results, strict=True):
            if observe is not None:
                observe(value, result)
            if remaining[value]:
                values[value] = result
    return [np.asarray(read(v)) for v in graph.outputs]


def run_node(node: Node, arrays: list[Any]) -> tuple[Any, ...]:
    """The outputs of one node; an error names its layer."""
    try:
        with np.errstate(all="ignore"):  # infinities and NaN are results like others, as on every target
            results = node.op.numpy(*arrays)  # type: ignore[attr-defined]
    except LayerError as error:
        error.layer = error.layer or node.layer or None
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        shapes = [None if a is None else tuple(a.shape) for a in arrays]
        raise LayerError(f"{node.op} failed on inputs of shapes {shapes}: {error}", node.layer or None) from error
    return results if isinstance(results, tuple) else (results,)
