"""Callbacks that watch losses and metrics do what Keras's do with the same logs."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kport import callbacks
from kport.callbacks.directions import mode_of
from tests.training.stand_in import StandIn, run

RNG = np.random.default_rng(11)


def logs_of(epochs: int) -> list[dict[str, Any]]:
    """Losses that fall and rise, on a coarse grid so that some are equal."""
    values = np.round(np.cumsum(RNG.normal(-0.05, 0.2, epochs)) + 3, 1).astype("float32")
    accuracy = np.round(RNG.uniform(0, 1, epochs), 1).astype("float32")
    return [
        {"loss": float(v), "val_loss": float(v) + 0.1, "accuracy": float(a), "val_accuracy": float(a) / 2}
        for v, a in zip(values, accuracy, strict=True)
    ]


def same(make: Any, logs: list[dict[str, Any]], capsys: Any, **arguments: Any) -> dict[str, Any]:
    """Runs Keras's and kport's: the same result, the same text, the same warnings."""
    import keras
    from keras.src.trainers.compile_utils import MetricsList

    found = []
    for module in (keras.callbacks, callbacks):
        model = StandIn(**arguments)
        model.metrics = [MetricsList([SimpleNamespace(name="accuracy", _direction="up")])]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = run(module, make(module), model, logs)
        found.append((result, capsys.readouterr().out, [str(w.message) for w in caught]))
    assert found[1] == found[0]
    return found[1][0]


STOPPING: list[dict[str, Any]] = [
    {},
    {"monitor": "loss", "patience": 2},
    {"monitor": "accuracy", "patience": 1, "verbose": 1, "restore_best_weights": True},
    {"monitor": "val_accuracy", "mode": "max", "patience": 3, "start_from_epoch": 4, "restore_best_weights": True},
    {"monitor": "val_loss", "min_delta": 0.1, "patience": 2, "restore_best_weights": True},
    {"monitor": "loss", "min_delta": -0.2, "patience": 1},
    {"monitor": "loss", "baseline": 2.5, "patience": 3, "restore_best_weights": True, "verbose": 1},
    {"monitor": "accuracy", "baseline": 0.8, "mode": "max", "patience": 2},
    {"monitor": "unknown", "mode": "min"},
    {"monitor": "loss", "mode": "wrong"},
]


@pytest.mark.parametrize("arguments", STOPPING, ids=map(str, range(len(STOPPING))))
def test_early_stopping(arguments: dict[str, Any], capsys: Any) -> None:
    for _ in range(8):
        same(lambda module: [module.EarlyStopping(**arguments)], logs_of(15), capsys)


def test_early_stopping_can_be_used_again() -> None:
    callback = callbacks.EarlyStopping(monitor="loss", patience=1)
    rising = [{"loss": float(i)} for i in range(5)]
    for _ in range(2):
        assert run(callbacks, [callback], StandIn(), rising)["epochs"] == [0, 1]
        assert callback.stopped_epoch == 1 and callback.best == 0.0


PLATEAUS: list[dict[str, Any]] = [
    {"patience": 1},
    {"monitor": "loss", "factor": 0.5, "patience": 2, "verbose": 1},
    {"monitor": "loss", "factor": 0.5, "patience": 1, "cooldown": 2},
    {"monitor": "val_accuracy", "mode": "max", "patience": 1, "factor": 0.9, "min_lr": 0.08, "verbose": 1},
    {"monitor": "accuracy", "patience": 0, "min_delta": 0.2, "cooldown": 1},
    {"monitor": "unknown", "mode": "min"},
]


@pytest.mark.parametrize("arguments", PLATEAUS, ids=map(str, range(len(PLATEAUS))))
@pytest.mark.parametrize("optimizers", [1, 2])
def test_reduce_lr_on_plateau(arguments: dict[str, Any], optimizers: int, capsys: Any) -> None:
    for _ in range(5):
        same(lambda module: [module.ReduceLROnPlateau(**arguments)], logs_of(15), capsys, optimizers=optimizers)


SCHEDULES: list[Any] = [lambda epoch: 0.5 / (epoch + 1), lambda epoch, rate: rate * 0.9, lambda epoch, rate: np.float32(epoch)]


@pytest.mark.parametrize("verbose", [0, 1])
@pytest.mark.parametrize("optimizers", [1, 2])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=["of epochs", "of rates", "float32"])
def test_learning_rate_scheduler(schedule: Any, optimizers: int, verbose: int, capsys: Any) -> None:
    result = same(
        lambda module: [module.LearningRateScheduler(schedule, verbose=verbose)], logs_of(4), capsys, optimizers=optimizers
    )
    assert any(name.startswith("learning_rate") for name in result["history"])


SAVING: list[dict[str, Any]] = [
    {"filepath": "m.keras"},
    {"filepath": "m.h5", "verbose": 1},
    {"filepath": "{epoch:02d}-{val_loss:.2f}.keras", "verbose": 1},
    {"filepath": "{epoch}.weights.h5", "save_weights_only": True, "save_best_only": True, "verbose": 1},
    {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "val_accuracy", "mode": "max", "verbose": 1},
    {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "accuracy", "initial_value_threshold": 0.5},
    {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "loss", "initial_value_threshold": 2.5, "verbose": 1},
    {"filepath": "{epoch}-{batch}-{loss:.1f}.keras", "save_freq": 2, "verbose": 1},
    {"filepath": "{epoch}-{batch:03d}.weights.h5", "save_freq": 5, "save_weights_only": True},
    {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "unknown", "mode": "min"},
]


@pytest.mark.parametrize("arguments", SAVING, ids=map(str, range(len(SAVING))))
def test_model_checkpoint(arguments: dict[str, Any], tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "new" / arguments["filepath"]
    for _ in range(3):
        same(lambda module: [module.ModelCheckpoint(**arguments | {"filepath": path})], logs_of(9), capsys)


def test_several_values_are_no_best(tmp_path: Path, capsys: Any) -> None:
    logs = [{"val_loss": np.array([1.0, 2.0])}] * 2
    result = same(lambda module: [module.ModelCheckpoint(tmp_path / "m.keras", save_best_only=True)], logs, capsys)
    assert len(result["saved"]) == 2


@pytest.mark.parametrize("loss", [np.nan, np.inf, -np.inf, 1.0])
def test_terminate_on_nan(loss: float, capsys: Any) -> None:
    result = same(lambda module: [module.TerminateOnNaN()], [{"loss": 1.0}, {"loss": loss}, {"loss": 1.0}], capsys)
    assert result["stopped"] == (loss != 1.0)


def test_terminate_on_nan_can_raise() -> None:
    with pytest.raises(RuntimeError, match="batch 0"):
        run(callbacks, [callbacks.TerminateOnNaN(raise_error=True)], StandIn(), [{"loss": np.nan}])


def test_the_direction_of_a_metric_is_asked_of_the_metric() -> None:
    inner = SimpleNamespace(name="compiled", metrics=[SimpleNamespace(name="error", _direction="down")])
    for metrics, expected in (([inner], np.less), ([SimpleNamespace(name="error", _direction="up")], np.greater)):
        callback = callbacks.EarlyStopping(monitor="val_error")
        model = StandIn()
        model.metrics = metrics
        run(callbacks, [callback], model, [{"val_error": 1.0}])
        assert callback.monitor_op is expected


def test_built_in_metrics_have_keras_directions() -> None:
    """Of every metric that can be made with one of these arguments, which is all of them."""
    import keras

    from kport import losses, metrics

    def made(module: Any, name: str, loss: Any) -> Any:
        for arguments in [(loss,)] if name == "MeanMetricWrapper" else [(), (2,), (0.5,), (2, [0])]:
            try:
                return getattr(module, name)(*arguments)
            except (TypeError, ValueError):
                continue
        raise AssertionError(f"no arguments for {name}")

    names = [n for n in dir(keras.metrics) if isinstance(getattr(keras.metrics, n), type) and n != "Metric"]
    assert len(names) > 40
    for name in names:
        theirs = made(keras.metrics, name, keras.losses.mean_squared_error)
        ours = made(metrics, name, losses.mean_squared_error)
        expected = {"up": "max", "down": "min"}.get(getattr(theirs, "_direction", None))  # type: ignore[call-overload]
        if name == "MeanMetricWrapper":
            expected = "min"  # Keras looks the function up among the classes' names, and so misses it
        assert mode_of(ours) == expected, name


def raised(make: Any) -> tuple[Any, type]:
    """Keras's and kport's exception."""
    import keras

    found: list[Any] = []
    for module in (keras.callbacks, callbacks):
        with pytest.raises(Exception) as caught:
            make(module)
        found.append(caught.value)
    return found[1], type(found[0])


WRONG: dict[str, Any] = {
    "factor": lambda m: m.ReduceLROnPlateau(factor=1.0),
    "suffix": lambda m: m.ModelCheckpoint("m.txt"),
    "suffix of weights": lambda m: m.ModelCheckpoint("m.h5", save_weights_only=True),
    "frequency": lambda m: m.ModelCheckpoint("m.keras", save_freq="often"),
    "no placeholder": lambda m: run(m, [m.ModelCheckpoint("{acc}.keras")], StandIn(), [{"loss": 1.0}]),
    "no direction": lambda m: run(m, [m.EarlyStopping(monitor="mystery")], StandIn(), [{"mystery": 1.0}]),
    "not a float": lambda m: run(m, [m.LearningRateScheduler(lambda e: 1)], StandIn(), [{"loss": 1.0}]),
    "no end": lambda m: m.CallbackList([]).on_train_end(),
    "no folder": lambda m: m.BackupAndRestore(""),
    "backup frequency": lambda m: m.BackupAndRestore("x", save_freq="often"),
    "profile": lambda m: m.TensorBoard(profile_batch=-1),
    "profile of three": lambda m: m.TensorBoard(profile_batch=(1, 2, 3)),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments_are_refused_as_in_keras(case: str) -> None:
    error, kind = raised(WRONG[case])
    assert isinstance(error, kind)
    assert "expected" in str(error) and "Received: " in str(error)


def test_a_folder_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(OSError, match="directory"):
        run(callbacks, [callbacks.ModelCheckpoint(tmp_path / "m.keras")], StandIn(), [{"loss": 1.0}])
