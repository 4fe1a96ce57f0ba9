"""Ends training when the loss is no number any more."""

from __future__ import annotations

import math
from typing import Any

from ..messages import print_message
from .callback import Callback, takes_tensors
from .errors import InvalidLossError
from .logs import as_float


class TerminateOnNaN(Callback):
    """Stops training after the batch whose loss is NaN or infinite.

    raise_error: True raises a RuntimeError instead, so that no other callback takes this for a proper end of training.
    """

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error

    @takes_tensors
    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        loss = as_float((logs or {}).get("loss"))
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise InvalidLossError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. Terminating training immediately."
            )
        print_message(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
