"""The `.keras` archive: config.json, model.weights.h5, assets, and last metadata.json.

Layout: keras/src/saving/saving_lib.py of Keras 3.15.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
VERSION = "3.15.1"
"""The Keras whose dialect is written."""
OWN = "kport"
"""The key of metadata.json under which lies what only kport reads."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the same model gives the same bytes."""

Assets = dict[str, dict[str, bytes]]
"""Files by the path of their layer and their name."""


def write_archive(path: Path, config: Any, weights: Path, assets: Assets, own: Mapping[str, Any] | None = None) -> None:
    """Writes the archive. weights: the HDF5 file that becomes a member; own: what metadata.json has for kport."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member(CONFIG), json.dumps(config))
        with weights.open("rb") as source, archive.open(member(WEIGHTS), "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        for layer, files in assets.items():
            for name, content in files.items():
                archive.writestr(member("/".join(("assets", *filter(None, (layer, name))))), content)
        archive.writestr(member(METADATA), metadata(own))


def metadata(own: Mapping[str, Any] | None = None) -> str:
    """What metadata.json holds."""
    return json.dumps({"keras_version": VERSION, **({OWN: dict(own)} if own else {})})


def member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, EPOCH)
