"""Every so many batches, counted over the ends of epochs."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError


class BatchCounter:
    """Says after which batches it is time again, `every` batches after the last time.

    every: a number of batches, "epoch" or False for never. With `steps_per_execution=n` only each n-th batch is seen.
    """

    def __init__(self, every: Any):
        if every != "epoch" and not isinstance(every, int):
            raise UsageError(f"expected save_freq='epoch' or a number of batches. Received: save_freq={every!r}")
        self.every = every
        self.since = 0
        self.last: int | None = None

    def is_time(self, batch: int) -> bool:
        """To be called after each batch that is seen; `batch` counts from 0 in every epoch."""
        if self.every == "epoch" or self.every is False:
            return False
        is_new_epoch = self.last is None or batch <= self.last
        self.since += batch + 1 if is_new_epoch else batch - self.last  # type: ignore[operator]
        self.last = batch
        if self.since < self.every:
            return False
        self.since = 0
        return True
