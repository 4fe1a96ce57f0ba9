"""Shows a progress bar while a model trains, is evaluated or predicts."""

from __future__ import annotations

from typing import Any

from ..messages import print_message
from .callback import Callback, takes_tensors
from .progress_bar import Progbar


class ProgbarLogger(Callback):
    """One bar for each epoch, evaluation or prediction; none for the validation at an epoch's end."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.progbar: Progbar | None = None
        self.target: int | None = None
        self.verbose: int = 1
        self.epochs = 1
        self._in_fit = False

    def set_params(self, params: Any) -> None:
        verbose = params["verbose"]
        self.verbose = 1 if verbose == "auto" else verbose
        self.epochs = params["epochs"]
        self.target = params["steps"]

    def on_train_begin(self, logs: Any = None) -> None:
        self._in_fit = True

    def on_test_begin(self, logs: Any = None) -> None:
        if not self._in_fit:
            self._start()

    def on_predict_begin(self, logs: Any = None) -> None:
        self._start()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._start()
        if self.verbose and self.epochs > 1:
            print_message(f"Epoch {epoch + 1}/{self.epochs}")

    @takes_tensors
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._update(batch, logs)

    @takes_tensors
    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._in_fit:
            self._update(batch, logs)

    @takes_tensors
    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._update(batch, None)  # outputs aren't shown

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._finish(logs)

    def on_test_end(self, logs: Any = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    def on_predict_end(self, logs: Any = None) -> None:
        self._finish(logs)

    def _start(self) -> Progbar:
        self.seen = 0
        self.progbar = Progbar(self.target, verbose=self.verbose, unit_name="step", stateless_metrics=())
        return self.progbar

    def _update(self, batch: int, logs: Any) -> None:
        bar = self.progbar or self._start()
        self.seen = batch + 1
        if self.verbose == 1:
            bar.update(self.seen, _pairs(logs), finalize=False)

    def _finish(self, logs: Any) -> None:
        bar = self.progbar or self._start()
        if self.target is None:
            self.target = bar.target = self.seen
        bar.update(self.target, _pairs(logs), finalize=True)


def _pairs(logs: Any) -> list[tuple[str, Any]]:
    """The logs in the order of their names, dicts in them flattened; tensors stay tensors until they are shown."""
    pairs: list[tuple[str, Any]] = []
    for name, value in sorted((logs or {}).items()):
        pairs += _pairs(value) if isinstance(value, dict) else [(name, value)]
    return pairs
