"""Reads weights out of a package's weight.bin.

A header of 64 bytes (u32 count, u32 version = 2), then for each weight 64 bytes of metadata (u32 0xDEADBEEF, u32 type,
u64 size in bytes, u64 offset of the data, u64 padding in bits) and, wherever they point, the data, aligned to 64 bytes.
Source: coremltools, mlmodel/src/MILBlob/Blob/StorageFormat.hpp and BlobDataType.hpp.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

from ....errors import FileError
from .types import NUMPY, SUB_BYTE

ALIGNMENT = 64
SENTINEL = 0xDEADBEEF
VERSION = 2
DTYPES: dict[int, str] = {
    1: "fp16",
    2: "fp32",
    3: "uint8",
    4: "int8",
    6: "int16",
    7: "uint16",
    8: "int4",
    9: "uint1",
    10: "uint2",
    11: "uint4",
    12: "uint3",
    13: "uint6",
    14: "int32",
    15: "uint32",
}
"""BlobDataType; bfloat16 (5) and float8 (16, 17) are in no operation set"""
_HEADER = struct.Struct("<II")
_METADATA = struct.Struct("<IIQQQ")


class Blob:
    """A file of weights. They are mapped, not read: only what is used is loaded."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self._data = np.memmap(path, np.uint8, "r")
        except (OSError, ValueError) as error:
            raise FileError(f"expected the model's weights in {path}: {error}") from error
        if len(self._data) < ALIGNMENT:
            raise FileError(f"{path}: expected a header of {ALIGNMENT} bytes. Received: a file of {len(self._data)} bytes")
        self.count, version = _HEADER.unpack_from(self._data.data)
        if version != VERSION:
            raise FileError(f"{path}: expected version {VERSION}. Received: {version}")

    def read(self, offset: int, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
        """The weight whose metadata is at `offset`, which must be of this type and shape."""
        where = f"{self.path}, weight at byte {offset}"
        if offset % ALIGNMENT:
            raise FileError(f"{where}: expected a multiple of {ALIGNMENT}")
        if offset + ALIGNMENT > len(self._data):
            raise FileError(f"{where}: the file has only {len(self._data)} bytes")
        sentinel, code, size, start, padding = _METADATA.unpack_from(self._data.data, offset)
        if sentinel != SENTINEL:
            raise FileError(f"{where}: no metadata there: expected {SENTINEL:#x}. Received: {sentinel:#x}")
        if DTYPES.get(code) != dtype:
            raise FileError(f"{where}: expected {dtype}. Received: {DTYPES.get(code, f'type {code}')}")
        if start % ALIGNMENT:
            raise FileError(f"{where}: its data is at byte {start}, which is no multiple of {ALIGNMENT}")
        if start + size > len(self._data):
            raise FileError(f"{where}: its data goes beyond the file's end")
        count = math.prod(shape)
        bits = SUB_BYTE.get(dtype, 8 * NUMPY[dtype].itemsize)
        if size * 8 - (padding if dtype in SUB_BYTE else 0) != count * bits:
            raise FileError(f"{where}: expected {count} elements of {bits} bits. Received: {size} bytes")
        return elements(self._data[start : start + size], dtype, shape)


def elements(data: np.ndarray | memoryview, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Raw bytes as a tensor."""
    packed = np.frombuffer(data, np.uint8)
    if dtype in SUB_BYTE:
        return unpack(packed, SUB_BYTE[dtype], math.prod(shape), signed=dtype == "int4").reshape(shape)
    return packed.view(NUMPY[dtype]).reshape(shape)


def unpack(packed: np.ndarray, bits: int, count: int, signed: bool = False) -> np.ndarray:
    """Numbers of a few bits each, which fill the bytes from the lowest bit on, and go on in the next byte."""
    if packed.size * 8 < count * bits:
        raise FileError(f"expected {count} numbers of {bits} bits. Received: {packed.size} bytes")
    each = np.unpackbits(packed, bitorder="little")[: count * bits].reshape(count, bits)
    numbers = (each << np.arange(bits, dtype=np.uint8)).sum(axis=1, dtype=np.uint8)
    return np.where(numbers >> (bits - 1), numbers.astype(np.int16) - (1 << bits), numbers).astype(np.int8) if signed else numbers
