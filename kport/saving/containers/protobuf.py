"""The protobuf wire format, as little of it as SavedModels need.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ...errors import FileError

Field = int | bytes


def varint(data: bytes, position: int) -> tuple[int, int]:
    """The number at `position` and the position after it."""
    result = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise FileError(f"expected a protobuf number at byte {position}. Received: {len(data)} bytes")
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7


def fields(data: bytes) -> Iterator[tuple[int, Field]]:
    """The fields of a message in order: number, and an int or the bytes of text, a message or packed numbers."""
    position = 0
    while position < len(data):
        key, position = varint(data, position)
        number, wire = key >> 3, key & 7
        value: Field
        if wire == 0:
            value, position = varint(data, position)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            value = struct.unpack("<Q" if wire == 1 else "<I", data[position : position + size].ljust(size, b"\0"))[0]
            position += size
        elif wire == 2:
            size, position = varint(data, position)
            value = data[position : position + size]
            if len(value) != size:
                raise FileError(f"expected {size} bytes of protobuf data. Received: {len(value)}")
            position += size
        else:
            raise FileError(f"expected a protobuf field. Received: wire type {wire} at byte {position}")
        yield number, value


def all_of(data: bytes, number: int) -> list[bytes]:
    """Every text or message field of this number."""
    return [v for n, v in fields(data) if n == number and isinstance(v, bytes)]


def one_of(data: bytes, number: int) -> bytes:
    """The last text or message field of this number, b"" if there is none."""
    return (all_of(data, number) or [b""])[-1]


def int_of(data: bytes, number: int, default: int = 0) -> int:
    """The last number field of this number."""
    return ([v for n, v in fields(data) if n == number and isinstance(v, int)] or [default])[-1]


def signed(number: int) -> int:
    """The int64 that an unsigned number of the wire stands for: -1 is written as 2**64 - 1."""
    return number - (1 << 64) if number >> 63 else number
