"""Loops."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops.op import Op
from ...ops.scan import Scan
from ..target import Emission
from .builder import Builder
from .proto import GraphProto
from .saying import emission


def _scan(b: Builder, node: Node, *xs: str) -> Any:
    """ONNX's Scan; what doesn't change from step to step the body reads from the graph around it."""
    op: Any = node.op
    body = op.body
    end = op.states + op.sequences
    inner = b.child()
    names = [inner.declared(v) for v in body.inputs[:end]]
    inner.tensors.update(zip(body.inputs[end:], xs[end:], strict=True))
    inner.emit(body)
    outputs = inner.outputs([inner.tensor(v) for v in body.outputs], [None] * len(body.outputs))
    graph = GraphProto(body.name, inner.needed(outputs), [(n, None) for n in names], [(n, None) for n in outputs])
    stacked = len(outputs) - op.states
    return b(
        "Scan",
        *xs[:end],
        outputs=len(outputs),
        body=graph,
        num_scan_inputs=op.sequences,
        scan_input_directions=[1] * op.sequences if op.reverse else None,
        scan_output_directions=[1] * stacked if op.reverse and stacked else None,
    )


EMISSIONS: dict[type[Op], Emission] = {Scan: emission(_scan)}
