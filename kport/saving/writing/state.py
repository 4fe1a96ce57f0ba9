"""The arrays of a model as Keras 3 keeps them: one HDF5 group a layer, by the path of attributes that leads to it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ...activations import hard_sigmoid_keras2
from ...layers.layer import Layer
from ...layers.own_variables import keeps_files_in_folder, loads_by_itself
from ...layers.rnn.gru import GRUCell
from ...models.model import Model
from ..archive import TreeWeights
from ..tree_weights import walk
from .hdf5 import timeless_file, timeless_group
from .keras_zip import Assets


def write_state(model: Model, path: Path) -> Assets:
    """Writes the arrays of all layers to `path`, an HDF5 file; gives the layers' assets by path.

    A layer that is held in several places has its arrays in the first, as Keras looks for them.
    """
    import h5py

    assets: Assets = {}
    seen: set[int] = set()
    with h5py.File(timeless_file(path)) as file:
        for place, holder in walk(model, "", TreeWeights({})):
            if id(holder) in seen:
                continue
            seen.add(id(holder))
            group = timeless_group(file, f"{place}/vars" if place else "vars")
            if isinstance(getattr(holder, "name", None), str):
                group.attrs["name"] = holder.name
            for key, array in arrays_of(holder).items():
                group.create_dataset(key, data=np.asarray(array), track_times=False)
            files = assets_of(holder)
            if files:
                assets[place] = files
    return assets


def arrays_of(holder: Any) -> dict[str, Any]:
    """The own arrays of a layer, an optimizer or a seed generator, by the names that Keras gives them."""
    store: dict[str, Any] = {}
    holder.save_own_variables(store) if hasattr(holder, "save_own_variables") else store.update({"0": holder.state.numpy()})
    if getattr(holder, "recurrent_activation", None) is hard_sigmoid_keras2 and not loads_by_itself(holder):
        is_gru = isinstance(holder, GRUCell)
        return {key: array * gate_factors(array.shape[-1], is_gru=is_gru) for key, array in store.items()}
    return store


def gate_factors(width: int, *, is_gru: bool) -> np.ndarray:
    """What the weights of gates are multiplied by, so that Keras 3's hard_sigmoid gives what Keras 2's gave.

    0.2 · x + 0.5 = (1.2 · x) / 6 + 0.5. GRU's gates are update, reset and candidate, LSTM's input, forget, candidate and
    output; the candidate has another activation.
    """
    gates = (1.2, 1.2, 1.0) if is_gru else (1.2, 1.2, 1.0, 1.2)
    return np.repeat(np.asarray(gates, np.float32), width // len(gates))


def assets_of(holder: Any) -> dict[str, bytes]:
    """The contents of a layer's own files by name; folders within are part of names."""
    if not isinstance(holder, Layer) or not hasattr(holder, "save_assets"):
        return {}
    if not keeps_files_in_folder(holder):
        files: dict[str, bytes] = holder.save_assets()
        return files
    with tempfile.TemporaryDirectory(prefix="kport-") as name:
        folder = Path(name)
        holder.save_assets(str(folder))
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
