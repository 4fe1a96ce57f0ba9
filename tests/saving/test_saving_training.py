"""What a model was compiled with and its optimizer's state: training goes on in the other library as in the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import KportError
from tests.saving.fresh import floats
from tests.saving.saved import library

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own

X, Y = floats(16, 5, 3), (floats(16, 1, seed=2) > 0).astype("float32")
OPTIMIZERS: dict[str, Any] = {
    "adam": lambda k: k.optimizers.Adam(0.01),
    "momentum": lambda k: k.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "schedule": lambda k: k.optimizers.RMSprop(k.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)),
}
WAYS = [("kport", "keras"), ("keras", "kport"), ("kport", "kport")]


def model_of(k: Any) -> Any:
    L = k.layers
    start = k.Input((5, 3)) if k.__name__ != "tf_keras" else L.InputLayer((5, 3))
    layers = [L.Bidirectional(L.LSTM(3)), L.BatchNormalization(), L.Dense(4, activation="relu", kernel_regularizer="l2")]
    return k.Sequential([start, *layers, L.Dense(1, activation="sigmoid")])


def compiled(k: Any, optimizer: str) -> Any:
    model = model_of(k)
    metrics = ["accuracy", k.metrics.MeanSquaredError(name="squared")]
    model.compile(OPTIMIZERS[optimizer](k), k.losses.BinaryCrossentropy(label_smoothing=0.1), metrics=metrics)
    return model


def steps(model: Any, count: int) -> list[Any]:
    return [np.ravel(model.train_on_batch(X, Y)) for _ in range(count)]


def assert_trains_alike(one: Any, other: Any, order: bool = True) -> None:
    for a, b in zip(steps(one, 3), steps(other, 3), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
@pytest.mark.parametrize("optimizer", [pytest.param(o, marks=[] if o == "adam" else [pytest.mark.slow]) for o in OPTIMIZERS])
def test_training_goes_on(optimizer: str, way: tuple[str, str], suffix: str, tmp_path: Path) -> None:
    first, second = map(library, way)
    model = compiled(first, optimizer)
    steps(model, 3)
    path = tmp_path / f"model{suffix}"
    model.save(path)
    again = second.models.load_model(path)
    assert int(again.optimizer.iterations.numpy()) == 3
    if suffix == ".h5" and second.__name__ == "keras":  # which gives the optimizer of a .h5 no variables, whoever wrote it
        np.testing.assert_allclose(again.evaluate(X, Y, verbose=0), model.evaluate(X, Y, verbose=0), atol=1e-5)
        return
    assert_trains_alike(model, again)


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_training_goes_on_from_weights(way: tuple[str, str], tmp_path: Path) -> None:
    first, second = map(library, way)
    model, again = compiled(first, "adam"), compiled(second, "adam")
    steps(model, 3)
    steps(again, 1)
    model.save_weights(tmp_path / "model.weights.h5")
    again.load_weights(tmp_path / "model.weights.h5")
    assert_trains_alike(model, again)


def test_tf_keras_opens_the_older_form_compiled(tmp_path: Path) -> None:
    model = compiled(kport, "momentum")
    steps(model, 2)
    model.save(tmp_path / "model.h5")
    again = library("tf_keras").models.load_model(tmp_path / "model.h5")
    np.testing.assert_allclose(again.evaluate(X, Y, verbose=0), model.evaluate(X, Y, verbose=0), atol=1e-5)


def test_what_tf_keras_compiled_trains_on(tmp_path: Path) -> None:
    model = compiled(library("tf_keras"), "adam")
    steps(model, 2)
    model.save(tmp_path / "model.h5")
    again = kport.models.load_model(tmp_path / "model.h5")
    assert_trains_alike(model, again)


def test_dropout_goes_on_with_the_same_numbers(tmp_path: Path) -> None:
    L = kport.layers
    model = kport.Sequential([kport.Input((5, 3)), L.Flatten(), L.Dropout(0.5, seed=3), L.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    steps(model, 2)
    model.save(tmp_path / "model.keras")
    assert_trains_alike(model, kport.models.load_model(tmp_path / "model.keras"))


def test_without_the_optimizer_and_without_compiling(tmp_path: Path) -> None:
    model = compiled(kport, "adam")
    model.save(tmp_path / "model.h5", include_optimizer=False)
    assert not kport.models.load_model(tmp_path / "model.h5").compiled
    model.save(tmp_path / "model.keras")
    assert not kport.models.load_model(tmp_path / "model.keras", compile=False).compiled
    assert not kport.load(tmp_path / "model.keras").compiled


def test_losses_and_metrics_of_outputs_and_of_the_user(tmp_path: Path) -> None:
    @kport.register("mine")
    def farther(y_true: Any, y_pred: Any) -> Any:
        return kport.ops.mean(kport.ops.square(y_true - y_pred), axis=-1)

    x = kport.Input((3,))
    model = kport.Model(x, {"a": kport.layers.Dense(1, name="a")(x), "b": kport.layers.Dense(2, name="b")(x)})
    model.compile(
        "sgd",
        {"a": farther, "b": "mae"},
        loss_weights={"a": 2.0, "b": 0.5},
        metrics={"b": ["mse", kport.metrics.MeanAbsoluteError()]},
    )
    data = (floats(4, 3), {"a": floats(4, 1), "b": floats(4, 2)})
    expected = model.evaluate(*data, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    again = kport.models.load_model(tmp_path / "model.keras")
    found = again.evaluate(*data, verbose=0, return_dict=True)
    assert set(found) == set(expected)
    np.testing.assert_allclose([found[key] for key in expected], list(expected.values()), rtol=1e-5)


def test_a_compile_of_ones_own_is_left_to_the_class(tmp_path: Path) -> None:
    @kport.register
    class Own(kport.Model):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.dense = kport.layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def compile(self, rate: float) -> None:  # type: ignore[override]
            super().compile(kport.optimizers.SGD(rate), "mse")

    model = Own()
    model(floats(2, 3))
    model.compile(0.1)
    model.save(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match="compile"):
        again = kport.models.load_model(tmp_path / "model.keras")
    assert not again.compiled


def test_an_unknown_loss_is_said(tmp_path: Path) -> None:
    def unknown(y_true: Any, y_pred: Any) -> Any:
        return kport.ops.mean(y_true - y_pred, axis=-1)

    model = compiled(kport, "adam")
    model.compile("adam", unknown)
    model.save(tmp_path / "model.keras")
    with pytest.raises(KportError, match="unknown"):
        kport.models.load_model(tmp_path / "model.keras")
    assert kport.models.load_model(tmp_path / "model.keras", custom_objects={"unknown": unknown}).compiled
