"""Opens an .mlpackage: a folder with a manifest that names the model's files."""

from __future__ import annotations

import json
import math
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ....errors import FileError
from .blob import Blob, elements
from .program import Model, Value, read_model
from .types import NUMPY, TensorType

MANIFEST = "Manifest.json"
FORMAT = "1.0.0"
"""The only version of manifests. Source: coremltools, modelpackage/src/ModelPackage.cpp, as the rest about them"""
ITEM_KEYS = ("path", "name", "author", "description")
MODEL_PREFIX = "@model_path/"
"""What a weight file's name begins with: the folder that the model's file is in"""


def model_path(package: Path) -> Path:
    """The model's file: the manifest's item that `rootModelIdentifier` names."""
    try:
        manifest = _manifest(package)
        path = manifest["itemInfoEntries"][manifest["rootModelIdentifier"]]["path"]
        model = package / "Data" / path
    except (KeyError, TypeError, AttributeError) as error:
        raise _no_manifest(package, error) from error
    if not model.resolve().is_relative_to(package.resolve()):
        raise FileError(f"{package / MANIFEST}: the model is outside of the package: {path}")
    return model


def manifest_faults(package: Path) -> list[str]:
    """What CoreML would find wrong with the manifest."""
    manifest = _manifest(package)
    found = []
    if manifest.get("fileFormatVersion") != FORMAT:
        found.append(f"the manifest's version should be {FORMAT}. It is {manifest.get('fileFormatVersion')}")
    for identifier, item in manifest["itemInfoEntries"].items():
        missing = [key for key in ITEM_KEYS if key not in item]
        if missing:
            found.append(f"the manifest's item {identifier} has no {', '.join(missing)}")
        elif not (package / "Data" / item["path"]).exists():
            found.append(f"the manifest's item {item['name']} isn't there: {item['path']}")
    return found


def _manifest(package: Path) -> Any:
    try:
        return json.loads((package / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"expected an .mlpackage, a folder with a {MANIFEST}: {error}") from error
    except ValueError as error:
        raise _no_manifest(package, error) from error


def _no_manifest(package: Path, error: Exception) -> FileError:
    return FileError(f"{package / MANIFEST}: expected the manifest of an .mlpackage: {type(error).__name__} {error}")


class Package:
    """An opened package: its model, and the values of its constants."""

    def __init__(self, path: Path):
        self.path = path
        self.model_path = model_path(path)
        self._blobs: dict[str, Blob] = {}

    @cached_property
    def model(self) -> Model:
        try:
            data = self.model_path.read_bytes()
        except OSError as error:
            raise FileError(f"expected the model that the manifest names: {error}") from error
        return read_model(data)

    def value(self, value: Value) -> np.ndarray:
        """A constant's tensor. A text is an array of objects."""
        kind = value.type
        if not isinstance(kind, TensorType) or kind.shape is None or None in kind.shape:
            raise FileError(f"damaged model: a constant of type {kind}")
        shape = tuple(d for d in kind.shape if d is not None)
        if value.file:
            return self._blob(value.file).read(value.offset, kind.dtype, shape)
        return _immediate(value, kind.dtype, shape)

    def _blob(self, name: str) -> Blob:
        if name not in self._blobs:
            path = self.model_path.parent / name.removeprefix(MODEL_PREFIX)
            if not name.startswith(MODEL_PREFIX) or not path.resolve().is_relative_to(self.path.resolve()):
                raise FileError(f"expected weights within the package. Received: {name}")
            self._blobs[name] = Blob(path)
        return self._blobs[name]


def _immediate(value: Value, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """A constant that stands in the program: by dtype in one of TensorValue's lists, else as raw bytes."""
    tensor = value.content.message(1)
    flat: np.ndarray
    if 1 in tensor:
        flat = tensor.message(1).reals(1, "<f4")
    elif 2 in tensor:
        flat = np.array(tensor.message(2).integers(1), np.int64)
    elif 3 in tensor:
        flat = np.array(tensor.message(3).integers(1), np.bool_)
    elif 4 in tensor:
        flat = np.array(tensor.message(4).texts(1), object)
    elif 5 in tensor:
        flat = np.array(tensor.message(5).integers(1), np.int64)
    elif 6 in tensor:
        flat = tensor.message(6).reals(1, "<f8")
    elif 7 in tensor:
        content = tensor.message(7).content(1)
        count = math.prod(shape)
        if dtype not in ("bool", "string") and len(content) % NUMPY[dtype].itemsize == 0 and count:
            return elements(content, dtype, shape)
        flat = np.frombuffer(content, np.uint8)
    else:
        flat = np.zeros(0, NUMPY[dtype])
    if flat.size != math.prod(shape):
        raise FileError(f"damaged model: a constant of shape {list(shape)} has {flat.size} elements")
    return flat.astype(NUMPY[dtype], copy=False).reshape(shape)
