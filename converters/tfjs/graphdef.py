"""The parts of a TensorFlow GraphDef, and how its JSON says them.

The JSON is protobuf's mapping (https://protobuf.dev/programming-guides/json/) of graph.proto, node_def.proto and
attr_value.proto, as far as TF.js's operation_mapper reads it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...ir.types import Shape
from ...ops.promotion import is_float

KINDS = ("float32", "int32", "bool", "string")
"""The types that a tensor of TF.js has. (complex64 is not used.)"""

TYPES = {
    "bfloat16": "DT_BFLOAT16",
    "bool": "DT_BOOL",
    "float16": "DT_HALF",
    "float32": "DT_FLOAT",
    "float64": "DT_DOUBLE",
    "int8": "DT_INT8",
    "int16": "DT_INT16",
    "int32": "DT_INT32",
    "int64": "DT_INT64",
    "string": "DT_STRING",
    "uint8": "DT_UINT8",
    "uint16": "DT_UINT16",
    "uint32": "DT_UINT32",
    "uint64": "DT_UINT64",
}
"""TensorFlow's names of dtypes."""


def kind_of(dtype: str) -> str:
    """The type in which TF.js has what the model has as `dtype`: all floats are float32, all integers int32."""
    if dtype in KINDS:
        return dtype
    return "float32" if is_float(dtype) else "int32"


@dataclass(frozen=True)
class Type:
    """An attribute that is a type."""

    kind: str


@dataclass(frozen=True)
class Dims:
    """An attribute that is a shape; None for unknown sizes."""

    sizes: Shape


@dataclass(frozen=True)
class Function:
    """An attribute that is a function of the library."""

    name: str


@dataclass(eq=False)
class NodeDef:
    """A node. Inputs are tensors: a node and the number of one of its outputs. `data`: what a Const holds.

    `wanted` is the name it shall have, `name` the one it gets (`naming.py`); `holds_value`: it has a value of the model's.
    """

    op: str
    inputs: list[Tensor] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    outputs: int = 1
    wanted: str = ""
    holds_value: bool = False
    name: str = ""
    data: np.ndarray | None = None


@dataclass(frozen=True)
class Tensor:
    """Output number `index` of a node."""

    node: NodeDef
    index: int = 0

    @property
    def reference(self) -> str:
        """How an input of another node says it."""
        return f"{self.node.name}:{self.index}" if self.index else self.node.name

    @property
    def data(self) -> np.ndarray | None:
        """The numbers, of a constant."""
        return self.node.data


@dataclass
class FunctionDef:
    """A function of the library: a graph of its own, whose arguments are Placeholder nodes."""

    name: str
    arguments: list[NodeDef]
    outputs: list[Tensor]
    kinds: list[str]
    """Of the outputs."""


def node_json(node: NodeDef) -> dict[str, Any]:
    found: dict[str, Any] = {"name": node.name, "op": node.op}
    if node.inputs:
        found["input"] = [x.reference for x in node.inputs]
    attributes = const_attributes(node.data) if node.data is not None else node.attributes
    if attributes:
        found["attr"] = {name: attribute_json(value) for name, value in attributes.items()}
    return found


def const_attributes(data: np.ndarray) -> dict[str, Any]:
    """What a Const says of its data, which is among the weights."""
    return {"dtype": Type(array_kind(data)), "value": data}


def array_kind(data: np.ndarray) -> str:
    return "string" if data.dtype == object else data.dtype.name


def attribute_json(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"b": value}
        case int() | np.integer():
            return {"i": str(value)}
        case float():
            return {"f": value}
        case str():
            return {"s": text_json(value)}
        case Type():
            return {"type": TYPES[value.kind]}
        case Dims():
            return {"shape": shape_json(value.sizes)}
        case Function():
            return {"func": {"name": value.name}}
        case np.ndarray():
            return {"tensor": {"dtype": TYPES[array_kind(value)], "tensorShape": shape_json(value.shape)}}
        case _:
            return {"list": list_json(value)}


def list_json(values: Sequence[Any]) -> dict[str, Any]:
    if not values:
        return {}
    if isinstance(values[0], str):
        return {"s": [text_json(v) for v in values]}
    return {"i": [str(v) for v in values]}


def text_json(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def shape_json(sizes: Iterable[int | None]) -> dict[str, Any]:
    dims = [{"size": "-1" if d is None else str(d)} for d in sizes]
    return {"dim": dims} if dims else {}


def signature_json(tensors: Mapping[str, tuple[Tensor, str, Shape]]) -> dict[str, Any]:
    """One side of the signature: by the model's own names, tensors with the model's own dtypes."""
    return {
        name: {"name": tensor.reference, "dtype": TYPES[dtype], "tensorShape": shape_json(shape)}
        for name, (tensor, dtype, shape) in tensors.items()
    }


def function_json(function: FunctionDef, nodes: Iterable[NodeDef]) -> dict[str, Any]:
    results = [f"output_{i}" for i in range(len(function.outputs))]
    arguments = [{"name": a.name, "type": TYPES[a.attributes["dtype"].kind]} for a in function.arguments]
    return {
        "signature": {
            "name": function.name,
            "inputArg": arguments,
            "outputArg": [{"name": n, "type": TYPES[k]} for n, k in zip(results, function.kinds, strict=True)],
        },
        "nodeDef": [node_json(n) for n in nodes if n.op != "Placeholder"],
        "ret": {name: tensor.reference for name, tensor in zip(results, function.outputs, strict=True)},
    }
