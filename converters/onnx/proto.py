"""ONNX's messages as bytes. The numbers are the fields of onnx.proto3, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from ...ir import TensorType
from ...ir.arrays import dtype_name
from ..ahead import ahead
from .wire import data, head, integer, integers, real, reals

DATA_TYPES = {
    "float32": 1,
    "uint8": 2,
    "int8": 3,
    "uint16": 4,
    "int16": 5,
    "int32": 6,
    "int64": 7,
    "string": 8,
    "bool": 9,
    "float16": 10,
    "float64": 11,
    "uint32": 12,
    "uint64": 13,
    "complex64": 14,
    "complex128": 15,
    "bfloat16": 16,
}
"""TensorProto.DataType"""

MODEL_GRAPH, METADATA = 7, 14
"""Fields of ModelProto"""
INITIALIZER = 5
"""Field of GraphProto"""
RAW_DATA = 9
"""Field of TensorProto"""
OUTSIDE = 1 << 10
"""Weights of fewer bytes than this are never written outside of the model."""

_FLOAT, _INT, _STRING, _TENSOR, _GRAPH, _FLOATS, _INTS, _STRINGS = 1, 2, 3, 4, 5, 6, 7, 8  # AttributeProto.AttributeType


def data_type(dtype: str) -> int:
    """The number of a dtype; UnsupportedError if ONNX has no such type."""
    if dtype not in DATA_TYPES:
        raise UnsupportedError(f"expected a dtype that ONNX has: {', '.join(DATA_TYPES)}. Received: dtype={dtype}")
    return DATA_TYPES[dtype]


@dataclass
class NodeProto:
    """One node. An absent optional input is "". Attributes that are None are left out."""

    op_type: str
    inputs: list[str]
    outputs: list[str]
    name: str
    attributes: dict[str, Any]
    domain: str = ""

    def encode(self) -> bytes:
        parts = [data(1, x) for x in self.inputs] + [data(2, y) for y in self.outputs]
        parts += [data(3, self.name), data(4, self.op_type)]
        parts += [data(5, attribute(k, v)) for k, v in sorted(self.attributes.items()) if v is not None]
        return b"".join(parts) + (data(7, self.domain) if self.domain else b"")


@dataclass
class GraphProto:
    """A graph without its weights. `inputs` and `outputs` are names with types (None: to be inferred)."""

    name: str
    nodes: list[NodeProto] = field(default_factory=list)
    inputs: list[tuple[str, TensorType | None]] = field(default_factory=list)
    outputs: list[tuple[str, TensorType | None]] = field(default_factory=list)

    def encode(self) -> bytes:
        parts = [data(1, node.encode()) for node in self.nodes] + [data(2, self.name)]
        parts += [data(11, value_info(*x)) for x in self.inputs] + [data(12, value_info(*y)) for y in self.outputs]
        return b"".join(parts)


def attribute(name: str, value: Any) -> bytes:
    """AttributeProto, its kind told by the value's type."""
    return data(1, name) + _attribute_value(value)


def _attribute_value(value: Any) -> bytes:
    if isinstance(value, (bool, int, np.integer)):
        return integer(3, int(value)) + integer(20, _INT)
    if isinstance(value, (float, np.floating)):
        return real(2, float(value)) + integer(20, _FLOAT)
    if isinstance(value, str):
        return data(4, value) + integer(20, _STRING)
    if isinstance(value, np.ndarray):
        return data(5, tensor_head("", dtype_name(value), value.shape) + _content(value)) + integer(20, _TENSOR)
    if isinstance(value, GraphProto):
        return data(6, value.encode()) + integer(20, _GRAPH)
    if all(isinstance(v, str) for v in value) and value:
        return b"".join(data(9, v) for v in value) + integer(20, _STRINGS)
    if any(isinstance(v, float) for v in value):
        return reals(7, value) + integer(20, _FLOATS)
    return integers(8, map(int, value)) + integer(20, _INTS)


