"""Looks into an .onnx file without ONNX's library: whether it is one, its contract, the names of its tensors."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from .proto import INITIALIZER, METADATA, MODEL_GRAPH, OUTSIDE, RAW_DATA, pair, reference
from .wire import BYTES, FIXED32, FIXED64, VARINT, data, varint

_KNOWN = {
    1: VARINT,
    2: BYTES,
    3: BYTES,
    4: BYTES,
    5: VARINT,
    6: BYTES,
    7: BYTES,
    8: BYTES,
    14: BYTES,
    20: BYTES,
    25: BYTES,
    26: BYTES,
}
"""The fields of ModelProto and how they are encoded."""
_SIZES = {FIXED32: 4, FIXED64: 8}


def fields(file: BinaryIO, end: int) -> Iterator[tuple[int, int, int]]:
    """The fields of a message that lasts until `end`: (number, wire type, length); the file stands at the content.

    A reader may leave the file anywhere. ValueError if this is no protobuf message.
    """
    position = file.tell()
    while position < end:
        file.seek(position)
        key = _varint(file)
        wire = key & 7
        length = _varint(file) if wire == BYTES else _SIZES.get(wire, 0)
        start = file.tell()
        if wire == VARINT:
            _varint(file)
            length = file.tell() - start
            file.seek(start)
        elif wire != BYTES and wire not in _SIZES:
            raise ValueError(f"wire type {wire}")
        position = start + length
        if position > end:
            raise ValueError("a field goes beyond the end")
        yield key >> 3, wire, length


def _varint(file: BinaryIO) -> int:
    number = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise ValueError("the end within a number")
        number |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return number
    raise ValueError("a number without an end")


def metadata(path: Path) -> dict[str, str] | None:
    """`metadata_props` of an ONNX model; None if the file is none."""
    if not path.is_file():
        return None
    found: dict[str, str] = {}
    has_graph = False
    try:
        with path.open("rb") as file:
            for number, wire, length in fields(file, path.stat().st_size):
                if _KNOWN.get(number) != wire:
                    return None
                has_graph |= number == MODEL_GRAPH
                if number == METADATA:
                    key, value = _pair(file.read(length))
                    found[key] = value
    except ValueError:
        return None
    return found if has_graph else None


def _pair(entry: bytes) -> tuple[str, str]:
    parts = {1: "", 2: ""}
    stream = io.BytesIO(entry)
    for number, _, length in fields(stream, len(entry)):
        parts[number] = stream.read(length).decode()
    return parts[1], parts[2]


def recognises(path: Path) -> bool:
    """Whether the file is an ONNX model, by whoever it was written."""
    return metadata(path) is not None


def annotate(path: Path, entries: Mapping[str, str]) -> None:
    """Adds to the metadata: a repeated field may go on at the end of the file."""
    with path.open("ab") as file:
        file.writelines(data(METADATA, pair(key, value)) for key, value in entries.items())


def tensor_names(path: Path) -> list[str]:
    """What the nodes of the outermost graph compute, without its outputs."""
    names: list[str] = []
    outputs: set[str] = set()
    with path.open("rb") as file:
        for number, _, length in fields(file, path.stat().st_size):
            if number != MODEL_GRAPH:
                continue
            for part, _, size in fields(file, file.tell() + length):
                if part == 1:  # NodeProto, its outputs
                    names += _texts(file, size, 2)
                elif part == 12:  # ValueInfoProto of an output, its name
                    outputs.update(_texts(file, size, 1))
    return [name for name in dict.fromkeys(names) if name and name not in outputs]


def _texts(stream: BinaryIO, length: int, wanted: int) -> list[str]:
    return [stream.read(size).decode() for number, _, size in fields(stream, stream.tell() + length) if number == wanted]


def mapped(path: Path) -> bytes:
    """The model with its large weights as references to where they lie in the file: a runtime maps them, and copies nothing."""
    pieces: list[bytes] = []
    with path.open("rb") as file:
        for number, wire, length in fields(file, path.stat().st_size):
            if number != MODEL_GRAPH:
                pieces.append(_field(file, number, wire, length))
                continue
            parts: list[bytes] = []
            for part, kind, size in fields(file, file.tell() + length):
                if part == INITIALIZER and size > OUTSIDE:
                    parts.append(data(INITIALIZER, _referenced(file, size, path.name)))
                else:
                    parts.append(_field(file, part, kind, size))
            pieces.append(data(MODEL_GRAPH, b"".join(parts)))
    return b"".join(pieces)


def _field(file: BinaryIO, number: int, wire: int, length: int) -> bytes:
    """A field as it stands in the file."""
    key = varint(number << 3 | wire)
    return key + (varint(length) if wire == BYTES else b"") + file.read(length)


def _referenced(file: BinaryIO, length: int, name: str) -> bytes:
    """TensorProto with its raw bytes, if it has them, as a reference to the file."""
    parts: list[bytes] = []
    for number, wire, size in fields(file, file.tell() + length):
        parts.append(reference(name, file.tell(), size) if number == RAW_DATA else _field(file, number, wire, size))
    return b"".join(parts)
