"""Sizes that are known only at run time, as CoreML says them."""

from __future__ import annotations

from typing import Any

from ...ir import Value
from ..sizes import Entry, Size
from .builder import Builder, Var


def size_of(b: Builder, x: Var, axis: int) -> Var:
    """int32 (): the size of a dimension."""
    return b("gather", x=b("shape", x=x), indices=axis, axis=0)


def sizes_of(b: Builder, x: Var, start: int, stop: int) -> Var:
    """int32 (stop - start,): the sizes of these dimensions."""
    shape = b("shape", x=x)
    if (start, stop) == (0, len(x.shape)):
        return shape
    return b("slice_by_index", x=shape, begin=[start], end=[stop])


def as_tensor(b: Builder, sizes: Value, parts: list[Entry] | None) -> Var:
    """int32 (rank,): the sizes, from `parts` where they are known one by one."""
    return b.tensor(sizes) if parts is None else joined(b, parts)


def joined(b: Builder, parts: list[Entry]) -> Var:
    """int32 (rank,): these sizes, one after another."""
    pieces: list[Var] = []
    i = 0
    while i < len(parts):
        j = i + 1
        while j < len(parts) and _follows(parts[j - 1], parts[j]):
            j += 1
        first: Any = parts[i]
        if isinstance(first, int):
            pieces.append(b.ints([int(p) for p in parts[i:j]], "sizes"))  # type: ignore[arg-type]
        elif isinstance(first, Size):
            pieces.append(sizes_of(b, b.tensor(first.value), first.axis, first.axis + j - i))
        else:
            piece = b.tensor(first)
            pieces.append(piece if first.type.rank else b.expand(piece, [0]))
        i = j
    return b.concat(pieces, 0)


def _follows(a: Entry, b: Entry) -> bool:
    """Whether the two are said together: numbers in a row, or neighbouring dimensions of one value."""
    if isinstance(a, Size) and isinstance(b, Size):
        return a.value is b.value and b.axis == a.axis + 1
    return isinstance(a, int) and isinstance(b, int)
