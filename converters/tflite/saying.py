"""How a row of the table of operations is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ir import Node
from ..target import Emission, Options
from .builder import Builder
from .tensor import Tensor

Say = Callable[..., Any]
"""(builder, node, input tensors...) → the output tensor, or a sequence of them; None for one that nothing reads."""
Accepts = Callable[[Node, Options], str | None]

FLOAT = frozenset({"float32"})
NUMBERS = frozenset({"float32", "int32", "int64"})
MOVED = NUMBERS | {"bool", "int8", "uint8"}
"""Types that both runtimes move about."""
EVERYTHING = frozenset(
    {
        "float16",
        "float32",
        "float64",
        "bfloat16",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "bool",
        "string",
    }
)

WIDER = {
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float64": ("float32",),
    "bool": ("int32", "float32"),
    "int8": ("int32", "float32"),
    "int16": ("int32", "float32"),
    "int32": ("float32",),
    "int64": ("int32", "float32"),
    "uint8": ("int32", "float32"),
    "uint16": ("int32", "float32"),
    "uint32": ("int64", "float32"),
}
"""Types to compute in when there is no kernel for a type, the best one first."""


def always(node: Node, options: Options) -> str | None:
    return None


def emission(say: Say, accepts: Accepts = always, types: frozenset[str] = EVERYTHING) -> Emission:
    """A row: `say` adds the operators; operands of a type that is not among `types` are cast to a wider one and back."""

    def emit(b: Builder, node: Node) -> None:
        xs = [None if v is None else b.value(v) for v in node.inputs]
        dtypes = {v.dtype for v in node.inputs if v is not None} - types
        wide = {dtype: next(w for w in WIDER[dtype] if w in types) for dtype in dtypes if dtype in WIDER}
        xs = [b.cast(x, wide[x.type.dtype]) if x is not None and x.type.dtype in wide else x for x in xs]
        results = say(b, node, *xs)
        tensors = [results] if isinstance(results, Tensor) else list(results)
        held = [(v, b.cast(y, v.dtype)) for y, v in zip(tensors, node.outputs, strict=True) if y is not None]
        b.bind(*zip(*held, strict=True))

    return Emission(emit, accepts)


def one(name: str, types: frozenset[str] = NUMBERS, **options: Any) -> Emission:
    """A row for an operation that TFLite has: the same inputs in the same order, and an output of the first one's dtype."""

    def say(b: Builder, node: Node, *xs: Tensor) -> Tensor:
        return b(name, *xs, type=node.output.type.with_dtype(xs[0].type.dtype), **options)

    return emission(say, types=types)


def predicate(name: str, types: frozenset[str] = NUMBERS) -> Emission:
    """As `one`, with an output of bools."""
    return emission(lambda b, node, *xs: b(name, *xs, type=node.output.type), types=types)
