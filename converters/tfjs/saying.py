"""How a row of the table of operations is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ir import Node
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor, kind_of

Say = Callable[..., Any]
"""(builder, node, input tensors...) → the output tensor, or a tuple of them. An absent input is None."""
Accepts = Callable[[Node, Options], str | None]

FLOAT = frozenset({"float32"})
NUMBERS = FLOAT | {"int32"}
VALUES = NUMBERS | {"bool"}
EVERYTHING = VALUES | {"string"}
"""For which kinds of tensors all back ends have a kernel."""

WIDER = {"bool": ("int32", "float32"), "int32": ("float32",)}
"""Kinds to compute in where there is no kernel for a kind, the best one first."""

NO_TEXT = "TF.js's back ends have no kernel for text"


def always(node: Node, options: Options) -> str | None:
    return None


def emission(say: Say, accepts: Accepts = always, kinds: frozenset[str] = VALUES) -> Emission:
    """A row: `say` adds the nodes; operands of a kind that is not among `kinds` are cast to a wider one and back."""

    def emit(b: Builder, node: Node) -> None:
        given = [None if v is None else (b.tensor(v), kind_of(v.dtype)) for v in node.inputs]
        lacking = {kind for _, kind in filter(None, given)} - kinds
        wide = {kind: next(w for w in WIDER[kind] if w in kinds) for kind in lacking}
        results = say(b, node, *(None if x is None else b.cast(x[0], x[1], wide.get(x[1], x[1])) for x in given))
        tensors = (results,) if isinstance(results, Tensor) else results
        outputs = [
            b.cast(y, wide[kind], kind) if (kind := kind_of(v.dtype)) in wide else y
            for y, v in zip(tensors, node.outputs, strict=True)
        ]
        b.bind(node.outputs, outputs)

    def accepts_kinds(node: Node, options: Options) -> str | None:
        text = any(v is not None and v.dtype == "string" for v in node.inputs)
        return NO_TEXT if text and "string" not in kinds else accepts(node, options)

    return Emission(emit, accepts_kinds)


def one(op: str, kinds: frozenset[str] = VALUES) -> Emission:
    """A row for an operation that TF.js has: the same inputs in the same order."""
    return emission(lambda b, node, *xs: b(op, *xs), kinds=kinds)