def value_info(name: str, type: TensorType | None) -> bytes:
    """ValueInfoProto. The first unknown size of rank ≥ 1 is Keras's batch, "batch"; others are named after the tensor."""
    if type is None:
        return data(1, name)
    dims = b""
    for axis, size in enumerate(type.shape):
        unknown = "batch" if axis == 0 else f"{name}_{axis}"
        dims += data(1, data(2, unknown) if size is None else integer(1, size))
    return data(1, name) + data(2, data(1, integer(1, data_type(type.dtype)) + data(2, dims)))


def tensor_head(name: str, dtype: str, shape: Iterable[int]) -> bytes:
    """The part of TensorProto before its content."""
    return integers(1, shape) + integer(2, data_type(dtype)) + (data(8, name) if name else b"")


def _content(array: np.ndarray) -> bytes:
    """The numbers of a small tensor, or texts of any number."""
    if dtype_name(array) == "string":
        return b"".join(data(6, str(text)) for text in array.flat)
    return data(RAW_DATA, _little_endian(array).tobytes())


def _little_endian(array: np.ndarray) -> np.ndarray:
    """In ONNX's byte order, contiguous; the array itself where it already is."""
    native = array.astype(array.dtype.newbyteorder("<"), copy=False) if array.dtype.byteorder == ">" else array
    return np.ascontiguousarray(native)


@dataclass(frozen=True)
class Weight:
    """A constant of the model; `location`: (file, offset) if its bytes lie outside."""

    name: str
    array: np.ndarray
    location: tuple[str, int] | None = None

    @cached_property
    def is_text(self) -> bool:
        return dtype_name(self.array) == "string"

    @cached_property
    def head(self) -> bytes:
        """TensorProto up to the raw bytes."""
        start = tensor_head(self.name, dtype_name(self.array), self.array.shape)
        if self.location:
            return start + reference(*self.location, self.array.nbytes)
        return start + (_content(self.array) if self.is_text else head(RAW_DATA, self.array.nbytes))

    @property
    def size(self) -> int:
        """Bytes of TensorProto."""
        return len(self.head) + (0 if self.is_text or self.location else self.array.nbytes)

    @property
    def inside(self) -> memoryview | None:
        """What follows the head in the model; None if nothing does."""
        return None if self.is_text or self.location else self.content()

    def content(self) -> memoryview:
        """The bytes of the numbers, without a copy if they lie together."""
        return _little_endian(self.array).reshape(-1).view(np.uint8).data


def reference(file: str, offset: int, length: int) -> bytes:
    """The part of TensorProto that says where its bytes lie outside."""
    entries = {"location": file, "offset": offset, "length": length}
    return b"".join(data(13, pair(k, str(v))) for k, v in entries.items()) + integer(14, 1)


def pair(key: str, value: str) -> bytes:
    """StringStringEntryProto"""
    return data(1, key) + data(2, value)


def model(
    graph: GraphProto,
    weights: Sequence[Weight],
    *,
    ir_version: int,
    opsets: Mapping[str, int],
    producer: tuple[str, str],
    metadata: Mapping[str, str],
) -> Iterator[bytes | memoryview]:
    """ModelProto in pieces, so that the weights are never held twice."""
    yield integer(1, ir_version) + data(2, producer[0]) + data(3, producer[1])
    yield b"".join(data(8, data(1, domain) + integer(2, version)) for domain, version in opsets.items())
    yield b"".join(data(METADATA, pair(k, v)) for k, v in metadata.items())
    body = graph.encode()
    heads = [head(INITIALIZER, weight.size) for weight in weights]
    yield head(MODEL_GRAPH, len(body) + sum(len(h) + w.size for h, w in zip(heads, weights, strict=True)))
    yield body
    for start, weight, content in zip(heads, weights, ahead(weight.inside for weight in weights), strict=True):
        yield start + weight.head
        if content is not None:
            yield content


def output_field(names: Iterable[str]) -> bytes:
    """A field of ModelProto that adds outputs to its graph."""
    return data(MODEL_GRAPH, b"".join(data(12, value_info(name, None)) for name in names))
