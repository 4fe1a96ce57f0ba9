"""The loops of `fit`, `evaluate` and `predict`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from .. import settings
from ..callbacks import CallbackList
from ..callbacks.logs import as_floats
from ..errors import UsageError
from ..tree import flatten, map_structure
from .data import Batches
from .readiness import make_ready


class Epochs:
    """Loops over batches. steps: how many batches an epoch has; None for as many as there are.

    With `steps` an epoch goes on where the last one stopped. Data that end end the epoch, too; the next begins them anew.
    `done` batches of the next epoch are passed over: they were trained on before an interruption.
    """

    done: int = 0

    def __init__(self, batches: Batches, steps: int | None, steps_per_execution: int):
        self.batches = batches
        self.steps = steps = limited(steps or None, settings.max_steps_per_epoch(), "steps", batches.size)
        self.size = batches.size if steps is None else steps
        self._at_once = steps_per_execution
        self._iterator: Any = None
        self._left: int | None = None

    def __iter__(self) -> Iterator[tuple[int, int, Any, int]]:
        """(first step, last step, iterator, number of steps) of each execution of an epoch.

        As in Keras the last execution of an epoch is a whole one, where the data have as many batches; and the last step is
        that of a whole one, even where they have not.
        """
        if self._iterator is None or self.steps is None or self._left == 0:
            self._begin()
        step = self._pass_over()
        while self.size is None or step < self.size:
            if self._left == 0:
                self.ended()
                break
            count = self._at_once if self._left is None else min(self._at_once, self._left)
            yield step, step + self._at_once - 1, self._iterator, count
            step += count
            if self._left is not None:
                self._left -= count

    def ended(self) -> None:
        """The data ended before the epoch did."""
        if self.steps is not None:
            warnings.warn(
                f"expected data for {self.steps} steps in each epoch. Received: data that ended, and the epoch with them; "
                "give fewer steps, or repeat the data (tf.data.Dataset.repeat, a generator without an end)",
                stacklevel=4,
            )
        self.restart()

    def restart(self) -> None:
        """The next epoch begins the data anew."""
        self._iterator = None

    def _pass_over(self) -> int:
        done, self.done = self.done, 0
        for _ in range(done):
            next(self._iterator, None)
            if self._left:
                self._left -= 1
        return done

    def _begin(self) -> None:
        self._iterator = iter(self.batches.iterator())
        self._left = self.batches.size


class NoData(UsageError):
    """There is not one batch left."""


def limited(number: Any, most: int | None, what: str, there: int | None = None) -> Any:
    """`number` of epochs or steps (None: all that are `there`), at most what `kport.config` allows; warns where that is less."""
    wanted = there if number is None else number
    if not most or (wanted is not None and wanted <= most):
        return number
    warnings.warn(f"{most} {what} in place of {'all' if wanted is None else wanted}: kport.config limits them", stacklevel=4)
    return most


def run(epochs: Epochs, function: Any, on_begin: Any, on_end: Any, stopped: Any) -> Any:
    """An epoch; returns the last logs. Data that end without a known size end it."""
    logs: Any = None
    seen = epochs.done > 0
    epochs.batches.on_epoch_begin()
    for first, last, iterator, count in epochs:
        on_begin(first)
        try:
            logs = function(iterator, count)
        except StopIteration:
            if not seen:
                raise NoData(
                    "expected data with at least one batch. Received: data that end at once; a generator can be read only once"
                ) from None
            epochs.ended()
            break
        seen = True
        on_end(last, logs)
        if stopped():
            break
    epochs.batches.on_epoch_end()
    return logs


def fit(
    model: Any,
    batches: Batches,
    validation: Batches | None,
    *,
    epochs: int,
    initial_epoch: int,
    steps: int | None,
    verbose: Any,
    callbacks: Any,
    validation_steps: int | None,
    validation_freq: Any,
) -> Any:
    """Trains; returns the History."""
    epochs = limited(epochs, settings.max_epochs(), "epochs")
    training = Epochs(ready(model, batches, "train_step"), steps, model.steps_per_execution)
    judging = None if validation is None else Epochs(distributed(model, validation), validation_steps, model.steps_per_execution)
    callbacks = _callback_list(model, callbacks, verbose, epochs, training.size, history=True)
    function = model.make_train_function()
    model.stop_training = False
    callbacks.on_train_begin()
    logs: Any = None
    # BackupAndRestore says where to go on
    first = vars(model).pop("_initial_epoch", None) or initial_epoch
    training.done = vars(model).pop("_initial_batch", 0)
    for epoch in range(first, epochs):
        model.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        try:
            last = run(
                training, function, callbacks.on_train_batch_begin, callbacks.on_train_batch_end, lambda: model.stop_training
            )
        except NoData:
            if epoch == first:
                raise
            warnings.warn(
                f"expected data for {epochs} epochs. Received: data that ended after {epoch}, and the training with them: "
                "a generator can be read only once; give one without an end, and steps_per_epoch",
                stacklevel=4,
            )
            break
        logs = as_floats(_results(model, last))
        if judging is not None and _is_due(epoch, validation_freq):
            judged = _evaluate(model, judging, callbacks)
            logs |= {f"val_{name}": value for name, value in judged.items()}
        callbacks.on_epoch_end(epoch, logs)
        function = model.make_train_function()
        if model.stop_training:
            break
    if model.optimizer is not None and epochs > 0:
        model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs)
    return model.history


def evaluate(model: Any, batches: Batches, *, steps: int | None, verbose: Any, callbacks: Any) -> dict[str, Any]:
    """The loss and metrics by name."""
    epochs = Epochs(ready(model, batches, "test_step"), steps, model.steps_per_execution)
    return _evaluate(model, epochs, _callback_list(model, callbacks, verbose, 1, epochs.size))


def _evaluate(model: Any, epochs: Epochs, callbacks: Any) -> dict[str, Any]:
    function = model.make_test_function()
    model.stop_evaluating = False
    callbacks.on_test_begin()
    model.reset_metrics()
    epochs.restart()
    last = run(epochs, function, callbacks.on_test_batch_begin, callbacks.on_test_batch_end, lambda: model.stop_evaluating)
    logs = as_floats(_results(model, last))
    callbacks.on_test_end(logs)
    return logs


def predict(model: Any, batches: Batches, *, steps: int | None, verbose: Any, callbacks: Any) -> Any:
    """The outputs for all batches, joined along the first axis."""
    epochs = Epochs(distributed(model, batches), steps, model.steps_per_execution)
    callbacks = _callback_list(model, callbacks, verbose, 1, epochs.size)
    one = model.make_predict_function()
    model.stop_predicting = False
    parts: list[Any] = []

    def several(iterator: Any, count: int) -> Any:
        """The outputs of `count` batches, or of as many as are left, joined."""
        outputs = [one(iterator, 1)]
        with suppress(StopIteration):
            for _ in range(count - 1):
                outputs.append(one(iterator, 1))
        return outputs[0] if len(outputs) == 1 else map_structure(lambda *parts: np.concatenate(parts), *outputs)

    def keep(step: int, outputs: Any) -> None:
        parts.append(map_structure(np.asarray, outputs))
        callbacks.on_predict_batch_end(step, {"outputs": outputs})

    callbacks.on_predict_begin()
    run(epochs, several, callbacks.on_predict_batch_begin, keep, lambda: model.stop_predicting)
    callbacks.on_predict_end()
    return map_structure(lambda *arrays: np.concatenate(arrays), *parts)


def ready(model: Any, batches: Batches, step: str) -> Batches:
    """As `distributed`; the variables that the step needs are made first."""
    if model.own_strategy is None:
        make_ready(model, batches, step)
    return distributed(model, batches)


def distributed(model: Any, batches: Batches) -> Batches:
    """The batches as the model's replicas share them."""
    from .distribution import share

    strategy = model.own_strategy
    return batches if strategy is None else share(model, batches, strategy)


