"""The weights of a model as Keras 3 keeps them: one HDF5 group a layer, by the path of attributes that leads to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...activations import hard_sigmoid_keras2
from ...layers.layer import Layer
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
    with h5py.File(path, "w", libver="v108") as file:
        for place, layer in walk(model, "", TreeWeights({})):
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            group = file.require_group(f"{place}/vars" if place else "vars")
            group.attrs["name"] = layer.name
            for key, array in arrays_of(layer).items():
                group.create_dataset(key, data=array, track_times=False)
            files = layer.save_assets() if hasattr(layer, "save_assets") else {}
            if files:
                assets[place] = files
    return assets


def arrays_of(layer: Layer) -> dict[str, np.ndarray]:
    """The layer's own arrays by the names that Keras gives them: numbers, trainable ones first."""
    own = [w.numpy() for w in sorted(layer.own_weights, key=lambda w: not w.trainable)]
    if getattr(layer, "recurrent_activation", None) is hard_sigmoid_keras2:
        own = [array * gate_factors(array.shape[-1], is_gru=isinstance(layer, GRUCell)) for array in own]
    named: dict[str, Any] = layer.save_own_variables() if hasattr(layer, "save_own_variables") else {}
    return {str(i): array for i, array in enumerate(own)} | named


def gate_factors(width: int, *, is_gru: bool) -> np.ndarray:
    """What the weights of gates are multiplied by, so that Keras 3's hard_sigmoid gives what Keras 2's gave.

    0.2 · x + 0.5 = (1.2 · x) / 6 + 0.5. GRU's gates are update, reset and candidate, LSTM's input, forget, candidate and
    output; the candidate has another activation.
    """
    gates = (1.2, 1.2, 1.0) if is_gru else (1.2, 1.2, 1.0, 1.2)
    return np.repeat(np.asarray(gates, np.float32), width // len(gates))
