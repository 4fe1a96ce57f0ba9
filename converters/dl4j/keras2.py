"""A functional model in Keras 2's HDF5 format, as DL4J's KerasModelImport reads it.

DL4J takes layers' names for regular expressions that it strips from their weights' names: they must hold nothing but letters,
digits and underscores. It finds weights by listing a layer's group, which it takes from the first weight's name.
`weight_names` has to be an array of byte strings of fixed length: it can't read what h5py makes of Python's.
Source: deeplearning4j-modelimport 1.0.0-M2.1, KerasModelUtils, Hdf5Archive.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...saving.writing.hdf5 import write_names

KERAS_VERSION = "2.15.0"
"""Only the first digit means something to DL4J."""


@dataclass(frozen=True)
class Layer:
    """One layer: its class and configuration in Keras 2, the layers that it reads, its weights by name.

    Weights of a layer inside another (Bidirectional) have that one's name before theirs, with a slash.
    """

    name: str
    class_name: str
    config: Mapping[str, Any]
    inbound: Sequence[str] = ()
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """As it stands in the model's configuration."""
        nodes = [[[name, 0, 0, {}] for name in self.inbound]] if self.inbound else []
        config = {"name": self.name, "dtype": "float32", "trainable": True, **self.config}
        return {"class_name": self.class_name, "config": config, "name": self.name, "inbound_nodes": nodes}


def write(
    path: Path,
    name: str,
    layers: Sequence[Layer],
    inputs: Sequence[str],
    outputs: Sequence[str],
    attributes: Mapping[str, str],
) -> None:
    """Writes the model; the same arguments give the same bytes."""
    import h5py

    config = {
        "name": name,
        "layers": [layer.described() for layer in layers],
        "input_layers": [[layer, 0, 0] for layer in inputs],
        "output_layers": [[layer, 0, 0] for layer in outputs],
    }
    with h5py.File(path, "w") as file:
        file.attrs["backend"] = "tensorflow"
        file.attrs["keras_version"] = KERAS_VERSION
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config}, separators=(",", ":"))
        weights = file.create_group("model_weights")
        write_names(weights, "layer_names", [layer.name for layer in layers])
        for layer in layers:
            write_weights(weights.create_group(layer.name), layer)
        for key, text in attributes.items():  # DL4J reads only those that it knows
            file.attrs[key] = text


def write_weights(group: Any, layer: Layer) -> None:
    names = [f"{layer.name}/{name}:0" for name in layer.weights]
    write_names(group, "weight_names", names)
    for name, array in zip(names, layer.weights.values(), strict=True):
        group.create_dataset(name, data=np.ascontiguousarray(array, np.float32), track_times=False)
