"""Global heaps of an HDF5 file, checked before the HDF5 library walks through them.

Texts of variable length lie in global heaps: "GCOL", version 1, three zeros, the heap's size; then objects, each with
its index (2 bytes), references (2), reserved (4) and size (8), the data padded to 8 bytes; index 0 is free space, whose
size includes its header. On an object without a size the library never comes to an end.
Source: HDF5 File Format Specification, III.E
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import FileError

_START = b"GCOL\x01\0\0\0"
_HEADER = 16
_CHUNK = 1 << 18
_MAX_SIZE = 1 << 30


def check_heaps(file: Any, path: Path) -> None:
    """FileError if a walk through one of the heaps of `file` (open, binary, somewhere in `path`) wouldn't end."""
    for position in list(_positions(file)):
        file.seek(position + len(_START))
        size = int.from_bytes(file.read(8), "little")
        if not _HEADER <= size <= _MAX_SIZE:
            continue  # the library refuses it
        file.seek(position)
        if not _ends(file.read(size), size):
            raise FileError(f"expected an HDF5 file in {path}. Received: a damaged heap of texts at byte {position}")
    file.seek(0)


def _positions(file: Any) -> Iterator[int]:
    offset, tail = 0, b""
    while chunk := file.read(_CHUNK):
        data = tail + chunk
        start = -1
        while (start := data.find(_START, start + 1)) >= 0:
            yield offset - len(tail) + start
        offset += len(chunk)
        tail = data[-len(_START) + 1 :]


def _ends(heap: bytes, size: int) -> bool:
    """Whether every object brings the walk further."""
    position = _HEADER
    while position + _HEADER <= min(size, len(heap)):
        index, length = struct.unpack_from("<H6xQ", heap, position)
        step = _HEADER + (length + 7) // 8 * 8 if index else length
        if step < _HEADER:
            return False
        position += step
    return True
