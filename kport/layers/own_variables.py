"""What a file keeps of a layer beside its configuration: the hooks that a layer may replace, by Keras's names.

`save_assets(folder)` and `load_assets(folder)`, which only layers with files of their own have, are Keras's too. kport's
layers have `save_assets()`, which gives the files' contents by name, and `load_assets(files)`, which takes them: nothing
of theirs goes through the disk.
"""

from __future__ import annotations

import inspect
from collections.abc import MutableMapping
from typing import Any

import numpy as np

from ..errors import LayerError
from ..ops.variable import Variable


class OwnVariables:
    """Part of Layer: the arrays of the layer itself, without those of layers in it, in a file."""

    name: str
    own_weights: list[Variable]

    @property
    def numbered_weights(self) -> list[Variable]:
        """The layer's own weights in the order of their numbers in files: those that training changes first."""
        return sorted(self.own_weights, key=lambda w: not w.trainable)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Puts the layer's arrays into `store` under the names by which `load_own_variables` takes them: "0", "1", ..."""
        for i, weight in enumerate(self.numbered_weights):
            store[str(i)] = weight.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Takes the layer's arrays from `store` (a mapping from name to array); LayerError where they don't fit."""
        weights = self.numbered_weights
        if sorted(store) != sorted(map(str, range(len(weights)))):
            expected = ", ".join(f"{w.name}{w.shape}" for w in weights) or "none"
            raise LayerError(f"expected {len(weights)} arrays: {expected}. Received: arrays {sorted(store)}", self.name)
        arrays = [np.asarray(store[str(i)]) for i in range(len(weights))]
        for weight, array in zip(weights, arrays, strict=True):
            if array.shape != weight.shape:
                raise LayerError(
                    f"expected weight '{weight.name}' of shape {weight.shape}. Received: shape={array.shape}", self.name
                )
        for weight, array in zip(weights, arrays, strict=True):
            weight.assign(array)


def loads_by_itself(layer: Any) -> bool:
    """Whether the layer's class says how its arrays are read."""
    return type(layer).load_own_variables is not OwnVariables.load_own_variables


def keeps_files_in_folder(layer: Any) -> bool:
    """Whether the layer's hooks for assets take a folder, as Keras's do, and not the files' contents."""
    save = getattr(layer, "save_assets", None)
    return save is not None and bool(inspect.signature(save).parameters)
