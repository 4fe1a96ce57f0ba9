"""Callbacks while models train: the order of the calls, and what each does, are Keras's."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.callback_twins import both, close, data, model, recorder

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's variables


def generator(repeats: int = 1) -> Any:
    x, y = data()
    for _ in range(repeats):
        for start in range(0, len(x), 8):
            yield x[start : start + 8], y[start : start + 8]


def unknown_size() -> Any:
    import tensorflow as tf

    x, y = data(20)
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(8).filter(lambda *_: True)


X, Y = data()
RUNS: dict[str, Any] = {
    "fit": lambda m, c: m.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=c),
    "fit, validation": lambda m, c: m.fit(
        X, Y, batch_size=8, epochs=3, verbose=0, callbacks=c, validation_split=0.3, validation_freq=2
    ),
    "fit, steps": lambda m, c: m.fit(X, Y, batch_size=4, epochs=3, steps_per_epoch=3, verbose=0, callbacks=c),
    "fit, initial epoch": lambda m, c: m.fit(X, Y, epochs=4, initial_epoch=2, verbose=0, callbacks=c),
    "fit, generator": lambda m, c: m.fit(generator(), epochs=1, verbose=0, callbacks=c),
    "fit, generator, steps": lambda m, c: m.fit(generator(9), epochs=2, steps_per_epoch=4, verbose=0, callbacks=c),
    "fit, unknown size": lambda m, c: m.fit(unknown_size(), epochs=2, verbose=0, callbacks=c, validation_data=unknown_size()),
    "evaluate": lambda m, c: m.evaluate(X, Y, batch_size=8, verbose=0, callbacks=c),
    "evaluate, steps": lambda m, c: m.evaluate(X, Y, batch_size=8, steps=2, verbose=0, callbacks=c),
    "predict": lambda m, c: m.predict(X, batch_size=8, verbose=0, callbacks=c),
    "train_on_batch": lambda m, c: m.train_on_batch(X, Y),
}


def run_quietly(case: str, made: Any, callbacks: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns where data end
        RUNS[case](made, callbacks)


SEVERAL_AT_ONCE = ("fit, validation", "evaluate", "predict")


@pytest.mark.parametrize(
    ("case", "steps_per_execution"),
    [
        pytest.param(case, steps, marks=[pytest.mark.slow] if steps > 1 and case not in SEVERAL_AT_ONCE else [])
        for case in RUNS
        for steps in (1, 3)
    ],
)
def test_callbacks_are_called_in_keras_order(case: str, steps_per_execution: int) -> None:
    found = []
    for keras in both():
        events: list[Any] = []
        run_quietly(case, model(keras, steps_per_execution=steps_per_execution), [recorder(keras, events)])
        found.append(events)
    assert found[1] == found[0]
    assert found[1] or case == "train_on_batch"


def stopping(keras: Any, kind: str, moment: str) -> Any:
    """A callback that stops what runs at a moment."""

    class Stop(keras.callbacks.Callback):
        def stop(self, index: int, logs: Any = None) -> None:
            if index == 1:
                setattr(self.model, f"stop_{kind}", True)

    setattr(Stop, moment, Stop.stop)
    return Stop()


STOPS = {
    ("training", "on_train_batch_end"): "fit, validation",
    ("training", "on_epoch_end"): "fit, validation",
    ("evaluating", "on_test_batch_end"): "evaluate",
    ("predicting", "on_predict_batch_end"): "predict",
}


@pytest.mark.parametrize(("kind", "moment"), STOPS)
def test_callbacks_can_stop_what_runs(kind: str, moment: str) -> None:
    found = []
    for keras in both():
        events: list[Any] = []
        run_quietly(STOPS[kind, moment], model(keras), [stopping(keras, kind, moment), recorder(keras, events)])
        found.append(events)
    assert found[1] == found[0]


def train(keras: Any, callbacks: Any, optimizer: Any = None, epochs: int = 6) -> tuple[Any, Any]:
    """The model and its history, trained with validation and without shuffling."""
    made = model(keras, optimizer(keras) if optimizer else keras.optimizers.SGD(0.5))
    callbacks = callbacks(keras.callbacks)
    history = made.fit(
        X, Y, batch_size=8, epochs=epochs, validation_data=data(16, 9), shuffle=False, verbose=0, callbacks=callbacks
    )
    return made, history.history


CALLBACKS: dict[str, Any] = {
    "early stopping": lambda c: c.EarlyStopping(monitor="val_accuracy", patience=1, restore_best_weights=True),
    "early stopping of the loss": lambda c: [c.EarlyStopping(patience=1, min_delta=0.05)],
    "plateau": lambda c: [c.ReduceLROnPlateau(patience=1, min_delta=0.05, factor=0.3)],
    "plateau of accuracy": lambda c: [c.ReduceLROnPlateau(monitor="accuracy", patience=0, factor=0.5)],
    "scheduler": lambda c: [c.LearningRateScheduler(lambda epoch, rate: rate * 0.7)],
    "lambda": lambda c: [c.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(doubled=2 * logs["loss"]))],
}


@pytest.mark.parametrize("case", CALLBACKS)
def test_training_goes_as_in_keras(case: str) -> None:
    (theirs, expected), (ours, history) = (train(keras, CALLBACKS[case]) for keras in both())
    close(history, expected)
    for a, e in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-4, atol=1e-5)
    assert float(np.asarray(ours.optimizer.learning_rate)) == pytest.approx(float(np.asarray(theirs.optimizer.learning_rate)))


@pytest.mark.parametrize(("swap_on_epoch", "overwrite"), [(False, None), (True, 4)])
def test_averaged_weights_are_evaluated(swap_on_epoch: bool, overwrite: int | None) -> None:
    found = []
    for keras in both():
        made, history = train(
            keras,
            lambda c: [c.SwapEMAWeights(swap_on_epoch)],
            lambda k: k.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=overwrite),
        )
        swapping = made.evaluate(X, Y, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])
        predicted = made.predict(X, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])
        found.append((history, made.get_weights(), swapping, predicted))
    close(found[1][0], found[0][0], 1e-4)
    for a, e in zip(found[1][1:], found[0][1:], strict=True):
        for part, expected in zip(a, e, strict=True):
            np.testing.assert_allclose(part, expected, rtol=1e-3, atol=1e-4)


def test_averaged_weights_need_averages() -> None:
    for keras in both():
        with pytest.raises(ValueError, match="use_ema=True"):
            model(keras).evaluate(X, Y, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])


def test_a_table_is_written_and_continued(tmp_path: Path) -> None:
    texts = []
    for keras in both():
        path = tmp_path / f"{keras.__name__}.csv"
        made = model(keras)
        for append, validation in ((False, None), (True, None), (True, data(16, 9))):
            made.fit(
                X, Y, epochs=2, shuffle=False, verbose=0, validation_data=validation,
                callbacks=[keras.callbacks.CSVLogger(path, ";", append)],
            )  # fmt: skip
        texts.append(path.read_bytes())
    lines = [text.split(b"\r\n") for text in texts]
    assert [len(line) for line in lines] == [8, 8]
    assert lines[1][0] == lines[0][0] == b"epoch;accuracy;loss;val_accuracy;val_loss"
    for ours, theirs in zip(lines[1][1:-1], lines[0][1:-1], strict=True):
        for a, e in zip(ours.split(b";"), theirs.split(b";"), strict=True):
            assert a == e == b"NA" or float(a) == pytest.approx(float(e), abs=1e-5)


def test_a_loss_that_is_no_number_ends_training() -> None:
    x, y = X.copy(), Y.copy()
    x[20] = np.nan
    found = []
    for keras in both():
        events: list[Any] = []
        model(keras).fit(
            x, y, batch_size=8, epochs=2, shuffle=False, verbose=0,
            callbacks=[keras.callbacks.TerminateOnNaN(), recorder(keras, events)],
        )  # fmt: skip
        found.append(events)
    assert found[1] == found[0] and len(found[1]) == 10


def test_history_and_the_models_attribute() -> None:
    for keras in both():
        made = model(keras)
        own = keras.callbacks.History()
        history = made.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[own])
        assert history is own is made.history
        assert history.epoch == [0, 1] and history.params == {"verbose": 0, "epochs": 2, "steps": 5}
        assert all(type(v) is float for values in history.history.values() for v in values)
