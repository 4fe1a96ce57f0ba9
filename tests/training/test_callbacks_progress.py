"""The progress bar's text is Keras's, character by character, on the same numbers and the same clock."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from kport import callbacks, messages
from kport.callbacks.progress_bar import Progbar

Update = tuple[float, int, Any, Any]
"""(seconds since the last one, current, values, finalize)"""


class Clock:
    """`time.time` that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.now = 1000.0
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def text_of(make: Any, clock: Clock, capsys: Any, updates: list[Update]) -> str:
    clock.now = 1000.0
    bar = make()
    for seconds, current, values, finalize in updates:
        clock.now += seconds
        bar.update(current, values, finalize)
    return capsys.readouterr().out


STEADY: list[Update] = [(0.1, i, [("loss", 1.0 / i), ("accuracy", i / 10)], None) for i in range(1, 11)]
FAST: list[Update] = [(0.004, i, [("loss", 0.5)], None) for i in range(1, 101)]
TINY: list[Update] = [(1e-5, i, [("loss", 1e-5 * i), ("mse", -0.2)], None) for i in range(1, 8)]
SLOW: list[Update] = [(7.3, 1, [("loss", 2.0)], False), (90, 2, [("loss", 1.0)], False), (4000, 3, [("loss", 0.5)], True)]
SHRINKING: list[Update] = [(1, 1, [("loss", 123456.789)], False), (1, 2, [("loss", 1.5)], False), (1, 3, None, True)]
JUMPING: list[Update] = [(0.2, 4, [("loss", 3.0)], None), (0.2, 8, [("loss", 1.0)], None), (0.2, 11, [("loss", 2.0)], None)]
ARRAYS: list[Update] = [(0.2, i, [("loss", np.float32(0.3)), ("m", np.array([1.0, 2.0]))], None) for i in range(1, 4)]
EMPTY: list[Update] = [(0.2, 0, None, None), (0.2, 1, [], None), (0.2, 1, [("late", 2)], True)]

CASES: list[tuple[dict[str, Any], list[Update]]] = [
    ({"target": 10}, STEADY),
    ({"target": 10, "stateful_metrics": ["loss"]}, STEADY),
    ({"target": 10, "stateless_metrics": ["loss"]}, STEADY),
    ({"target": 10, "stateless_metrics": []}, STEADY),
    ({"target": 10, "verbose": 2}, STEADY),
    ({"target": 10, "verbose": 0}, STEADY),
    ({"target": None}, STEADY),
    ({"target": None, "verbose": 2}, STEADY),
    ({"target": 10, "width": 7, "unit_name": "sample"}, STEADY),
    ({"target": 100}, FAST),
    ({"target": 100, "interval": 0.0}, FAST),
    ({"target": 100, "interval": 1.0}, FAST),
    ({"target": 7, "interval": 0}, TINY),
    ({"target": 7, "verbose": 2}, TINY),
    ({"target": 3}, SLOW),
    ({"target": 30}, SLOW),
    ({"target": 3, "verbose": 2}, SLOW),
    ({"target": 3, "stateless_metrics": ()}, SHRINKING),
    ({"target": 11}, JUMPING),
    ({"target": 3}, ARRAYS),
    ({"target": 3, "stateful_metrics": ["m", "loss"]}, ARRAYS),
    ({"target": 1}, EMPTY),
    ({"target": 0}, EMPTY),
]


@pytest.mark.parametrize(("arguments", "updates"), CASES, ids=[str(i) for i in range(len(CASES))])
def test_the_text_is_keras(arguments: dict[str, Any], updates: list[Update], clock: Clock, capsys: Any) -> None:
    import keras

    expected = text_of(lambda: keras.utils.Progbar(**arguments), clock, capsys, updates)
    assert text_of(lambda: Progbar(**arguments), clock, capsys, updates) == expected


def test_add_counts_on(clock: Clock, capsys: Any) -> None:
    import keras

    texts = []
    for make in (keras.utils.Progbar, Progbar):
        clock.now = 5.0
        bar = make(6, interval=0.0)
        for n in (1, 2, 3):
            clock.now += 0.25
            bar.add(n, [("loss", float(n))])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


