"""The FlatBuffers format, as far as TFLite needs it.

Written by hand so that weights go from the arrays to the file without a copy and no library is imported: what holds
them is laid out first, they follow in the order of their appearance.
Source: https://flatbuffers.dev/internals/
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ALIGNMENT = 16
"""Of weights, as TFLite's schema asks for."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number inside a table; `code` is that of Python's struct."""

    code: str
    value: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """A vector of numbers."""

    code: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Blob:
    """A vector of bytes that are fetched when they are written. It comes after everything else."""

    size: int
    content: Callable[[], Any]


class Table:
    """A table: field number → a number inside it, or what it refers to."""

    __slots__ = ("fields",)

    def __init__(self, **fields: Any):
        """fields: f0=, f1=, ... by number; None is left out."""
        self.fields = {int(name[1:]): value for name, value in fields.items() if value is not None}


Reference = Table | Numbers | Blob | str | list[Any]
"""What lies outside of a table: another table, a vector (a list is one of tables), text."""


def encode(root: Table, identifier: bytes) -> tuple[bytes, list[tuple[int, Blob]]]:
    """The file without its blobs, and where these are to be put: (position of the length, blob) in order."""
    return _Encoder(root, identifier).result()


def pieces(root: Table, identifier: bytes) -> Iterator[Any]:
    """The file, piece by piece."""
    head, blobs = encode(root, identifier)
    yield head
    end = len(head)
    for position, blob in blobs:
        yield b"\0" * (position - end)
        yield struct.pack("<I", blob.size)
        if blob.size:
            yield blob.content()
        end = position + 4 + blob.size


class _Encoder:
    """Lays everything out breadth-first: offsets point forward, as they have to."""

    def __init__(self, root: Table, identifier: bytes):
        self.data = bytearray(b"\0\0\0\0" + identifier)
        self.pending: deque[tuple[int, Reference]] = deque([(0, root)])
        self.blobs: list[tuple[int, Blob]] = []
        self.tables: dict[bytes, int] = {}  # a table's layout → where it is described

    def result(self) -> tuple[bytes, list[tuple[int, Blob]]]:
        while self.pending:
            where, item = self.pending.popleft()
            if isinstance(item, Blob):
                self.blobs.append((where, item))
            else:
                self.refer(where, WRITERS[type(item)](self, item))
        end = len(self.data)
        placed = []
        for where, blob in self.blobs:
            position = end + (-end - 4) % ALIGNMENT
            self.refer(where, position)
            placed.append((position, blob))
            end = position + 4 + blob.size
        return bytes(self.data), placed

    def refer(self, where: int, target: int) -> None:
        struct.pack_into("<I", self.data, where, target - where)

    def align(self, size: int = 4) -> int:
        self.data.extend(b"\0" * (-len(self.data) % size))
        return len(self.data)

    def table(self, item: Table) -> int:
        numbers = sorted(item.fields, key=lambda n: (-_size(item.fields[n]), n))
        offsets = dict.fromkeys(item.fields, 0)
        size = 4
        for number in numbers:
            offsets[number] = size
            size += _size(item.fields[number])
        count = max(item.fields, default=-1) + 1
        layout = struct.pack(f"<{count + 2}H", 2 * (count + 2), size, *(offsets.get(i, 0) for i in range(count)))
        if layout not in self.tables:
            self.tables[layout] = self.align()
            self.data += layout
        position = self.align()
        self.data += struct.pack("<i", position - self.tables[layout]) + b"\0" * (size - 4)
        for number, value in item.fields.items():
            if isinstance(value, Scalar):
                struct.pack_into("<" + value.code, self.data, position + offsets[number], value.value)
            else:
                self.pending.append((position + offsets[number], value))
        return position

    def numbers(self, item: Numbers) -> int:
        position = self.align()
        self.data += struct.pack(f"<I{len(item.values)}{item.code}", len(item.values), *item.values)
        return position

    def text(self, item: str) -> int:
        position = self.align()
        content = item.encode()
        self.data += struct.pack("<I", len(content)) + content + b"\0"
        return position

    def vector(self, item: list[Any]) -> int:
        position = self.align()
        self.data += struct.pack("<I", len(item)) + b"\0" * (4 * len(item))
        self.pending.extend((position + 4 + 4 * i, part) for i, part in enumerate(item))
        return position


WRITERS: dict[type[Any], Callable[[_Encoder, Any], int]] = {
    Table: _Encoder.table,
    Numbers: _Encoder.numbers,
    str: _Encoder.text,
    list: _Encoder.vector,
}


def _size(value: Any) -> int:
    """Bytes inside a table: of the number, or of the offset to what is outside."""
    return struct.calcsize(value.code) if isinstance(value, Scalar) else 4
