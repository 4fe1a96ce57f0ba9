"""How a row of the table of operations is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from ...ir import Node
from ...tree import flatten
from ..target import Emission, Options
from .rebuild import Builder

Say = Callable[..., Any]
"""(builder, node, operands...) → what stands for the output, or a tuple of that for several."""
Accepts = Callable[[Node, Options], str | None]


def always(node: Node, options: Options) -> str | None:
    return None


def _of_dtype(b: Builder, node: Node, y: Any, dtype: str) -> Any:
    """Keras adds up small integers in int32."""
    return y if y.dtype == dtype else b.operation(node, "Cast", y, dtype=dtype)


def emission(say: Say, accepts: Accepts = always) -> Emission:
    """A row: `say` puts layers and operations on the operands."""

    def emit(b: Builder, node: Node) -> None:
        results = flatten(say(b, node, *(b.operand(v) for v in node.inputs)))
        b.bind(node, [_of_dtype(b, node, y, v.dtype) for y, v in zip(results, node.outputs, strict=True)])

    return Emission(emit, accepts)


def one(operation: str, accepts: Accepts = always, **renamed: str) -> Emission:
    """A row for an operation that keras.ops has: the same inputs, and the attributes (renamed: ours to Keras's)."""

    def say(b: Builder, node: Node, *operands: Any) -> Any:
        op: Any = node.op
        arguments = {renamed.get(f.name, f.name): getattr(op, f.name) for f in fields(op)}
        return b.operation(node, operation, *operands, **arguments)

    return emission(say, accepts)
