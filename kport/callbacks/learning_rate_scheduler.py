"""Sets the learning rate before every epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UsageError
from ..messages import print_message
from .callback import Callback
from .learning_rates import learning_rate_of, learning_rates_of, optimizers_of


class LearningRateScheduler(Callback):
    """The learning rate of an epoch is `schedule(epoch, learning_rate)`, or `schedule(epoch)`: a float.

    epoch counts from 0; verbose: 1 tells it each time. Adds "learning_rate" to the logs.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0):
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        for name, optimizer in optimizers_of(self.model):
            rate = self._rate(optimizer, epoch)
            optimizer.learning_rate = rate
            if self.verbose > 0:
                whose = f"{name} " if name else ""
                print_message(f"\nEpoch {epoch + 1}: LearningRateScheduler setting {whose}learning rate to {rate}.")

    def _rate(self, optimizer: Any, epoch: int) -> float:
        if not hasattr(optimizer, "learning_rate"):
            raise UsageError(f"expected an optimizer with a `learning_rate`. Received: optimizer={optimizer!r}")
        try:
            rate = self.schedule(epoch, learning_rate_of(optimizer))
        except TypeError:  # a schedule of one argument
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, np.float32, np.float64)):
            raise UsageError(f"expected a float from the schedule. Received: schedule({epoch}, ...)={rate!r}")
        return rate

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs.update(learning_rates_of(self.model))
