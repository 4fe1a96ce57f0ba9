"""Looks into a .tflite file without any library: whether it is one, its metadata, its signature, its tensors' names."""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .schema import IDENTIFIER

ADDED = "kport.added"
"""Metadata that is written after the file was: the last thing in it, so that it can grow."""
LONGEST = 64 << 20
"""No text of a contract is longer."""


class View:
    """A table in a FlatBuffer. Whatever lies outside of the file raises struct.error or ValueError."""

    def __init__(self, data: Any, position: int):
        self.data = data
        self.position = position
        layout = position - self.number("i", position)
        if layout < 0:
            raise ValueError("a table without a layout")
        size = self.number("H", layout)
        self.offsets = struct.unpack_from(f"<{max(0, size - 4) // 2}H", data, layout + 4)

    def number(self, code: str, position: int) -> int:
        found: int = struct.unpack_from("<" + code, self.data, position)[0]
        return found

    def where(self, field: int) -> int | None:
        """Where a field lies; None if it is left out."""
        offset = self.offsets[field] if field < len(self.offsets) else 0
        return self.position + offset if offset else None

    def integer(self, field: int, code: str = "I") -> int:
        position = self.where(field)
        return 0 if position is None else self.number(code, position)

    def target(self, field: int) -> int | None:
        """Where what a field refers to lies."""
        position = self.where(field)
        return None if position is None else position + self.number("I", position)

    def tables(self, field: int) -> Iterator[View]:
        """The tables of a vector."""
        start = self.target(field)
        if start is None:
            return
        count = self.number("I", start)
        if start + 4 + 4 * count > len(self.data):
            raise ValueError("a vector beyond the end")
        for position in range(start + 4, start + 4 + 4 * count, 4):
            yield View(self.data, position + self.number("I", position))

    def bytes(self, field: int) -> bytes:
        start = self.target(field)
        if start is None:
            return b""
        size = self.number("I", start)
        if size > LONGEST or start + 4 + size > len(self.data):
            raise ValueError("text beyond the end")
        return bytes(self.data[start + 4 : start + 4 + size])

    def text(self, field: int) -> str:
        return self.bytes(field).decode()


@contextmanager
def opened(path: Path) -> Iterator[View | None]:
    """The model's table; None if the file is none."""
    if not path.is_file() or path.stat().st_size < 8:
        yield None
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[4:8] != IDENTIFIER:
            yield None
            return
        yield View(data, struct.unpack_from("<I", data, 0)[0])


def metadata(path: Path) -> dict[str, str] | None:
    """The texts that kport wrote into the metadata; None if the file is no TFLite model."""
    try:
        with opened(path) as model:
            if model is None:
                return None
            buffers = list(model.tables(4))
            entries = ((entry.text(0), buffers[entry.integer(1)]) for entry in model.tables(6))
            found = {name: buffer.text(0) for name, buffer in entries if name.startswith("kport.")}
            return found | json.loads(found.pop(ADDED, "{}"))
    except (struct.error, ValueError, IndexError):
        return None


def recognises(path: Path) -> bool:
    """Whether the file is a TFLite model, by whoever it was written."""
    return metadata(path) is not None


def annotate(path: Path, entries: Mapping[str, str]) -> None:
    """Adds to the metadata of a file that kport wrote: they are the last thing in it."""
    with opened(path) as model:
        assert model is not None
        buffers = list(model.tables(4))
        place = next(buffers[entry.integer(1)] for entry in model.tables(6) if entry.text(0) == ADDED)
        position, before = place.target(0), json.loads(place.text(0))
    assert position is not None
    content = json.dumps({**before, **entries}).encode()
    with path.open("r+b") as file:
        file.seek(position)
        file.truncate()
        file.write(struct.pack("<I", len(content)) + content)


def signature(path: Path) -> tuple[dict[str, int], dict[str, int]] | None:
    """The names of inputs and outputs with their tensors' numbers, in the file's order; None without a signature."""
    with opened(path) as model:
        assert model is not None
        first = next(model.tables(7), None)
        if first is None:
            return None
        inputs, outputs = ({m.text(0): m.integer(1) for m in first.tables(field)} for field in (0, 1))
        return inputs, outputs
