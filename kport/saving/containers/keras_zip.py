"""`.keras`: a zip with metadata.json, config.json, weights, and the layers' assets.

No member is extracted to disk. Refused before anything is read: paths that leave the archive, duplicate members,
too many of them, and sizes or compression ratios beyond what a model can have.
"""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ...errors import MissingPartError, UnsafeFileError
from ..archive import Archive, Stored, TreeWeights, reading
from . import input_types
from .hdf5 import tree_of

MAGIC = b"PK\x03\x04"
MAX_MEMBERS = 20_000
MAX_RATIO = 1000
MAX_JSON = 256 << 20
MAX_WEIGHTS = 1 << 40
_FREE, _MAX_TOTAL_RATIO = 64 << 20, 32
"""What may be unpacked in all: so many bytes, and so many times the archive's size. Keras doesn't compress at all."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others can't be unpacked within a limit."""
_WEIGHTS = ("model.weights.h5", "model.weights.npz")


def open_keras_zip(path: Path, stack: ExitStack) -> Archive:
    """The archive's architecture, weights and assets."""
    with reading(path, "a .keras archive"):
        archive = stack.enter_context(zipfile.ZipFile(path))
        members = checked_members(archive, path, path.stat().st_size)
        if "config.json" not in members:
            raise MissingPartError(f"expected config.json in {path}. Received: {sorted(members)[:8]}")
        metadata = json.loads(_read(archive, members["metadata.json"], MAX_JSON)) if "metadata.json" in members else {}
        config = json.loads(_read(archive, members["config.json"], MAX_JSON))
        weights = None
        if _WEIGHTS[0] in members:
            weights = tree_of(_hdf5_member(archive, members[_WEIGHTS[0]], path, stack), path, stack)
        elif _WEIGHTS[1] in members:
            weights = _npz_tree(_read(archive, members[_WEIGHTS[1]], MAX_WEIGHTS), path)
        version = metadata.get("keras_version") if isinstance(metadata, dict) else None
        assets = _assets(archive, members)
        return _archive(path, config, weights, version, assets)


def open_keras_folder(path: Path, stack: ExitStack) -> Archive:
    """What an archive holds, in a folder."""
    with reading(path, "the parts of a .keras archive"):
        names = {item.relative_to(path).as_posix(): item for item in sorted(path.rglob("*")) if item.is_file()}
        parts = {name: json.loads(names[name].read_bytes()) for name in ("metadata.json", "config.json") if name in names}
        weights = tree_of(stack.enter_context(names[_WEIGHTS[0]].open("rb")), path, stack) if _WEIGHTS[0] in names else None
        assets: dict[str, dict[str, bytes]] = {}
        for name, file in names.items():
            if name.startswith("assets/"):
                layer, _, last = name.removeprefix("assets/").rpartition("/")
                assets.setdefault(layer, {})[last] = file.read_bytes()
        version = parts.get("metadata.json", {}).get("keras_version")
        return _archive(path, parts["config.json"], weights, version, assets)


def _archive(path: Path, config: Any, weights: TreeWeights | None, version: Any, assets: dict[str, dict[str, bytes]]) -> Archive:
    if weights is not None:
        weights.keras_version = version
    training = config.get("compile_config") if isinstance(config, dict) else None
    return Archive(path, ".keras zip", config, weights, version, assets=assets, inputs=inputs_of(config), training=training)


def inputs_of(config: Any) -> Any:
    """The types of the inputs that a subclassed model was built with."""
    shapes = ((isinstance(config, dict) and config.get("build_config")) or {}).get("input_shape")
    return None if shapes is None or "layers" in config.get("config", {}) else input_types.of_shapes(shapes)


