"""Sizes that are known only at run time: what a tensor of sizes is made of, and how ONNX says it best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...ir import Value
from ...ops.casting import Cast
from ...ops.shape import Concatenate, Dim, ExpandDims, Reshape
from .builder import Builder


@dataclass(frozen=True)
class Size:
    """The size of dimension `axis` of a value."""

    value: Value
    axis: int


Entry = int | Size | Value
"""One size: known, that of a dimension, or a scalar that is computed."""


def entries(sizes: Value) -> list[Entry] | None:
    """The sizes that a tensor (rank,) holds, one by one; None if that can't be told."""
    if sizes.data is not None:
        return [int(v) for v in sizes.data]
    node = sizes.producer
    if node is None:
        return None
    if isinstance(node.op, Concatenate):
        parts = [entries(v) for v in node.inputs if v is not None]
        return None if None in parts else [entry for part in parts for entry in part or []]
    if isinstance(node.op, (Reshape, ExpandDims)) and node.inputs[0] is not None and node.inputs[0].type.rank == 0:
        return [_scalar(node.inputs[0])]
    if isinstance(node.op, Cast) and node.inputs[0] is not None:
        return entries(node.inputs[0])
    return [sizes] if sizes.shape == (1,) else None


def _scalar(value: Value) -> Entry:
    if value.data is not None:
        return int(value.data)
    node = value.producer
    if node is None or node.inputs[0] is None:
        return value
    if isinstance(node.op, Dim):
        return Size(node.inputs[0], node.op.axis)
    return _scalar(node.inputs[0]) if isinstance(node.op, Cast) else value


def shape_of(b: Builder, x: str, start: int, stop: int) -> str:
    """int64 (stop - start,): the sizes of these dimensions."""
    if b.opset >= 15:
        return str(b.once("Shape", x, start=start, end=stop))
    return b.slice(b.once("Shape", x), 0, start, stop)


def as_tensor(b: Builder, sizes: Value, parts: list[Entry] | None) -> str:
    """int64 (rank,): the sizes, from `parts` where they are known one by one."""
    if parts is None:
        return b.cast(b.tensor(sizes), "int64")
    pieces: list[str] = []
    i = 0
    while i < len(parts):
        j = i + 1
        while j < len(parts) and _follows(parts[j - 1], parts[j]):
            j += 1
        first: Any = parts[i]
        if isinstance(first, int):
            pieces.append(b.ints([int(p) for p in parts[i:j]], "sizes"))  # type: ignore[arg-type]
        elif isinstance(first, Size):
            pieces.append(shape_of(b, b.tensor(first.value), first.axis, first.axis + j - i))
        else:
            pieces.append(b("Reshape", b.cast(b.tensor(first), "int64"), b.ints([1])))
        i = j
    return pieces[0] if len(pieces) == 1 else str(b("Concat", *pieces, axis=0))


def _follows(a: Entry, b: Entry) -> bool:
    """Whether the two are said together: numbers in a row, or neighbouring dimensions of one value."""
    if isinstance(a, Size) and isinstance(b, Size):
        return a.value is b.value and b.axis == a.axis + 1
    return isinstance(a, int) and isinstance(b, int)
