"""How a row of the table of operations is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ir import Node, Value
from ..target import Emission, Options
from .builder import Builder
from .dtypes import BOOL, FP16, FP32, INT32, INT32_RANGE
from .os_version import specification

Say = Callable[..., Any]
"""(builder, node, input tensors...) → the output tensor, or a tuple of them."""
Accepts = Callable[[Node, Options], str | None]

FLOATS = frozenset({FP16, FP32})
SINGLE = frozenset({FP32})
NUMBERS = FLOATS | {INT32}
EVERYTHING = NUMBERS | {BOOL}
"""For which types an operation is defined. Source: coremltools, converters/mil/mil/ops/defs (type_domains)."""

_WIDER = {FP16: (FP32,), BOOL: (INT32, FP32), INT32: (FP32,), FP32: (FP16,)}
"""Types to compute in instead of one that an operation isn't defined for, the best one first."""
RANK = 5
"""The most axes that a tensor of CoreML has."""


def always(node: Node, options: Options) -> str | None:
    return None


def emission(say: Say, accepts: Accepts = always, types: frozenset[str] = EVERYTHING) -> Emission:
    """A row: `say` adds the operations; operands of a type that is not among `types` are cast to a wider one, and results
    to what stands for the output's dtype."""

    def emit(b: Builder, node: Node) -> None:
        xs = [None if v is None else b.tensor(v) for v in node.inputs]
        kinds = {b.kind(x) for x in xs if x is not None} - types
        wide = {kind: next(w for w in _WIDER[kind] if w in types) for kind in kinds}
        xs = [x if x is None else b.cast(x, wide.get(b.kind(x), b.kind(x))) for x in xs]
        results = say(b, node, *xs)
        tensors = list(results) if isinstance(results, (list, tuple)) else [results]
        b.bind(node.outputs, [b.as_value(y, v.dtype) for y, v in zip(tensors, node.outputs, strict=True)])

    def accepted(node: Node, options: Options) -> str | None:
        specification(options)  # what isn't one is told before anything is written
        return border(node) or accepts(node, options)

    return Emission(emit, accepted)


def border(node: Node) -> str | None:
    """What CoreML can say of no operation."""
    for value in (*node.inputs, *node.outputs):
        if value is None:
            continue
        if value.dtype == "string":
            return "CoreML has no tensors of text"
        if value.type.rank > RANK:
            return f"CoreML's tensors have at most {RANK} axes, not {value.type.rank}"
        if 0 in value.shape:
            return "CoreML has no tensors without elements"
        if value.data is not None and not fits(value.data):
            return "CoreML's integers have 32 bits"
    return None


def fits(data: np.ndarray) -> bool:
    """Whether 32 bits hold all of the integers."""
    if data.dtype.kind not in "iu" or data.dtype.itemsize < 4 or data.dtype == np.int32:
        return True
    return bool(data.min() >= INT32_RANGE[0] and data.max() <= INT32_RANGE[1])


def one(op_type: str, *names: str, types: frozenset[str] = NUMBERS, accepts: Accepts = always, **more: Any) -> Emission:
    """A row for an operation that CoreML has: its inputs are called `names`, in the order of ours."""

    def say(b: Builder, node: Node, *xs: Any) -> Any:
        return b(op_type, **dict(zip(names, xs, strict=True)), **more)

    return emission(say, accepts, types)


def constant(node: Node, *places: int) -> bool:
    """Whether the inputs at these places are constants, or absent."""
    return all(v is None or v.is_constant for v in (node.inputs[p] for p in places if p < len(node.inputs)))


def given(value: Value | None) -> Value:
    """A value that is there."""
    assert value is not None
    return value
