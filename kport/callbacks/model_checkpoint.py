"""Saves the model, or its weights, while it trains."""

from __future__ import annotations

import os
import warnings
from typing import Any

from ..errors import UsageError
from ..messages import print_message
from .batch_counter import BatchCounter
from .callback import takes_tensors
from .errors import CheckpointPathError, PlaceholderError
from .logs import as_floats
from .monitor import MonitorCallback


class ModelCheckpoint(MonitorCallback):
    """Saves at the end of every epoch, or every so many batches; all states or only the best.

    filepath: ends in ".weights.h5" with `save_weights_only`, else in ".keras" or ".h5"; placeholders such as
    `{epoch:02d}` (from 1), `{batch}` (from 1) and `{val_loss:.2f}` are filled in; monitor, mode: what "best" means;
    verbose: 1 tells what is saved; save_best_only: only if `monitor` is better than ever before; save_freq: "epoch" or a
    number of batches; initial_value_threshold: the value that has to be beaten first.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.verbose = verbose
        self.filepath = os.fspath(filepath)
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._counter = BatchCounter(save_freq)
        self._epoch = 0
        suffixes = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(suffixes):
            raise UsageError(
                f"expected a filepath that ends in {' or '.join(suffixes)} with save_weights_only={save_weights_only}. "
                f"Received: filepath={self.filepath!r}"
            )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    @takes_tensors
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._counter.is_time(batch):
            self._save(self._epoch, batch, as_floats(logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        path = self._path(epoch, batch, logs)
        if not self._should_save(epoch, logs, path):
            return
        if os.path.isdir(path):
            raise CheckpointPathError(f"expected the path of a file. Received: filepath={path!r}, which is a directory")
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        self._say(epoch, f"finished saving model to {path}")

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        """The path with its placeholders filled in."""
        values = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format(**values)
        except KeyError as error:
            raise PlaceholderError(
                f"expected placeholders among {sorted(values)}. Received: filepath={self.filepath!r} with {error}"
            ) from error

    def _should_save(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(f"Can save best model only with {self.monitor} available.", stacklevel=4)
            return True
        if getattr(value, "shape", ()):
            warnings.warn(
                f"Can save best model only when `monitor` is a scalar value. Received: {value}. "
                "Falling back to `save_best_only=False`.",
                stacklevel=4,
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(value, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        self._say(epoch, f"{self.monitor} improved from {best} to {value:.5f}, saving model to {path}")
        self.best = value
        return True

    def _say(self, epoch: int, what: str) -> None:
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: {what}")
