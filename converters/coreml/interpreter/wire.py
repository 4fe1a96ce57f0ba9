"""Reads protobuf messages, as far as a CoreML model needs it, without a protobuf library and without copying.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ....errors import FileError

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types"""
_SIZES = {FIXED64: 8, FIXED32: 4}


class Message:
    """The fields of one message. A field that isn't there has its default; of one that may stand once the last counts."""

    def __init__(self, data: memoryview | bytes = b""):
        self._fields: dict[int, list[int | memoryview]] = {}
        for number, content in _fields(memoryview(data)):
            self._fields.setdefault(number, []).append(content)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def numbers(self) -> set[int]:
        """The numbers of the fields that are there."""
        return set(self._fields)

    def chunks(self, number: int) -> list[memoryview]:
        """The contents of a field of messages, texts or bytes."""
        contents = self._fields.get(number, [])
        if any(isinstance(c, int) for c in contents):
            raise FileError(f"damaged model: field {number} holds a number where bytes are expected")
        return [c for c in contents if not isinstance(c, int)]

    def messages(self, number: int) -> list[Message]:
        return [Message(chunk) for chunk in self.chunks(number)]

    def message(self, number: int) -> Message:
        chunks = self.chunks(number)
        return Message(chunks[-1]) if chunks else Message()

    def content(self, number: int) -> memoryview:
        chunks = self.chunks(number)
        return chunks[-1] if chunks else memoryview(b"")

    def texts(self, number: int) -> list[str]:
        try:
            return [str(chunk, "utf-8") for chunk in self.chunks(number)]
        except UnicodeDecodeError as error:
            raise FileError(f"damaged model: field {number} is no text: {error}") from error

    def text(self, number: int) -> str:
        texts = self.texts(number)
        return texts[-1] if texts else ""

    def integers(self, number: int) -> list[int]:
        """A repeated field of integers, packed or not."""
        found: list[int] = []
        for content in self._fields.get(number, []):
            if isinstance(content, int):
                found.append(_signed(content))
                continue
            position = 0
            while position < len(content):
                value, position = _varint(content, position)
                found.append(_signed(value))
        return found

    def integer(self, number: int) -> int:
        found = self.integers(number)
        return found[-1] if found else 0

    def reals(self, number: int, dtype: str) -> np.ndarray:
        """A repeated field of floats ("<f4") or doubles ("<f8"), packed or not."""
        size = np.dtype(dtype).itemsize
        if any(len(chunk) % size for chunk in self.chunks(number)):
            raise FileError(f"damaged model: field {number} isn't whole")
        return np.concatenate([np.zeros(0, dtype), *(np.frombuffer(chunk, dtype) for chunk in self.chunks(number))])

    def map(self, number: int) -> dict[str, Message]:
        """A map from texts to messages: entries with the key in field 1 and the value in field 2."""
        return {entry.text(1): entry.message(2) for entry in self.messages(number)}

    def text_map(self, number: int) -> dict[str, str]:
        """A map from texts to texts."""
        return {entry.text(1): entry.text(2) for entry in self.messages(number)}


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        wire = key & 7
        if wire == VARINT:
            value, position = _varint(data, position)
            yield key >> 3, value
            continue
        if wire == BYTES:
            size, position = _varint(data, position)
        elif wire in _SIZES:
            size = _SIZES[wire]
        else:
            raise FileError(f"damaged model: wire type {wire}")
        end = position + size
        if end > len(data):
            raise FileError("damaged model: a field goes beyond the end")
        yield key >> 3, data[position:end]
        position = end


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise FileError("damaged model: it ends within a number")
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise FileError("damaged model: a number without an end")


def _signed(number: int) -> int:
    """int32 and int64 are written as 64-bit two's complement."""
    return number - (1 << 64) if number >> 63 else number
