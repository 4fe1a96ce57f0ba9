"""Weights: one after another, in shards of 4 MB that browsers keep in their caches; `manifest` says where each is.

Source: https://www.tensorflow.org/js/guide/save_load, tfjs-core's io_utils.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .graphdef import NodeDef

SHARD = 4 << 20
FLOAT16_LIMIT = float(np.finfo(np.float16).max)
SMALLEST = 16
"""Weights of fewer elements than this stay as they are: nothing would be saved."""
NAMELESS = re.compile(r"const(_\d+)?$")
"""The names of constants that are not a model's weights."""


def write_weights(folder: Path, weights: Mapping[str, NodeDef], precision: str) -> list[dict[str, Any]]:
    """Writes the shards; gives the manifest. With the precision float16 they hold weights in 16 bits, which TF.js widens."""
    halved = {name for name, node in weights.items() if precision == "float16" and in_half(node)}
    return write_arrays(folder, {name: array for name, node in weights.items() if (array := node.data) is not None}, halved)


def write_arrays(folder: Path, arrays: Mapping[str, np.ndarray], halved: Collection[str]) -> list[dict[str, Any]]:
    """Writes arrays by name, those of the names `halved` in 16 bits; gives the manifest."""
    pieces = (piece for name, array in arrays.items() for piece in encoded(array, name in halved))
    paths = write_shards(folder, pieces, sum(size_of(array, name in halved) for name, array in arrays.items()))
    return [{"paths": paths, "weights": [spec(name, array, name in halved) for name, array in arrays.items()]}]


def in_half(node: NodeDef) -> bool:
    """Whether a constant is a weight, and one that half precision can hold."""
    array = node.data
    if array is None or not node.holds_value or NAMELESS.match(node.wanted):
        return False
    return fits_half(array)


def fits_half(array: np.ndarray) -> bool:
    """Whether half precision can hold an array, and something is saved by it."""
    return array.dtype == np.float32 and array.size >= SMALLEST and bool((np.abs(array) <= FLOAT16_LIMIT).all())


def spec(name: str, array: np.ndarray, halved: bool) -> dict[str, Any]:
    dtype = "string" if array.dtype == object else array.dtype.name
    found: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": dtype}
    return found | {"quantization": {"dtype": "float16", "original_dtype": "float32"}} if halved else found


def encoded(array: np.ndarray, halved: bool) -> Iterator[memoryview | bytes]:
    """The bytes of an array; of text each piece after its length."""
    if array.dtype == object:
        for item in array.ravel():
            text = str(item).encode()
            yield struct.pack("<I", len(text)) + text
    elif array.size:
        little = array.astype("<f2") if halved else np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        yield little.reshape(-1).view(np.uint8).data


def size_of(array: np.ndarray, halved: bool) -> int:
    if array.dtype == object:
        return sum(len(piece) for piece in encoded(array, halved))
    return array.nbytes // 2 if halved else array.nbytes


def write_shards(folder: Path, pieces: Iterable[memoryview | bytes], total: int) -> list[str]:
    """Fills one file after another; gives their names. A model without weights has one that is empty."""
    count = max(1, -(-total // SHARD))
    names = [f"group1-shard{i + 1}of{count}.bin" for i in range(count)]
    rest = iter(pieces)
    piece = memoryview(b"")
    for name in names:
        space = SHARD
        with (folder / name).open("wb") as file:
            while space:
                if not piece:
                    found = next(rest, None)
                    if found is None:
                        break
                    piece = memoryview(found)
                file.write(piece[:space])
                written = min(space, len(piece))
                space, piece = space - written, piece[written:]
    return names
