"""A package on disk: a folder with a manifest, the model's description and program in protobuf, and its weights.

    Manifest.json
    Data/com.apple.CoreML/model.mlmodel
    Data/com.apple.CoreML/weights/weight.bin

The model's metadata carry the contract.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import FileError
from .interpreter.package import MANIFEST, model_path
from .interpreter.wire import Message
from .library import mil

AUTHOR = "com.apple.CoreML"
"""Whose format the items are of; the name of their folder too."""
MODEL, WEIGHTS = "model.mlmodel", "weights"
_ITEMS = {MODEL: "CoreML Model Specification", WEIGHTS: "CoreML Model Weights"}
_VERSION, _DESCRIPTION, _METADATA, _USER_DEFINED = 1, 2, 100, 100
"""Fields of Model, ModelDescription and Metadata. Source: coremltools, mlmodel/format/Model.proto"""


def create(path: Path) -> Path:
    """An empty package; gives the folder that the weights' files go to."""
    weights = path / "Data" / AUTHOR / WEIGHTS
    weights.mkdir(parents=True)
    return weights


def finish(path: Path, model: Any) -> None:
    """Writes the model and the manifest. The same items have the same identifiers, as these need differ only within a
    manifest."""
    identifiers = {name: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{AUTHOR}/{name}")).upper() for name in _ITEMS}
    entries = {
        identifiers[name]: {"author": AUTHOR, "description": description, "name": name, "path": f"{AUTHOR}/{name}"}
        for name, description in _ITEMS.items()
    }
    manifest = {"fileFormatVersion": "1.0.0", "itemInfoEntries": entries, "rootModelIdentifier": identifiers[MODEL]}
    (path / MANIFEST).write_text(json.dumps(manifest, indent=4) + "\n", encoding="utf-8")
    _save(path / "Data" / AUTHOR / MODEL, model)


def _save(file: Path, model: Any) -> None:
    file.write_bytes(model.SerializeToString(deterministic=True))


def annotate(path: Path, entries: Mapping[str, str]) -> None:
    """Adds to the metadata of a package that kport wrote."""
    file = model_path(path)
    model = mil().model.Model()
    model.ParseFromString(file.read_bytes())
    model.description.metadata.userDefined.update(entries)
    _save(file, model)


def metadata(path: Path) -> dict[str, str] | None:
    """What the metadata of a package's model say beyond the usual; None if it is no package."""
    if not recognises(path):
        return None
    try:
        model = Message(model_path(path).read_bytes())
        return model.message(_DESCRIPTION).message(_METADATA).text_map(_USER_DEFINED)
    except (FileError, OSError):
        return None


def version(path: Path) -> int:
    """The version of the specification that a package's model follows."""
    return Message(model_path(path).read_bytes()).integer(_VERSION)


def recognises(path: Path) -> bool:
    """Whether this is a folder with the manifest of a package."""
    if not (path / MANIFEST).is_file():
        return False
    try:
        return model_path(path).is_file()
    except FileError:
        return False
