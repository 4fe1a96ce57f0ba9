"""HDF5: full models of Keras 0 to 3, and files that hold weights only.

Nothing is read but attributes until an array is asked for. Links out of the file, external storage and virtual
datasets are refused; so is a dataset that claims more data than its file can hold.
"""

from __future__ import annotations

import json
import math
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FileError, UnsafeFileError
from ...ops.promotion import numpy_dtype
from ..archive import Archive, LayerWeights, Stored, TreeWeights, reading
from .hdf5_heaps import check_heaps

MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_RATIO = 1000
"""A compressed dataset may be this many times larger than its storage."""
_MAX_DEPTH = 64
_BFLOAT16 = np.dtype("V2")
"""HDF5 has no such type: h5py keeps its two bytes as they are."""
TOP = "top_level_model_weights"
"""The group of the weights that the model has itself."""
_MAX_NAMES = 1_000_000
_MAX_GROUPS = 100_000
_MAX_CHUNK = 1 << 24


def open_hdf5(path: Path, stack: ExitStack) -> Archive:
    """A full model or weights only, by what the file holds."""
    import h5py

    with reading(path, "an HDF5 file"):
        with path.open("rb") as stream:
            check_heaps(stream, path)
        file = stack.enter_context(h5py.File(path, "r"))
        version, backend = _text(file.attrs, "keras_version"), _text(file.attrs, "backend")
        config = _text(file.attrs, "model_config")
        group = _child(file, "model_weights") if "model_weights" in file else file
        archive = Archive(path, "HDF5 weights" if config is None else "HDF5 model", keras_version=version, backend=backend)
        archive.weights = _weights(group, version, backend)
        if config is not None:
            archive.architecture = json.loads(config)
        training = _text(file.attrs, "training_config")
        if training is not None:
            archive.training = json.loads(training)
        if "optimizer_weights" in file:
            archive.optimizer = _layer(_child(file, "optimizer_weights"))
        return archive


def tree_of(source: Any, path: Path, stack: ExitStack) -> TreeWeights:
    """The arrays of a `.weights.h5` within a `.keras` archive; `source` is a seekable file."""
    import h5py

    with reading(path, "an HDF5 file of weights"):
        check_heaps(source, path)
        return _tree(stack.enter_context(h5py.File(source, "r")))


def _weights(group: Any, version: str | None, backend: str | None) -> LayerWeights | TreeWeights:
    version = _text(group.attrs, "keras_version") or version
    backend = _text(group.attrs, "backend") or backend
    if "nb_layers" in group.attrs:
        return LayerWeights(_numbered_layers(group), "0", backend)
    if "layer_names" in group.attrs or "layer_names0" in group.attrs:
        layers = {name: _layer(_child(group, name)) for name in _names(group.attrs, "layer_names")}
        top = _layer(_child(group, TOP)) if TOP in group and TOP not in layers else []
        return LayerWeights(layers, version, backend, top=top)
    if any(name in group for name in ("layers", "_layer_checkpoint_dependencies", "vars")):
        return _tree(group)
    raise FileError(
        f"expected a Keras model or Keras weights in {group.file.filename}. Received: an HDF5 file with groups {list(group)[:8]}"
    )


def _numbered_layers(group: Any) -> dict[str, list[Stored]]:
    """Keras 0: layer_0/param_0, ... in order, without names."""
    layers = {}
    for i in range(_count(group, "nb_layers")):
        layer = _child(group, f"layer_{i}")
        layers[f"layer_{i}"] = [_stored(_child(layer, f"param_{j}")) for j in range(_count(layer, "nb_params"))]
    return layers


def _count(group: Any, attribute: str) -> int:
    count = int(_attribute(group.attrs, attribute))
    if not 0 <= count <= len(group):
        raise FileError(f"expected {attribute} between 0 and {len(group)} in {group.name}. Received: {attribute}={count}")
    return count


def _layer(group: Any) -> list[Stored]:
    parents: dict[str, Any] = {}
    arrays = []
    for name in _names(group.attrs, "weight_names"):
        folder, _, last = name.strip("/").rpartition("/")
        if folder not in parents:
            parents[folder] = _child(group, folder) if folder else group
        arrays.append(_stored(_child(parents[folder], last), name))
    return arrays


