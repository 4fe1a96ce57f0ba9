"""What became of the losses and metrics, epoch by epoch."""

from __future__ import annotations

from typing import Any

from .callback import Callback


class History(Callback):
    """Every training has one; `fit` returns it.

    `history` holds a list for each name in the logs, with one value an epoch; `epoch` the numbers of the epochs, from 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self
