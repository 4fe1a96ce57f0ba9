"""Loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...ir import Node
from ...ops.op import Op
from ...ops.scan import Scan
from ..target import Emission, Options
from .builder import Builder, Var
from .dtypes import BOOL, INT32
from .saying import emission, given
from .sizes import size_of

UNROLLED = 8
"""A loop of so few known steps becomes these steps: CoreML runs a loop step by step on the CPU."""


def _scan(b: Builder, node: Node, *xs: Var) -> Any:
    """The first step, then a while_loop over the numbers of the others.

    A stacked output is a tensor into which every step writes its slice; the first step tells its shape.
    """
    op: Any = node.op
    states, sequences, invariants = xs[: op.states], xs[op.states : op.states + op.sequences], xs[op.states + op.sequences :]
    sequences = tuple(_countable(b, s) for s in sequences)
    length = size_of(b, sequences[0], 0)
    last = b("sub", x=length, y=b.ints(1, "one"))

    def step(place: Var, before: Sequence[Var]) -> tuple[list[Var], list[Var]]:
        """The states and the outputs of the step that reads the slices at `place`."""
        read = zip(sequences, op.body.inputs[op.states :], strict=False)
        slices = [b.as_value(b("gather", x=s, indices=place, axis=0), v.dtype) for s, v in read]
        b.hold(op.body.inputs, [*before, *slices, *invariants])
        b.emit(op.body)
        results = [b.tensor(v) for v in op.body.outputs]
        return results[: op.states], [_countable(b, y) for y in results[op.states :]]

    def goes_on(loop: list[Var]) -> Var:
        return b("less", x=loop[0], y=length)

    def body(loop: list[Var]) -> list[Var]:
        count, before, stacks = loop[0], loop[1 : 1 + op.states], loop[1 + op.states :]
        place = b("sub", x=last, y=count) if op.reverse else count
        after, outputs = step(place, before)
        written = [_write(b, s, place, y) for s, y in zip(stacks, outputs, strict=True)]
        return [b("add", x=count, y=b.ints(1, "one")), *after, *written]

    first = last if op.reverse else b.ints(0, "first")
    with b.scope():
        after, outputs = step(first, states)
        stacks = [_write(b, _zeros(b, length, y), first, y) for y in outputs]
    _, *finals = b.loop([b("identity", x=b.ints(1, "second")), *after, *stacks], goes_on, body)
    return finals


def _countable(b: Builder, x: Var) -> Var:
    """CoreML neither gathers nor scatters truth values."""
    return b.cast(x, INT32) if b.kind(x) == BOOL else x


def _zeros(b: Builder, length: Var, part: Var) -> Var:
    """As many zeros as there are in `length` parts."""
    sizes = [b.expand(length, [0]), *([b("shape", x=part)] if part.shape else [])]
    return b("fill", shape=b.concat(sizes, 0), value=b.number(0, part, "zero"))


def _write(b: Builder, whole: Var, place: Var, part: Var) -> Var:
    """`whole` with the part at this place of its first axis."""
    return b("scatter", data=whole, indices=b.expand(place, [0]), updates=b.expand(part, [0]), axis=0, mode="update")


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    length = given(node.inputs[op.states]).shape[0]
    return f"a loop of at most {UNROLLED} steps is unrolled" if length is not None and length <= UNROLLED else None


EMISSIONS: dict[type[Op], Emission] = {Scan: emission(_scan, _accepts)}