def _tree(group: Any) -> TreeWeights:
    tree = TreeWeights({})
    todo: list[tuple[str, Any, int]] = [("", group, 0)]
    visited = 0
    while todo:
        path, item, depth = todo.pop()
        visited += 1
        if visited > _MAX_GROUPS:  # groups that are in several others are seen once in each
            raise UnsafeFileError(f"expected at most {_MAX_GROUPS} groups. Received: more, at {path}")
        if depth > _MAX_DEPTH:
            raise UnsafeFileError(f"expected groups nested at most {_MAX_DEPTH} deep. Received: {path}")
        for name in item:
            child = _child(item, name)
            if name == "vars" and hasattr(child, "keys"):
                tree.arrays[path] = {key: _stored(_child(child, key), f"{path}/{key}") for key in child}
                recorded = _text(child.attrs, "name")
                if recorded:
                    tree.names[path] = recorded
            elif hasattr(child, "keys"):
                todo.append((f"{path}/{name}" if path else name, child, depth + 1))
    return tree


def _child(group: Any, name: str) -> Any:
    """A member of a group, where every step towards it stays within the file."""
    import h5py

    for part in name.strip("/").split("/"):
        link = group.get(part, getlink=True)
        if link is None:
            raise FileError(f"expected '{part}' in group {group.name}. Received: members {list(group)[:8]}")
        if not isinstance(link, h5py.HardLink):
            raise UnsafeFileError(f"expected data within the file at {group.name}/{part}. Received: a {type(link).__name__}")
        group = group[part]
    return group


def _stored(dataset: Any, name: str | None = None) -> Stored:
    import h5py

    where = dataset.name
    if not isinstance(dataset, h5py.Dataset):
        raise FileError(f"expected an array at {where}. Received: a {type(dataset).__name__.lower()}")
    if dataset.is_virtual or dataset.external:
        raise UnsafeFileError(f"expected an array within the file at {where}. Received: external or virtual storage")
    dtype = "bfloat16" if dataset.dtype == _BFLOAT16 else dataset.dtype.name
    if dataset.dtype.kind not in "fiub" and dtype != "bfloat16":
        raise FileError(f"expected numbers at {where}. Received: dtype={dataset.dtype}")
    if dataset.chunks and math.prod(dataset.chunks) > max(dataset.size, _MAX_CHUNK):
        raise UnsafeFileError(f"expected chunks no larger than the array at {where}. Received: chunks={dataset.chunks}")
    held = dataset.id.get_storage_size()
    if dataset.nbytes > max(held, 64) * (_MAX_RATIO if dataset.chunks else 1):
        raise UnsafeFileError(f"expected at most the {held} stored bytes at {where}. Received: shape={dataset.shape}")
    return Stored(name or dataset.name.strip("/"), dataset.shape, dtype, lambda: _read(dataset, dtype))


def _read(dataset: Any, dtype: str) -> np.ndarray:
    array = np.asarray(dataset[()])
    return array.view(numpy_dtype(dtype)) if dtype == "bfloat16" else array


def _attribute(attributes: Any, name: str) -> Any:
    """An attribute's value, None if there is none. Its type is looked at first: HDF5 trusts what it converts."""
    import h5py

    if name not in attributes:
        return None
    stored = attributes.get_id(name)
    is_text = h5py.check_string_dtype(stored.dtype) is not None or stored.dtype.kind == "S"
    if not (is_text or stored.dtype.kind in "fiu") or math.prod(stored.shape or ()) > _MAX_NAMES:
        raise FileError(f"expected text or numbers in attribute {name!r}. Received: {stored.dtype} of shape {stored.shape}")
    return attributes[name]


def _text(attributes: Any, name: str) -> str | None:
    value = _attribute(attributes, name)
    if value is None:
        return None
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _names(attributes: Any, name: str) -> list[str]:
    """A list of names, which Keras splits into name0, name1, ... where it is too large for one attribute."""
    parts: list[Any] = []
    if name in attributes:
        parts = list(_attribute(attributes, name))
    else:
        index = 0
        while f"{name}{index}" in attributes:
            parts += list(_attribute(attributes, f"{name}{index}"))
            index += 1
    return [p.decode("utf-8") if isinstance(p, bytes) else str(p) for p in parts]
