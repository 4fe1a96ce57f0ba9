"""How a row of the table of operations is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ir import Node
from ..target import Emission, Options
from .builder import Builder
from .opset import since

Say = Callable[..., Any]
"""(builder, node, names of the input tensors...) → the name of the output tensor, or a tuple of them."""
Accepts = Callable[[Node, Options], str | None]

FLOATS = frozenset({"float16", "float32", "float64"})
SINGLES = frozenset({"float16", "float32"})
WORDS = frozenset({"int32", "int64", "uint32", "uint64"})
INTEGERS = WORDS | {"int8", "int16", "uint8", "uint16"}
NUMBERS = FLOATS | INTEGERS
EVERYTHING = NUMBERS | {"bool", "string", "bfloat16"}
"""For which types ONNX Runtime has a kernel. Source: onnxruntime docs/OperatorKernels.md, CPUExecutionProvider;
it computes float16 wherever it does float32."""

_WIDER = {
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float64": ("float32",),
    "bool": ("int32", "float32"),
    "int8": ("int32", "float32"),
    "int16": ("int32", "float32"),
    "int32": ("int64", "float64", "float32"),
    "int64": ("float64", "float32"),
    "uint8": ("int32", "float32"),
    "uint16": ("int32", "float32"),
    "uint32": ("int64", "float64", "float32"),
    "uint64": ("int64", "float64", "float32"),
}
"""Types to compute in when there is no kernel for a type, the best one first."""


def always(node: Node, options: Options) -> str | None:
    return None


def emission(say: Say, accepts: Accepts = always, types: frozenset[str] = EVERYTHING) -> Emission:
    """A row: `say` adds the ONNX nodes; operands of a type that is not among `types` are cast to a wider one and back."""

    def emit(b: Builder, node: Node) -> None:
        xs = [b.tensor(v) for v in node.inputs]
        dtypes = {v.dtype for v in node.inputs if v is not None} - types
        wide = {dtype: next(w for w in _WIDER[dtype] if w in types) for dtype in dtypes if dtype in _WIDER}
        xs = [b.cast(x, wide[v.dtype]) if v is not None and v.dtype in wide else x for x, v in zip(xs, node.inputs, strict=True)]
        results = say(b, node, *xs)
        names = (results,) if isinstance(results, str) else results
        b.bind(node.outputs, [b.cast(y, v.dtype) if v.dtype in wide else y for y, v in zip(names, node.outputs, strict=True)])

    return Emission(emit, accepts)


def one(op_type: str, types: frozenset[str] = EVERYTHING, first_opset: int = 0, **attributes: Any) -> Emission:
    """A row for an operation that ONNX has: the same inputs in the same order."""
    return emission(lambda b, node, *xs: b(op_type, *xs, **attributes), since(first_opset) if first_opset else always, types)
