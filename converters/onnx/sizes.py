"""Sizes that are known only at run time, as ONNX says them best."""

from __future__ import annotations

from typing import Any

from ...ir import Value
from ..sizes import Entry, Size
from .builder import Builder


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
