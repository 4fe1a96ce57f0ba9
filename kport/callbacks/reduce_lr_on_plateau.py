"""Trains with smaller steps when training no longer gets better."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..errors import UsageError
from ..messages import print_message
from .learning_rates import learning_rate_of, learning_rates_of, optimizers_of
from .monitor import MonitorCallback


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by `factor` after `patience` epochs in which `monitor` didn't get better.

    monitor, mode, min_delta: what "better" means, see `MonitorCallback`; verbose: 1 tells each time; cooldown: so many
    epochs are then not counted; min_lr: the least learning rate. Adds "learning_rate" to the logs.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise UsageError(f"expected a factor below 1: the learning rate becomes less. Received: factor={factor}")
        self.factor = factor
        self.min_lr = min_lr
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self._reset()

    def _reset(self) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        logs = {} if logs is None else logs
        logs.update(learning_rates_of(self.model))
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"Learning rate reduction is conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs)}.",
                stacklevel=2,
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch: int) -> bool:
        """Whether a learning rate wasn't the least yet."""
        reduced = False
        for name, optimizer in optimizers_of(self.model):
            old = learning_rate_of(optimizer)
            if old > np.float32(self.min_lr):
                new = max(old * self.factor, self.min_lr)
                optimizer.learning_rate = new
                reduced = True
                if self.verbose > 0:
                    whose = f" {name}" if name else ""
                    print_message(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing{whose} learning rate to {new}.")
        return reduced

    def in_cooldown(self) -> bool:
        """Whether epochs aren't counted yet."""
        return self.cooldown_counter > 0
