"""What a callback is: an object whose methods are called at fixed moments of training, evaluation and prediction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Hook = TypeVar("Hook", bound=Callable[..., Any])


def default(method: Hook) -> Hook:
    """Marks a hook that does nothing: `CallbackList` doesn't call it."""
    method._is_default = True  # type: ignore[attr-defined]
    return method


def is_default(method: Any) -> bool:
    """Whether a hook is still the one that does nothing."""
    return getattr(method, "_is_default", False)


def takes_tensors(method: Hook) -> Hook:
    """Marks a hook that takes logs as they were computed. Others get floats, for which the device must finish computing."""
    method._takes_tensors = True  # type: ignore[attr-defined]
    return method


class Callback:
    """Base of all callbacks. A subclass overrides the hooks of the moments it is interested in.

    `model` is the model at work, `params` a dict with "verbose", "epochs" and "steps" (None while unknown). `logs` holds
    losses and metrics by name: the averages since the beginning of the epoch (or evaluation); those of the validation data,
    with "val_" before their names, are there at the end of an epoch. `batch` and `epoch` count from 0; with
    `steps_per_execution=n` the hooks of batches are called once for n of them, at the end with the number of the last.
    """

    def __init__(self) -> None:
        self.params: Any = None
        self._model: Any = None

    def set_params(self, params: Any) -> None:
        """Called once before training with the parameters of it."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Called once before training with the model."""
        self._model = model

    @property
    def model(self) -> Any:
        """The model at work."""
        return self._model

    # training

    @default
    def on_train_begin(self, logs: Any = None) -> None:
        """Before the first epoch."""

    @default
    def on_train_end(self, logs: Any = None) -> None:
        """After the last epoch, with that epoch's logs."""

    @default
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch."""

    @default
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After an epoch and its validation. What is added to `logs` later callbacks see, and the history keeps."""

    @default
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of training."""
        self.on_batch_begin(batch, logs=logs)

    @default
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of training."""
        self.on_batch_end(batch, logs=logs)

    @default
    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Another name of `on_train_batch_begin`."""

    @default
    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Another name of `on_train_batch_end`."""

    # evaluation and validation

    @default
    def on_test_begin(self, logs: Any = None) -> None:
        """Before evaluation or validation."""

    @default
    def on_test_end(self, logs: Any = None) -> None:
        """After evaluation or validation, with its results."""

    @default
    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of evaluation or validation."""

    @default
    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of evaluation or validation."""

    # prediction

    @default
    def on_predict_begin(self, logs: Any = None) -> None:
        """Before prediction."""

    @default
    def on_predict_end(self, logs: Any = None) -> None:
        """After prediction."""

    @default
    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of prediction."""

    @default
    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of prediction; `logs["outputs"]` is what the model gave."""
