"""How far a training is, kept in the file of the weights it belongs to: both are there, or neither."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

_ATTRIBUTE = "kport_training"
"""An attribute of the HDF5 file, which readers of weights pass over."""


@dataclass(frozen=True)
class TrainingState:
    """epoch: the one to go on with, from 0; batches: how many of it are done; shuffling: the state of the random numbers
    before that epoch's samples were shuffled."""

    epoch: int
    batches: int = 0
    shuffling: dict[str, Any] = field(default_factory=dict)

    def attach(self, path: str) -> None:
        """Writes the state into a file of weights, and the file to the disk."""
        import h5py

        with h5py.File(path, "r+") as file:
            file.attrs[_ATTRIBUTE] = json.dumps(asdict(self))
        with open(path, "rb") as written:
            os.fsync(written.fileno())

    @classmethod
    def attached(cls, path: str) -> TrainingState | None:
        """The state in a file of weights; None if it holds none."""
        import h5py

        with h5py.File(path, "r") as file:
            text = file.attrs.get(_ATTRIBUTE)
        return None if text is None else cls(**json.loads(text))


def shuffling_state() -> dict[str, Any]:
    """The state of NumPy's random numbers, by which samples are shuffled."""
    state: Any = np.random.get_state(legacy=False)
    return {**state, "state": {**state["state"], "key": state["state"]["key"].tolist()}}


def restore_shuffling(state: dict[str, Any]) -> None:
    """Shuffles go on as they would have after `shuffling_state`."""
    if state:
        key = np.array(state["state"]["key"], dtype=np.uint32)
        np.random.set_state({**state, "state": {**state["state"], "key": key}})