def _results(model: Any, logs: Any) -> Any:
    """The metrics' results; the last logs where a step of the user's own gives something else."""
    results = model.get_metrics_result()
    return results if isinstance(logs, dict) and set(logs) == set(results) else logs


def _is_due(epoch: int, frequency: Any) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    if isinstance(frequency, (list, tuple, set)):
        return epoch + 1 in frequency
    raise UsageError(f"expected a number of epochs or a list of them. Received: validation_freq={frequency!r}")


def _callback_list(model: Any, callbacks: Any, verbose: Any, epochs: int, steps: int | None, history: bool = False) -> Any:
    if isinstance(callbacks, CallbackList):
        return callbacks
    return CallbackList(
        callbacks, add_history=history, add_progbar=verbose != 0, verbose=verbose, epochs=epochs, steps=steps, model=model
    )


def check_labels(model: Any, compiled: Any, y: Any) -> None:
    """Labels that are NaN give a loss that is NaN: said before anything is trained, for the losses that kport knows."""
    if compiled.loss is None or not _is_built_in(compiled.loss.loss):
        return
    for leaf in flatten(y):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" and np.isnan(leaf).any():
            count = int(np.isnan(leaf).sum())
            raise UsageError(
                f"expected labels that are numbers for the loss of model '{model.name}'. Received: y of shape {leaf.shape} with "
                f"{count} NaN; leave these samples out, or give them the label 0 and sample_weight 0"
            )


def _is_built_in(loss: Any) -> bool:
    return all(
        one is None
        or isinstance(one, str)
        or type(one).__module__.startswith("kport.")
        or getattr(one, "__module__", "").startswith("kport.")
        for one in flatten(loss)
    )