def checked_members(archive: zipfile.ZipFile, path: Path, file_size: int) -> dict[str, zipfile.ZipInfo]:
    """The members by name; UnsafeFileError for an archive that isn't what Keras writes."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise UnsafeFileError(f"expected at most {MAX_MEMBERS} members in {path}. Received: {len(infos)}")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = PurePosixPath(info.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in info.filename or ":" in info.filename:
            raise UnsafeFileError(f"expected members within the archive {path}. Received: member {info.filename!r}")
        if info.filename in members:
            raise UnsafeFileError(f"expected each member once in {path}. Received: {info.filename!r} twice")
        if info.compress_type not in _METHODS or info.flag_bits & 1:
            raise UnsafeFileError(
                f"expected {info.filename!r} in {path} stored or deflated. Received: "
                + ("encrypted data" if info.flag_bits & 1 else f"compression method {info.compress_type}")
            )
        if info.compress_size > file_size or info.file_size > max(info.compress_size, 1) * MAX_RATIO:
            raise UnsafeFileError(
                f"expected a plausible size of {info.filename!r} in {path}. "
                f"Received: {info.compress_size} bytes that unpack to {info.file_size}"
            )
        members[info.filename] = info
    total, most = sum(i.file_size for i in infos), _FREE + _MAX_TOTAL_RATIO * file_size
    if total > most:
        raise UnsafeFileError(f"expected at most {most} bytes when {path} is unpacked. Received: {total}")
    if sum(i.compress_size for i in infos) > file_size:
        raise UnsafeFileError(f"expected members that don't overlap in {path}. Received: overlapping members")
    return members


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    if info.file_size > limit:
        raise UnsafeFileError(f"expected at most {limit} bytes in {info.filename!r}. Received: {info.file_size}")
    with archive.open(info) as stream:
        return stream.read(info.file_size + 1)  # with a size, no more is unpacked at once


class _Member(io.RawIOBase):
    """An uncompressed member as a file of its own, so that its arrays are read from disk one by one."""

    def __init__(self, path: Path, start: int, size: int):
        self._file = path.open("rb")
        self._start, self._size, self._position = start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")[: max(self._size - self._position, 0)]
        self._file.seek(self._start + self._position)
        count = self._file.readinto(view)
        self._position += count
        return int(count)

    def close(self) -> None:
        self._file.close()
        super().close()


def _hdf5_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, stack: ExitStack) -> Any:
    """The member as a seekable file, its checksum verified."""
    if info.compress_type != zipfile.ZIP_STORED:
        return io.BytesIO(_read(archive, info, MAX_WEIGHTS))
    with archive.open(info) as stream:
        while stream.read(1 << 20):  # zipfile compares the checksum at the end
            pass
    with path.open("rb") as file:
        file.seek(info.header_offset + 26)
        name, extra = struct.unpack("<HH", file.read(4))
    return stack.enter_context(_Member(path, info.header_offset + 30 + name + extra, info.file_size))


def _npz_tree(data: bytes, path: Path) -> TreeWeights:
    """Arrays `<layer path>/vars/<key>`. What Keras writes as npz are pickled dicts, which could run code: refused."""
    tree = TreeWeights({})
    with zipfile.ZipFile(io.BytesIO(data)) as inner:
        members = checked_members(inner, path, len(data))
        for name, info in members.items():
            with inner.open(info) as stream:
                version = np.lib.format.read_magic(stream)
                read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                shape, _, dtype = read_header(stream)
            if dtype.hasobject:
                raise UnsafeFileError(
                    f"expected plain arrays in model.weights.npz of {path}. Received: pickled objects, which could run code; "
                    "save the model again with weights_format='h5'"
                )
            if math.prod(shape) * dtype.itemsize > info.file_size:
                raise UnsafeFileError(f"expected {info.file_size} bytes in {name!r} of {path}. Received: shape={shape}")
            layer, _, key = name.removesuffix(".npy").rpartition("/")
            array = np.load(io.BytesIO(_read(inner, info, MAX_WEIGHTS)), allow_pickle=False)
            tree.arrays.setdefault(layer.removesuffix("vars").strip("/"), {})[key] = Stored.of(name, array)
    return tree


def _assets(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, dict[str, bytes]]:
    """assets/<layer path>/<file> as files by layer path."""
    assets: dict[str, dict[str, bytes]] = {}
    for name, info in members.items():
        if name.startswith("assets/") and not name.endswith("/"):
            layer, _, file = name.removeprefix("assets/").rpartition("/")
            assets.setdefault(layer, {})[file] = _read(archive, info, MAX_JSON)
    return assets
