"""The list of callbacks: who is called when, with what."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

import kport
from kport import callbacks
from kport.callbacks.logs import as_floats
from tests.training.stand_in import StandIn

HOOKS = [name for name in dir(callbacks.Callback) if name.startswith("on_")]


def test_everything_in_keras_is_here() -> None:
    import keras

    names = [name for name in dir(keras.callbacks) if not name.startswith("_")]
    assert set(names) == set(callbacks.__all__)
    assert kport.callbacks is callbacks


def test_the_arguments_are_keras() -> None:
    import inspect

    import keras

    for name in callbacks.__all__:
        theirs, ours = (inspect.signature(getattr(module, name)) for module in (keras.callbacks, callbacks))
        assert [(p.name, p.default, p.kind) for p in ours.parameters.values()] == [
            (p.name, p.default, p.kind) for p in theirs.parameters.values()
        ], name


def test_the_hooks_are_keras() -> None:
    import keras

    assert [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")] == HOOKS


def recorder(module: Any, hooks: list[str], events: list[Any], base: Any = None) -> Any:
    """A callback that notes the calls of some hooks."""

    def note(name: str) -> Any:
        return lambda self, *args, **kwargs: events.append((name, args, kwargs))

    return type("Recorder", (base or module.Callback,), {name: note(name) for name in hooks})()


def call_all(listed: Any, tensors: Any) -> None:
    logs = {"loss": tensors(2.5), "accuracy": 1, "nested": {"deep": tensors(0.5)}, "text": "x", "many": tensors([1.0, 2.0])}
    listed.on_train_begin()
    listed.on_epoch_begin(0)
    for kind in ("train", "test", "predict"):
        if kind != "train":
            getattr(listed, f"on_{kind}_begin")()
        getattr(listed, f"on_{kind}_batch_begin")(3)
        getattr(listed, f"on_{kind}_batch_end")(3, logs)
        if kind != "train":
            getattr(listed, f"on_{kind}_end")(logs)
    listed.on_batch_begin(7)
    listed.on_batch_end(7, logs)
    listed.on_epoch_end(0, logs)
    listed.on_train_end(logs)


@pytest.mark.parametrize("hooks", [HOOKS, ["on_batch_end", "on_epoch_end"], ["on_batch_begin"], ["on_test_batch_end"], []])
def test_hooks_are_called_as_by_keras(hooks: list[str]) -> None:
    import keras
    import tensorflow as tf

    found = []
    for module in (keras.callbacks, callbacks):
        events: list[Any] = []
        call_all(module.CallbackList([recorder(module, hooks, events)]), tf.constant)
        found.append(repr(events))
    assert found[1] == found[0]


@pytest.mark.parametrize("name", [h for h in HOOKS if h not in ("on_batch_begin", "on_batch_end")])
def test_functions_are_called_as_by_keras(name: str) -> None:
    import keras
    import tensorflow as tf

    found = []
    for module in (keras.callbacks, callbacks):
        events: list[Any] = []
        call_all(module.CallbackList([module.LambdaCallback(**{name: lambda *a, **k: events.append((a, k))})]), tf.constant)  # noqa: B023
        found.append(repr(events))
    assert found[1] == found[0] != "[]"


def test_what_one_callback_adds_to_the_logs_the_next_one_sees() -> None:
    seen: list[Any] = []

    class First(callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            logs["added"] = 1.0

        on_epoch_end = on_train_batch_end

    second = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(dict(logs)))
    listed = callbacks.CallbackList([First(), second], add_history=True, model=StandIn())
    listed.on_train_begin()
    listed.on_train_batch_end(0, {"loss": 2.0})
    listed.on_epoch_end(0, {"loss": 2.0})
    assert seen == [{"loss": 2.0, "added": 1.0}]
    assert listed.callbacks[-1].history == {"loss": [2.0], "added": [1.0]}


def test_history_and_progress_bar_are_added_once() -> None:
    model = StandIn()
    own = [callbacks.History(), [callbacks.ProgbarLogger()]]
    listed = callbacks.CallbackList(own, add_history=True, add_progbar=True, model=model, verbose=0, epochs=1, steps=1)
    assert [type(c).__name__ for c in listed.callbacks] == ["History", "ProgbarLogger"]
    assert model.history is own[0]
    added = callbacks.CallbackList(None, add_history=True, add_progbar=True, model=model, verbose=0, epochs=2, steps=5)
    assert [type(c).__name__ for c in added.callbacks] == ["History", "ProgbarLogger"]
    assert added.callbacks[1].params is None and added.callbacks[1].epochs == 2  # the bar keeps its own
    assert added.callbacks[0].params == {"verbose": 0, "epochs": 2, "steps": 5} and added.callbacks[0].model is model


def test_a_hook_that_is_set_later_is_called() -> None:
    callback = callbacks.Callback()
    listed = callbacks.CallbackList([callback])
    seen: list[int] = []
    callback.on_train_batch_end = lambda batch, logs=None: seen.append(batch)  # type: ignore[method-assign]
    listed.on_train_begin()
    listed.on_train_batch_end(4)
    assert seen == [4]


class Tensor:
    """Counts how often it is read."""

    reads = 0

    def numpy(self) -> np.ndarray:
        Tensor.reads += 1
        return np.array(0.5, "float32")


def test_logs_become_floats_only_for_who_reads_them() -> None:
    listed = callbacks.CallbackList(
        [callbacks.EarlyStopping(monitor="loss"), callbacks.ModelCheckpoint("m.keras"), callbacks.BackupAndRestore("x")]
    )
    Tensor.reads = 0
    for _ in range(3):
        listed.on_train_batch_begin(0)
        listed.on_train_batch_end(0, {"loss": Tensor()})
    assert Tensor.reads == 0
    seen: list[Any] = []
    listed = callbacks.CallbackList([callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs))] * 2)
    listed.on_train_batch_end(0, {"loss": Tensor()})
    assert Tensor.reads == 1 and seen == [{"loss": 0.5}] * 2 and type(seen[0]["loss"]) is float


def test_numbers_of_all_kinds_become_floats() -> None:
    import tensorflow as tf
    from keras.src.utils.python_utils import pythonify_logs

    logs = {
        "z": np.float16(1.5), "a": tf.constant(2), "b": np.array(3.0), "c": {"e": True, "d": np.int64(4)},
        "f": None, "g": [1.0], "h": np.array([1.0, 2.0]), "i": "7", "j": "seven", "k": tf.constant([1.0, 2.0]),
    }  # fmt: skip
    assert repr(as_floats(logs)) == repr(pythonify_logs(logs))
    assert as_floats(None) == {}
    assert as_floats({"one": np.array([[4.0]])}) == {"one": 4.0}


def seconds(module: Any, batches: int, logs: Any) -> float:
    """The least time of several runs for the hooks of one batch, with a history and a progress bar."""
    best = float("inf")
    for _ in range(3):
        listed = module.CallbackList(
            None, add_history=True, add_progbar=True, model=StandIn(), verbose=1, epochs=1, steps=batches
        )
        listed.on_train_begin()
        listed.on_epoch_begin(0)
        start = time.perf_counter()
        for batch in range(batches):
            listed.on_train_batch_begin(batch)
            listed.on_train_batch_end(batch, logs)
        listed.on_epoch_end(0, logs)
        best = min(best, time.perf_counter() - start)
        listed.on_train_end()
    return best / batches


def test_a_batch_costs_no_more_than_with_keras(capsys: Any) -> None:
    import keras
    import tensorflow as tf

    logs = {"loss": tf.constant(0.5), "accuracy": tf.constant(0.25)}
    ours, theirs = seconds(callbacks, 2000, logs), seconds(keras.callbacks, 2000, logs)
    capsys.readouterr()
    print(f"{ours * 1e6:.1f} µs a batch, Keras {theirs * 1e6:.1f} µs")
    assert ours <= theirs
