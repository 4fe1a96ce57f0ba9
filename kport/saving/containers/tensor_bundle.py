"""TensorFlow checkpoints (TensorBundle), read without TensorFlow.

`<prefix>.index` is a sorted table (LevelDB's format) from names to BundleEntryProto; the numbers lie in
`<prefix>.data-00000-of-00001`, .... Sources: tensorflow/core/util/tensor_bundle/tensor_bundle.h,
tensorflow/core/protobuf/tensor_bundle.proto, https://github.com/google/leveldb/blob/main/doc/table_format.md
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

from ...errors import FileError, UnsafeFileError
from ...ops.promotion import numpy_dtype
from ..archive import Stored
from ..limits import regular
from .protobuf import all_of, fields, int_of, one_of, varint

_FOOTER = 48
_MAX_KEY = 1024
"""Longest name: names share their beginnings, so that a small table could mean very many bytes of long ones."""
_MAGIC = 0xDB4775248B80FB57
DTYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    9: "int64",
    10: "bool",
    14: "bfloat16",
    17: "uint16",
    19: "float16",
    22: "uint32",
    23: "uint64",
}
"""DataType of tensorflow/core/framework/types.proto."""
STRING = 7


class TensorBundle:
    """The arrays of a checkpoint by name, and its text entries."""

    def __init__(self, prefix: Path):
        self.prefix = prefix
        index = regular(prefix.with_name(prefix.name + ".index")).read_bytes()
        entries = dict(table_entries(index))
        self._shards = int_of(entries.pop(b"", b""), 1, 1)
        self.arrays: dict[str, Stored] = {}
        self._texts: dict[str, bytes] = {}
        for key, entry in entries.items():
            name = key.decode("utf-8")
            if int_of(entry, 1) == STRING:
                self._texts[name] = entry
            elif int_of(entry, 1) in DTYPES:
                self.arrays[name] = self._stored(name, entry)

    def text(self, name: str) -> bytes | None:
        """A scalar string entry: its length as a varint, a checksum of the lengths, then the bytes."""
        entry = self._texts.get(name)
        if entry is None:
            return None
        data = self._read(entry)
        length, position = varint(data, 0)
        return data[position + 4 : position + 4 + length]

    def _stored(self, name: str, entry: bytes) -> Stored:
        dtype = DTYPES[int_of(entry, 1)]
        shape = tuple(int_of(dimension, 1) for dimension in all_of(one_of(entry, 2), 2))
        expected = math.prod(shape) * np.dtype(numpy_dtype(dtype)).itemsize
        if expected != int_of(entry, 5):
            raise FileError(f"expected {expected} bytes for {name} of shape {shape}. Received: {int_of(entry, 5)}")
        return Stored(name, shape, dtype, lambda: np.frombuffer(self._read(entry), numpy_dtype(dtype)).reshape(shape))

    def _read(self, entry: bytes) -> bytes:
        numbers = {n: v for n, v in fields(entry) if isinstance(v, int)}
        shard, offset, size = numbers.get(3, 0), numbers.get(4, 0), numbers.get(5, 0)
        path = regular(self.prefix.with_name(f"{self.prefix.name}.data-{shard:05d}-of-{self._shards:05d}"))
        if offset + size > path.stat().st_size:
            raise FileError(f"expected {offset + size} bytes in {path}. Received: {path.stat().st_size}")
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)


def table_entries(data: bytes) -> list[tuple[bytes, bytes]]:
    """The entries of a sorted table, in order."""
    if len(data) < _FOOTER or struct.unpack("<Q", data[-8:])[0] != _MAGIC:
        raise FileError(f"expected a TensorFlow checkpoint index. Received: {len(data)} bytes without its footer")
    footer = data[-_FOOTER:]
    _, position = varint(footer, 0)  # the meta index's offset and size
    _, position = varint(footer, position)
    blocks = _block(data, *_handle(footer[position:]))
    entries: list[tuple[bytes, bytes]] = []
    for _, handle in blocks:
        entries += _block(data, *_handle(handle))
        if 3 * len(entries) > len(data):  # an entry has three numbers at least: blocks have been read again and again
            raise UnsafeFileError("expected blocks that don't overlap in a checkpoint index. Received: overlapping blocks")
    return entries


def _handle(data: bytes) -> tuple[int, int]:
    offset, position = varint(data, 0)
    return offset, varint(data, position)[0]


def _block(data: bytes, offset: int, size: int) -> list[tuple[bytes, bytes]]:
    """Entries share their key's beginning with the one before; the restart points at the end aren't needed."""
    block = data[offset : offset + size]
    if len(block) != size or offset + size >= len(data):
        raise FileError(f"expected a block of {size} bytes at {offset}. Received: {len(data)} bytes in all")
    if data[offset + size] != 0:
        raise FileError("expected an uncompressed checkpoint index. Received: a compressed block")
    restarts = struct.unpack("<I", block[-4:])[0]
    end = size - 4 * (restarts + 1)
    entries: list[tuple[bytes, bytes]] = []
    key, position = b"", 0
    while position < end:
        shared, position = varint(block, position)
        own, position = varint(block, position)
        length, position = varint(block, position)
        if shared + own > _MAX_KEY:
            raise UnsafeFileError(f"expected names of at most {_MAX_KEY} bytes in a checkpoint index. Received: {shared + own}")
        key = key[:shared] + block[position : position + own]
        position += own
        entries.append((key, block[position : position + length]))
        position += length
    return entries
