"""A model that only says what callbacks do to it, and a loop that calls callbacks as `fit` does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np


class StandIn:
    """Its weights are the number of epochs begun; what is saved is noted in `saved`."""

    def __init__(self, optimizers: int = 1) -> None:
        each = [SimpleNamespace(name=f"opt{i}", learning_rate=0.1 * (i + 1)) for i in range(optimizers)]
        self.optimizer: Any = each[0] if optimizers == 1 else SimpleNamespace(optimizers=each)
        self.stop_training = False
        self.epochs = 0
        self.built = True
        self.saved: list[tuple[str, str, bool]] = []
        self.restored: list[Any] = []
        self.metrics: list[Any] = []

    def get_weights(self) -> Any:
        return self.epochs

    def set_weights(self, weights: Any) -> None:
        self.restored.append(weights)

    def save(self, path: str, overwrite: bool) -> None:
        self.saved.append(("model", path, overwrite))

    def save_weights(self, path: str, overwrite: bool) -> None:
        self.saved.append(("weights", path, overwrite))

    @property
    def rates(self) -> list[float]:
        return [float(o.learning_rate) for o in getattr(self.optimizer, "optimizers", [self.optimizer])]


def run(module: Any, callbacks: list[Any], model: Any, epoch_logs: list[dict[str, Any]], batches: int = 3) -> dict[str, Any]:
    """Trains the stand-in with these logs at the ends of epochs; returns what became of it."""
    history = module.History()
    listed = module.CallbackList([*callbacks, history], model=model, epochs=len(epoch_logs), steps=batches, verbose=0)
    model.stop_training = False
    rates = []
    logs: dict[str, Any] = {}
    listed.on_train_begin()
    for epoch, logs in enumerate(epoch_logs):
        listed.on_epoch_begin(epoch)
        model.epochs += 1
        for batch in range(batches):
            listed.on_train_batch_begin(batch)
            listed.on_train_batch_end(batch, {"loss": np.float32(logs.get("loss", 1.0)) + np.float32(batch)})
        listed.on_epoch_end(epoch, dict(logs))
        rates.append(model.rates)
        if model.stop_training:
            break
    listed.on_train_end(logs)
    return {
        "history": history.history,
        "epochs": history.epoch,
        "rates": rates,
        "saved": model.saved,
        "restored": model.restored,
        "stopped": model.stop_training,
    }
