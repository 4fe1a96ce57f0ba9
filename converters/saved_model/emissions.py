"""The table of operations: each has a TensorFlow kernel, and that is how it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...ir import Node
from ...ops.op import OPS, Op
from ..target import Emission


def _kernel(values: Any, node: Node) -> None:
    op: Any = replace(node.op)  # type: ignore[type-var]  # a new one: an operation may keep a table of another graph
    results = op.tensorflow(*(None if v is None else values.tensor(v) for v in node.inputs))
    values.bind(node, results if isinstance(results, (tuple, list)) else (results,))


EMISSIONS: dict[type[Op], Emission] = {op: Emission(_kernel) for op in OPS.values() if op.tensorflow is not Op.tensorflow}
