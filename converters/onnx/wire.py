"""The protobuf wire format, as far as ONNX needs it.

Written by hand so that weights go from the arrays to the file without a copy and no protobuf library is imported.
Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types"""


def varint(number: int) -> bytes:
    """Seven bits a byte, low ones first; a negative number is its 64-bit two's complement."""
    if 0 <= number < 0x80:
        return bytes((number,))
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def integer(field: int, value: int) -> bytes:
    return varint(field << 3 | VARINT) + varint(value)


def real(field: int, value: float) -> bytes:
    """A 32-bit float."""
    return varint(field << 3 | FIXED32) + struct.pack("<f", value)


def head(field: int, length: int) -> bytes:
    """What stands before `length` bytes of a message, of text or of raw data."""
    return varint(field << 3 | BYTES) + varint(length)


def data(field: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return head(field, len(content)) + content


def integers(field: int, values: Iterable[int]) -> bytes:
    """A repeated field of integers, packed."""
    return data(field, b"".join(map(varint, values)))


def reals(field: int, values: Iterable[float]) -> bytes:
    """A repeated field of 32-bit floats, packed."""
    return data(field, b"".join(struct.pack("<f", v) for v in values))