def test_without_a_terminal_lines_follow_one_another(clock: Clock, capsys: Any) -> None:
    import keras

    texts = []
    for make, name in ((keras.utils.Progbar, "_dynamic_display"), (Progbar, "_rewrites_line")):

        def plain(make: Any = make, name: str = name) -> Any:
            bar = make(10)
            assert hasattr(bar, name)
            setattr(bar, name, False)
            return bar

        texts.append(text_of(plain, clock, capsys, STEADY))
    assert texts[0] == texts[1]


class Tensor:
    """Counts how often it is read."""

    reads = 0

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        Tensor.reads += 1
        return np.array(0.5)


def test_tensors_are_read_only_when_they_are_shown(clock: Clock, capsys: Any) -> None:
    bar = Progbar(1000, stateless_metrics=())
    Tensor.reads = 0
    for i in range(1, 1000):
        clock.now += 0.001
        bar.update(i, [("loss", Tensor())], finalize=False)
    assert Tensor.reads == capsys.readouterr().out.count("\r") <= 25


def run_logger(module: Any, clock: Clock, capsys: Any, verbose: Any, steps: int | None, epochs: int) -> str:
    """What the callbacks of a training, an evaluation and a prediction print."""
    clock.now = 50.0
    listed = module.CallbackList([module.ProgbarLogger()], verbose=verbose, epochs=epochs, steps=steps)
    listed.on_train_begin()
    for epoch in range(epochs):
        listed.on_epoch_begin(epoch)
        for batch in range(3):
            listed.on_train_batch_begin(batch)
            clock.now += 0.03
            listed.on_train_batch_end(batch, {"loss": 1.0 / (batch + 1), "accuracy": 0.25, "more": {"nested": 2.0}})
        listed.on_test_begin()
        for batch in range(2):
            listed.on_test_batch_begin(batch)
            listed.on_test_batch_end(batch, {"loss": 1.0})
        listed.on_test_end({"loss": 1.0})
        listed.on_epoch_end(epoch, {"loss": 0.3, "val_loss": 0.4, "accuracy": 0.9})
    listed.on_train_end()
    for kind in ("test", "predict"):
        other = module.CallbackList([module.ProgbarLogger()], verbose=verbose, epochs=1, steps=steps)
        getattr(other, f"on_{kind}_begin")()
        for batch in range(3):
            getattr(other, f"on_{kind}_batch_begin")(batch)
            clock.now += 0.06
            getattr(other, f"on_{kind}_batch_end")(batch, {"loss": 1.0})
        getattr(other, f"on_{kind}_end")({"loss": 0.5})
    return capsys.readouterr().out


@pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
@pytest.mark.parametrize("steps", [3, None])
@pytest.mark.parametrize("epochs", [1, 3])
def test_the_logger_prints_what_keras_prints(verbose: Any, steps: Any, epochs: int, clock: Clock, capsys: Any) -> None:
    import keras

    expected = run_logger(Sequential(keras.callbacks), clock, capsys, verbose, steps, epochs)
    assert run_logger(callbacks, clock, capsys, verbose, steps, epochs) == expected


class Sequential:
    """Keras's callbacks without threads: the clock moves with the main one."""

    def __init__(self, module: Any):
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def CallbackList(self, *args: Any, **kwargs: Any) -> Any:
        made = self.module.CallbackList(*args, **kwargs)
        made._async_train = made._async_test = made._async_predict = False
        return made


def test_both_kinds_of_exceptions_are_refused() -> None:
    with pytest.raises(ValueError, match="stateful_metrics"):
        Progbar(3, stateful_metrics=["a"], stateless_metrics=["b"])


def test_messages_go_to_the_log_where_there_is_no_terminal(capsys: Any, caplog: Any) -> None:
    messages.disable_interactive_logging()
    try:
        assert not messages.is_interactive_logging_enabled()
        with caplog.at_level("INFO", logger="absl"):
            messages.print_message("said")
    finally:
        messages.enable_interactive_logging()
    assert capsys.readouterr().out == "" and caplog.messages == ["said"]
    messages.print_message("said", line_break=False)
    assert capsys.readouterr().out == "said"


def test_a_terminal_without_the_bar_gets_equals_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    messages.print_message("━━ é")
    assert raw.getvalue() == b"== \n"
