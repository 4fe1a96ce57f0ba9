"""Goes on with a training that was interrupted, be it by SIGKILL, where it was last backed up."""

from __future__ import annotations

import glob
import json
import os
import shutil
from typing import Any

from ..errors import FileError, UsageError
from .batch_counter import BatchCounter
from .callback import Callback, takes_tensors
from .training_state import TrainingState, restore_shuffling, shuffling_state


class BackupAndRestore(Callback):
    """Backs up weights, the optimizer's state and how far training is; `fit` then begins where the last backup was made.

    backup_dir: a folder of its own; save_freq: "epoch", a number of batches, or False for never; double_checkpoint: keeps
    the backup before the last one, too, in case that the last one can't be read; delete_checkpoint: whether the folder is
    deleted when training has ended.

    An interrupted training that is started again ends with the same weights as one that never was interrupted: a backup is
    complete or not there, batches that were done are not repeated, and samples are shuffled in the same order. The model
    has to be built before `fit`, and to be the same with the same data.
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ):
        super().__init__()
        if not backup_dir:
            raise UsageError(f"expected a folder. Received: backup_dir={backup_dir!r}")
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self.backup_dir = os.fspath(backup_dir)
        self._counter = BatchCounter(save_freq)
        self._weights_path = os.path.join(self.backup_dir, "latest.weights.h5")
        self._metadata_path = os.path.join(self.backup_dir, "training_metadata.json")
        self._epoch = 0
        self._shuffling: dict[str, Any] = {}

    # restoring

    def on_train_begin(self, logs: Any = None) -> None:
        if not self.model.built:
            raise UsageError(
                "expected a built model, so that weights can be restored: call it on a batch of data before `fit`. "
                f"Received: model={self.model.name!r}, not built"
            )
        for remains in glob.glob(os.path.join(glob.escape(self.backup_dir), ".kport-*")):
            shutil.rmtree(remains, ignore_errors=True)  # of a file that was being written
        if not os.path.exists(self._weights_path):
            return
        try:
            self._restore()
        except (OSError, FileError):
            if not os.path.exists(_previous(self._weights_path)):
                raise
            for path in (self._weights_path, self._metadata_path):
                if os.path.exists(_previous(path)):
                    _copy(_previous(path), path)
                elif os.path.exists(path):
                    os.remove(path)
            self._restore()

    def _restore(self) -> None:
        optimizer = self.model.optimizer
        if optimizer is not None and not optimizer.built:
            optimizer.build(self.model.trainable_weights)
        self.model.load_weights(self._weights_path)
        state = TrainingState.attached(self._weights_path) or self._state_beside()
        if state is not None:
            self.model._initial_epoch = state.epoch
            self.model._initial_batch = state.batches
            restore_shuffling(state.shuffling)

    def _state_beside(self) -> TrainingState | None:
        """What Keras notes: it begins the epoch anew."""
        if not os.path.exists(self._metadata_path):
            return None
        with open(self._metadata_path) as file:
            return TrainingState(json.load(file)["epoch"])

    # backing up

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch
        self._shuffling = shuffling_state()

    @takes_tensors
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._counter.is_time(batch):
            steps = (self.params or {}).get("steps")
            if steps is not None and batch + 1 >= steps:
                self._save(TrainingState(self._epoch + 1, 0, shuffling_state()), batch)
            else:
                self._save(TrainingState(self._epoch, batch + 1, self._shuffling), batch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq == "epoch":
            self._save(TrainingState(epoch + 1, 0, shuffling_state()), 0)

    def _save(self, state: TrainingState, batch: int) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            for path in (self._weights_path, self._metadata_path):
                if os.path.exists(path):
                    _copy(path, _previous(path))
        draft = os.path.join(self.backup_dir, "draft.weights.h5")
        self.model.save_weights(draft, overwrite=True)
        state.attach(draft)
        os.replace(draft, self._weights_path)
        # for Keras, which finds the epoch here
        draft = f"{self._metadata_path}.draft"
        with open(draft, "w") as file:
            json.dump({"epoch": state.epoch, "batch": batch}, file)
        os.replace(draft, self._metadata_path)

    def on_train_end(self, logs: Any = None) -> None:
        if self.delete_checkpoint and os.path.exists(self.backup_dir):
            shutil.rmtree(self.backup_dir)


def _previous(path: str) -> str:
    """Where the backup before the last one is."""
    return f"{path}.bkp"


def _copy(source: str, target: str) -> None:
    """A copy that is complete or not there."""
    draft = f"{target}.draft"
    shutil.copyfile(source, draft)
    os.replace(draft, target)
