"""The contract in a `.keras` archive's metadata.json.

Keras reads neither metadata.json nor more than it needs, but unpacks an archive with further members to disk first: so
the contract lies in metadata.json. It comes last, so that adding to the contract rewrites nothing else.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...saving.writing.keras_zip import CONFIG, METADATA, OWN, member, metadata
from ..contract import KEY

MAX_METADATA = 64 << 20


def annotate(path: Path, entries: Mapping[str, str]) -> None:
    """Adds texts to the contract: only the end of the file is written anew."""
    with zipfile.ZipFile(path, "a") as archive:
        last = archive.infolist()[-1]
        assert last.filename == METADATA
        known = json.loads(archive.read(last)).get(OWN, {})
        archive.filelist.remove(last)
        del archive.NameToInfo[METADATA]
        archive.start_dir = last.header_offset  # where the next member goes, and after it the directory
        archive.writestr(member(METADATA), metadata(own_of(_texts(known) | dict(entries))))


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


def own_of(contract: Mapping[str, str]) -> dict[str, Any]:
    """What metadata.json has of the contract."""
    return {key: json.loads(text) if key == KEY else text for key, text in contract.items()}


def _texts(own: Mapping[str, Any]) -> dict[str, str]:
    return {key: json.dumps(value, separators=(",", ":")) if key == KEY else str(value) for key, value in own.items()}
