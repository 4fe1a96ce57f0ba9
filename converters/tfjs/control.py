"""Loops: a step after another where their number is known and not large, else a StatelessWhile.

Unrolled, a model runs by TF.js's `predict`, at a fifth of a loop's time or less: each round of a loop plans its graph
anew and waits for the condition's value. A loop needs `executeAsync`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...ir import Node, Value
from ...ops.op import Op
from ...ops.scan import Scan
from ..target import Emission
from .builder import Builder
from .graphdef import Function, FunctionDef, NodeDef, Tensor, Type, kind_of
from .saying import emission

MOST_STEPS = 256
"""Up to so many steps are written one after another."""


def _scan(b: Builder, node: Node, *xs: Tensor) -> Sequence[Tensor]:
    op: Any = node.op
    length = node.inputs[op.states].shape[0]
    return _loop(b, node, xs) if length is None or length > MOST_STEPS else _unrolled(b, op, xs, length)


def _unrolled(b: Builder, op: Any, xs: Sequence[Tensor], length: int) -> Sequence[Tensor]:
    end = op.states + op.sequences
    states, invariants = list(xs[: op.states]), xs[end:]
    slices = [_unpacked(b, x, length) for x in xs[op.states : end]]
    results: list[Sequence[Tensor]] = [()] * length
    for t in reversed(range(length)) if op.reverse else range(length):
        given = (*states, *(s[t] for s in slices), *invariants)
        outputs = b.child(dict(zip(op.body.inputs, given, strict=True))).emit(op.body)
        states, results[t] = outputs[: op.states], outputs[op.states :]
    return *states, *(b("Pack", *column, N=length, axis=0) for column in zip(*results, strict=True))


def _unpacked(b: Builder, x: Tensor, length: int) -> Sequence[Tensor]:
    """The slices along the first axis; of what was transposed for it, along the axis that it was."""
    axis = 0
    if x.node.op == "Transpose" and x.node.inputs[1].data is not None:
        order = x.node.inputs[1].data.tolist()
        if order[1:] == sorted(order[1:]):
            x, axis = x.node.inputs[0], order[0]
    if length == 1:
        return (b("Squeeze", x, axis=[axis]),)
    return b("Unpack", x, axis=axis, num=length, outputs=length)


def _loop(b: Builder, node: Node, xs: Sequence[Tensor]) -> Sequence[Tensor]:
    """The loop's variables: the round, the number of rounds, the states, for each stacked output a list and the element that
    was put into it last (else TF.js lets go of it after the round), then the sequences and what stays as it is."""
    op: Any = node.op
    first = node.inputs[op.states]
    assert first is not None
    length = first.shape[0]
    rounds = b.size(xs[op.states], 0) if length is None else b.ints(length, "rounds")
    stacked = op.body.outputs[op.states :]
    lists = [b("TensorListReserve", _element_shape(b, v), rounds, element_dtype=Type(kind_of(v.dtype))) for v in stacked]
    variables = [b.ints(0, "round"), rounds, *xs[: op.states], *lists, *[rounds] * len(lists), *xs[op.states :]]
    values = op.body.inputs
    kinds = ["int32", "int32", *(kind_of(v.dtype) for v in values[: op.states])]
    kinds += ["float32"] * 2 * len(lists) + [kind_of(v.dtype) for v in values[op.states :]]
    name = f"loop_{len(b.functions) // 2}"
    condition, step = FunctionDef(f"{name}_condition", [], [], ["bool"]), FunctionDef(f"{name}_step", [], [], kinds)
    b.functions += [condition, step]
    condition.arguments = _arguments(kinds)
    condition.outputs = [b("Less", Tensor(condition.arguments[0]), Tensor(condition.arguments[1]))]
    step.arguments = _arguments(kinds)
    step.outputs = _step(b, op, [Tensor(a) for a in step.arguments])
    finals = b(
        "StatelessWhile",
        *variables,
        cond=Function(condition.name),
        body=Function(step.name),
        outputs=len(variables),
    )
    end = 2 + op.states
    stacks = [
        b("TensorListStack", x, _element_shape(b, v), element_dtype=Type(kind_of(v.dtype)))
        for x, v in zip(finals[end : end + len(lists)], stacked, strict=True)
    ]
    return *finals[2:end], *stacks


def _arguments(kinds: list[str]) -> list[NodeDef]:
    return [NodeDef("Placeholder", attributes={"dtype": Type(k)}, wanted=f"argument_{i}") for i, k in enumerate(kinds)]


def _step(b: Builder, op: Any, given: list[Tensor]) -> list[Tensor]:
    """One round: what the loop's variables are after it."""
    t, rounds, *rest = given
    stacked = len(op.body.outputs) - op.states
    end = op.states + stacked
    states, lists, rest = rest[: op.states], rest[op.states : end], rest[end + stacked :]
    sequences, invariants = rest[: op.sequences], rest[op.sequences :]
    one, axis = b.ints(1, "one"), b.ints(0, "axis")
    place = b("Sub", b("Sub", rounds, one), t) if op.reverse else t
    slices = [b("GatherV2", s, place, axis) for s in sequences]
    results = b.child(dict(zip(op.body.inputs, (*states, *slices, *invariants), strict=True))).emit(op.body)
    # each result is a node of its own: the loop lets go of tensors that it has seen
    after, elements = ([b("Identity", x) for x in side] for side in (results[: op.states], results[op.states :]))
    written = [b("TensorListSetItem", x, place, y) for x, y in zip(lists, elements, strict=True)]
    return [b("AddV2", t, one), rounds, *after, *written, *elements, *sequences, *invariants]


def _element_shape(b: Builder, value: Value) -> Tensor:
    return b.ints([-1 if d is None else d for d in value.shape], "element_shape")


EMISSIONS: dict[type[Op], Emission] = {Scan: emission(_scan)}
