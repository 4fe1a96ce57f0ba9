"""The weights of a model as Keras 3 keeps them: one HDF5 group a layer, by the path of attributes that leads to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...activations import hard_sigmoid_keras2
from ...layers.layer import Layer
from ...layers.own_variables import loads_by_itself
from ...layers.rnn.gru import GRUCell
from ...models.model import Model
from ...saving.archive import TreeWeights
from ...saving.tree_weights import walk

Assets = dict[str, dict[str, bytes]]


def write_weights(model: Model, path: Path) -> Assets:
    """Writes the arrays of all layers to `path`, an HDF5 file; gives the layers' assets by path.

    A layer that is held in several places has its arrays in the first, as Keras looks for them.
    """
    import h5py

    assets: Assets = {}
    seen: set[int] = set()
    with h5py.File(timeless_file(path)) as file:
        for place, layer in walk(model, "", TreeWeights({})):
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            group = timeless_group(file, f"{place}/vars" if place else "vars")
            group.attrs["name"] = layer.name
            for key, array in arrays_of(layer).items():
                group.create_dataset(key, data=array, track_times=False)
            files = layer.save_assets() if hasattr(layer, "save_assets") else {}
            if files:
                assets[place] = files
    return assets


def timeless_file(path: Path) -> Any:
    """A new file, of the form that HDF5 1.8 reads, that doesn't say when it was made."""
    from h5py import h5f, h5p

    creation, access = h5p.create(h5p.FILE_CREATE), h5p.create(h5p.FILE_ACCESS)
    creation.set_obj_track_times(False)
    access.set_libver_bounds(h5f.LIBVER_V18, h5f.LIBVER_V18)
    return h5f.create(str(path).encode(), h5f.ACC_TRUNC, creation, access)


def timeless_group(file: Any, path: str) -> Any:
    """The group at `path`, which is made, with those on the way to it, if it isn't there; none says when."""
    from h5py import h5g, h5p

    creation = h5p.create(h5p.GROUP_CREATE)
    creation.set_obj_track_times(False)
    group = file
    for part in path.split("/"):
        if part not in group:
            h5g.create(group.id, part.encode(), gcpl=creation)
        group = group[part]
    return group


def arrays_of(layer: Layer) -> dict[str, np.ndarray]:
    """The layer's own arrays by the names that Keras gives them: numbers, trainable ones first."""
    own = [w.numpy() for w in sorted(layer.own_weights, key=lambda w: not w.trainable)]
    if getattr(layer, "recurrent_activation", None) is hard_sigmoid_keras2:
        own = [array * gate_factors(array.shape[-1], is_gru=isinstance(layer, GRUCell)) for array in own]
    named: dict[str, Any] = {}
    if loads_by_itself(layer):
        layer.save_own_variables(named)
    return {str(i): array for i, array in enumerate(own)} | named


def gate_factors(width: int, *, is_gru: bool) -> np.ndarray:
    """What the weights of gates are multiplied by, so that Keras 3's hard_sigmoid gives what Keras 2's gave.

    0.2 · x + 0.5 = (1.2 · x) / 6 + 0.5. GRU's gates are update, reset and candidate, LSTM's input, forget, candidate and
    output; the candidate has another activation.
    """
    gates = (1.2, 1.2, 1.0) if is_gru else (1.2, 1.2, 1.0, 1.2)
    return np.repeat(np.asarray(gates, np.float32), width // len(gates))
