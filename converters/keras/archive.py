"""The `.keras` archive: config.json, model.weights.h5, assets, and last metadata.json, which has the contract too.

Keras reads neither metadata.json nor more than it needs, but unpacks an archive with further members to disk first: so
the contract lies in metadata.json. It comes last, so that adding to the contract rewrites nothing else.
Layout: keras/src/saving/saving_lib.py of Keras 3.15.
"""

from __future__ import annotations

import json
import shutil
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..contract import KEY

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
OWN = "kport"
"""The key of metadata.json under which the contract lies."""
VERSION = "3.15.1"
"""The Keras whose dialect is written."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the same model gives the same bytes."""
MAX_METADATA = 64 << 20


def write_archive(
    path: Path, config: Any, weights: Path, assets: Mapping[str, Mapping[str, bytes]], contract: Mapping[str, str]
) -> None:
    """Writes the archive. weights: the HDF5 file that becomes a member; assets: files by layer path and name."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_member(CONFIG), json.dumps(config))
        with weights.open("rb") as source, archive.open(_member(WEIGHTS), "w", force_zip64=True) as member:
            shutil.copyfileobj(source, member, 1 << 20)
        for layer, files in assets.items():
            for name, content in files.items():
                archive.writestr(_member(f"assets/{layer}/{name}"), content)
        archive.writestr(_member(METADATA), _metadata(contract))


def annotate(path: Path, entries: Mapping[str, str]) -> None:
    """Adds texts to the contract: only the end of the file is written anew."""
    with zipfile.ZipFile(path, "a") as archive:
        last = archive.infolist()[-1]
        assert last.filename == METADATA
        known = json.loads(archive.read(last)).get(OWN, {})
        archive.filelist.remove(last)
        del archive.NameToInfo[METADATA]
        archive.start_dir = last.header_offset  # where the next member goes, and after it the directory
        archive.writestr(_member(METADATA), _metadata(_texts(known) | dict(entries)))


def read_contract(path: Path) -> dict[str, str] | None:
    """The contract's texts; None for what kport didn't write."""
    metadata = _read_metadata(path)
    own = metadata.get(OWN) if metadata is not None else None
    return _texts(own) if isinstance(own, dict) and KEY in own else None


def recognises(path: Path) -> bool:
    """Whether the file is a `.keras` archive, by whomever it was written."""
    return _read_metadata(path) is not None


def _read_metadata(path: Path) -> dict[str, Any] | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.NameToInfo
            if not {METADATA, CONFIG} <= set(names) or names[METADATA].file_size > MAX_METADATA:
                return None
            data = json.loads(archive.read(METADATA))
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, struct.error):
        return None
    return data if isinstance(data, dict) and "keras_version" in data else None


def _metadata(contract: Mapping[str, str]) -> str:
    own = {key: json.loads(text) if key == KEY else text for key, text in contract.items()}
    return json.dumps({"keras_version": VERSION, **({OWN: own} if own else {})})


def _texts(own: Mapping[str, Any]) -> dict[str, str]:
    return {key: json.dumps(value, separators=(",", ":")) if key == KEY else str(value) for key, value in own.items()}


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, EPOCH)
