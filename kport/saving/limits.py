"""What a file may ask for, measured by what is in it, so that a small one can't take all memory or time."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from ..errors import FileError, UnsafeFileError
from .archive import Archive
from .dialects.plain import Entry, is_entry

_MAX_CALLS = 50_000
_MAX_DEPTH = 250
"""Lists and objects within one another: three for each model in a model."""
_FREE_NUMBERS = 1 << 24
_NUMBERS_PER_BYTE = 8
"""More than any compression of real weights gives; small files may hold arrays of zeros."""


def regular(path: Path) -> Path:
    """The path of a file that comes to an end; FileError for a device, a pipe, or what can't be looked at."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"expected a file that can be read. Received: {str(path)[:200]!r} ({reason})") from None
    if not stat.S_ISREG(mode):
        raise FileError(f"expected a regular file. Received: {path}, a device, pipe, socket or directory")
    return path


def check_numbers(archive: Archive) -> None:
    """UnsafeFileError if the file's arrays together claim far more numbers than it has bytes."""
    if archive.weights is None:
        return
    path = archive.path
    held = sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) if path.is_dir() else path.stat().st_size
    claimed, most = sum(array.size for array in archive.weights), _FREE_NUMBERS + _NUMBERS_PER_BYTE * held
    if claimed > most:
        raise UnsafeFileError(f"expected at most {most} numbers in {path}, which has {held} bytes. Received: {claimed}")


def check_depth(architecture: Any, path: Path) -> None:
    """FileError for a configuration nested deeper than any model is: all that reads it goes down as deep."""
    level, depth = [architecture], 0
    while level:
        if depth > _MAX_DEPTH:
            raise FileError(f"expected the configuration of a model in {path}. Received: data nested too deeply")
        held = (x.values() if isinstance(x, dict) else x for x in level if isinstance(x, (dict, list)))
        level, depth = [item for items in held for item in items], depth + 1


def check_calls(architecture: Entry) -> None:
    """UnsafeFileError if models that call models multiply to more calls of layers than any model has."""
    calls = _calls(architecture)
    if calls > _MAX_CALLS:
        raise UnsafeFileError(
            f"expected at most {_MAX_CALLS} calls of layers in a model. Received: 2**{calls.bit_length() - 1} or more"
        )


def _calls(entry: Any) -> int:
    """How often layers are called when the entry is called once."""
    if not is_entry(entry) or not isinstance(entry["config"], dict):
        return 1
    layers = entry["config"].get("layers")
    held = layers if isinstance(layers, list) else [entry["config"].get("layer")]
    return 1 + sum(_times(layer) * _calls(layer) for layer in held if isinstance(layer, dict))


def _times(entry: Entry) -> int:
    nodes = entry.get("inbound_nodes")
    return max(len(nodes), 1) if isinstance(nodes, list) else 1
