"""Loops."""

from __future__ import annotations

from typing import Any

from ...ir import Node, TensorType
from ...ops.op import Op
from ...ops.scan import Scan
from ..target import Emission
from .builder import Builder
from .saying import emission
from .shape import SCALAR, dim
from .tensor import Tensor

BOOL = TensorType("bool", ())


def _scan(b: Builder, node: Node, *xs: Tensor) -> list[Tensor | None]:
    """WHILE over a counter, the states, the sequences, what doesn't change, and the stacked outputs, which start as zeros.

    A step reads its slices with GATHER and writes its outputs with DYNAMIC_UPDATE_SLICE. Outputs that nothing reads are
    not stacked.
    """
    op: Any = node.op
    stacked = [v for v in node.outputs[op.states :] if b.reads.get(v)]
    wanted = [node.outputs.index(v) for v in stacked]
    wholes = [_zeros(b, xs[op.states], v.type) for v in stacked]
    counter = b.ints(0, "start")
    given = [counter, *xs, *wholes]
    types = [SCALAR, *(x.type for x in xs), *(w.type for w in wholes)]
    types[1 : 1 + op.states] = [v.type for v in node.outputs[: op.states]]
    length = xs[op.states].type.shape[0]
    condition, body = b.child(f"{op.body.name}_condition"), b.child(op.body.name)
    _condition(condition, types, length, 1 + op.states)
    _body(body, op, types, wanted, length)
    results = b.several("WHILE", given, types, cond_subgraph_index=condition.index, body_subgraph_index=body.index)
    end = 1 + len(xs)
    whole = dict(zip(wanted, results[end:], strict=True))
    return [*results[1 : 1 + op.states], *(whole.get(i) for i in range(op.states, len(node.outputs)))]


def _zeros(b: Builder, sequence: Tensor, kind: TensorType) -> Tensor:
    """Where an output is stacked. What isn't known of its sizes, the steps and the batch next to them, the sequences have too."""
    zero = b.constant(0, kind.dtype, "zero")
    if None not in kind.shape:
        return b("FILL", b.ints([d or 0 for d in kind.shape], "shape"), zero, type=kind)
    sizes = [b.ints(d, "size") if d is not None else dim(b, sequence, axis) for axis, d in enumerate(kind.shape)]
    shape = b("PACK", *sizes, type=TensorType("int32", (kind.rank,)), values_count=kind.rank)
    return b("FILL", shape, zero, type=kind)


def _declared(b: Builder, types: list[TensorType]) -> list[Tensor]:
    tensors = [Tensor(kind, f"{b.name}/input_{i}") for i, kind in enumerate(types)]
    b.inputs += tensors
    return tensors


def _condition(b: Builder, types: list[TensorType], length: int | None, first: int) -> None:
    """Whether the counter is below the number of steps."""
    tensors = _declared(b, types)
    end = b.ints(length, "steps") if length is not None else dim(b, tensors[first], 0)
    b.finish([b("LESS", tensors[0], end, type=BOOL)])


def _body(b: Builder, op: Any, types: list[TensorType], wanted: list[int], length: int | None) -> None:
    """One step."""
    tensors = _declared(b, types)
    counter, end = tensors[0], 1 + op.states + op.sequences
    sequences = tensors[1 + op.states : end]
    at = counter
    if op.reverse:
        last = b.ints(length - 1, "last") if length is not None else b.binary("SUB", dim(b, sequences[0], 0), b.ints(1))
        at = b.binary("SUB", last, counter)
    slices = [b("GATHER", s, at, type=s.type.with_shape(s.type.shape[1:]), axis=0) for s in sequences]
    inputs = [*tensors[1 : 1 + op.states], *slices, *tensors[end : 1 + len(op.body.inputs)]]
    b.values.update(zip(op.body.inputs, inputs, strict=True))
    b.emit(op.body)
    results = [b.value(v) for v in op.body.outputs]
    wholes = [_updated(b, whole, at, results[i]) for whole, i in zip(tensors[1 + len(op.body.inputs) :], wanted, strict=True)]
    kept = tensors[1 + op.states : 1 + len(op.body.inputs)]
    b.finish([b.binary("ADD", counter, b.ints(1)), *results[: op.states], *kept, *wholes])


def _updated(b: Builder, whole: Tensor, at: Tensor, part: Tensor) -> Tensor:
    """The stacked output with this step's part in its place."""
    row = b.expand(part, [0])
    place = b.reshape(at, (1,))
    rest = b.ints([0] * (whole.type.rank - 1), "start")
    begin = (
        b("CONCATENATION", place, rest, type=TensorType("int32", (whole.type.rank,)), axis=0) if whole.type.rank > 1 else place
    )
    return b("DYNAMIC_UPDATE_SLICE", whole, row, begin, type=whole.type)


EMISSIONS: dict[type[Op], Emission] = {Scan: emission(_scan)}
