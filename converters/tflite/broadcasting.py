"""Operators on several tensors that broadcast, as far as TFLite's kernels do: their dimensions are few.

Neighbouring axes along which every operand is of full size, or along which the same operands have size 1, are one axis
to a kernel: they are merged before it and put apart after it.
"""

from __future__ import annotations

from collections.abc import Callable

from ...ir import Node
from ...ir.types import Shape
from ...ops.shapes import broadcast
from ..target import Emission
from .builder import Builder, product
from .saying import NUMBERS, emission
from .tensor import Tensor

MOST = 4
"""Dimensions that every kernel broadcasts."""


def broadcasting(name: str | Callable[..., Tensor], types: frozenset[str] = NUMBERS, result: str | None = None) -> Emission:
    """A row for an operator on operands of these types that broadcast. result: the output's dtype, if not the last operand's."""

    def say(b: Builder, node: Node, *xs: Tensor) -> Tensor:
        shape = node.output.shape
        if len(shape) > MOST and any(x.type.shape != shape for x in xs):
            xs, back = _merged(b, xs, shape)
        else:
            back = None
        if not isinstance(name, str):
            y = name(b, node, *xs)
        else:
            kind = xs[-1].type.with_shape(broadcast(*(x.type.shape for x in xs)))
            y = b(name, *xs, type=kind.with_dtype(result or kind.dtype))
        return y if back is None else b.reshape(y, back)

    return emission(say, types=types)


def _merged(b: Builder, xs: tuple[Tensor, ...], shape: Shape) -> tuple[tuple[Tensor, ...], Shape | None]:
    """The operands with as few axes as they need, and the shape that the result gets back; None if nothing can be merged."""
    rank = len(shape)
    full = [(1,) * (rank - x.type.rank) + x.type.shape for x in xs]
    patterns = [tuple(s[axis] == 1 and shape[axis] != 1 for s in full) for axis in range(rank)]
    groups: list[list[int]] = []
    for axis in range(rank):
        alike = groups and (patterns[axis] == patterns[groups[-1][-1]] or shape[axis] == 1)
        if alike:
            groups[-1].append(axis)
        else:
            groups.append([axis])
    shapes = [tuple(product([s[a] for a in group]) for group in groups) for s in full]
    if len(groups) == rank or shape.count(None) > 1 or any(s.count(None) > 1 for s in shapes):
        return xs, None
    return tuple(b.reshape(x, s) for x, s in zip(xs, shapes, strict=True)), shape
