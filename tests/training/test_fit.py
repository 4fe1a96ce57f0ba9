"""The options of `fit`, `evaluate`, `predict` and their kin: what they give is what Keras gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import kport

from .fit_twins import assert_as_keras, cases_of, classifier, compiled_with, trained, weighted, x_y

X, Y = x_y()
WEIGHTS = np.linspace(0.2, 2, len(X)).astype(np.float32)
HOT = np.eye(3, dtype=np.float32)[Y]


def fit(*data: Any, compiled: Any = None, **options: Any) -> Any:
    """A case: the small classifier fitted with these options."""
    return lambda k: trained(classifier(k, **(compiled or {})), *(data or (X, Y)), **{"batch_size": 8, **options})


NAMED = "sparse_categorical_crossentropy"
LEFT_OUT = {"loss": "mae", "metrics": ["mse"], "weighted_metrics": ["mse", "mae"]}
SUM = {"optimizer": "adam", "loss": "categorical_crossentropy", "metrics": ["categorical_accuracy"]}

FITS: dict[str, Any] = {
    "defaults": fit(batch_size=None),
    "batches of one": fit(batch_size=1, epochs=1),
    "a batch of all": fit(batch_size=100),
    "validation_split": fit(validation_split=0.3),
    "validation_split, weighted": fit(validation_split=0.25, sample_weight=WEIGHTS, compiled={"weighted_metrics": ["accuracy"]}),
    "validation_data": fit(validation_data=(X[:9], Y[:9])),
    "validation_data, weighted": fit(validation_data=(X[:9], Y[:9], WEIGHTS[:9]), compiled={"weighted_metrics": ["accuracy"]}),
    "validation_data as a list": fit(validation_data=[X[:9], Y[:9]]),
    "validation_batch_size": fit(validation_data=(X[:9], Y[:9]), validation_batch_size=4, validation_steps=2),
    "validation_freq": fit(validation_data=(X, Y), validation_freq=2, epochs=4),
    "validation_freq, a list": fit(validation_data=(X, Y), validation_freq=[1, 3], epochs=3),
    "class_weight": fit(class_weight={0: 1.0, 1: 3.0, 2: 0.5}),
    "class_weight, classes left out": fit(class_weight={1: 3.0}),
    "class_weight, one-hot": fit(X, HOT, class_weight={0: 1.0, 2: 0.5}, compiled=SUM),
    "class_weight, a column": fit(X, Y[:, None], class_weight={0: 2.0, 1: 1.0, 2: 0.5}),
    "class_weight, validation": fit(class_weight={0: 2.0, 1: 1.0, 2: 0.5}, validation_split=0.3),
    "sample_weight": fit(sample_weight=WEIGHTS),
    "sample_weight, a column": fit(X, HOT, sample_weight=WEIGHTS[:, None], compiled=LEFT_OUT),
    "sample_weight, weighted_metrics": fit(X, HOT, sample_weight=WEIGHTS, compiled=LEFT_OUT),
    "steps_per_epoch, fewer": fit(steps_per_epoch=2, epochs=4),
    "steps_per_epoch, more": fit(steps_per_epoch=5),
    "steps_per_execution": fit(compiled={"steps_per_execution": 2}),
    "steps_per_execution, more than there are": fit(compiled={"steps_per_execution": 5}, validation_split=0.5),
    "steps_per_execution, steps_per_epoch": fit(compiled={"steps_per_execution": 2}, steps_per_epoch=5, epochs=3),
    "initial_epoch": fit(initial_epoch=1, epochs=3),
    "no epochs": fit(epochs=0),
    "initial_epoch past the end": fit(initial_epoch=5, epochs=3),
    "run_eagerly": fit(compiled={"run_eagerly": True}, validation_split=0.3),
    "jit_compile": fit(compiled={"jit_compile": True}, validation_split=0.3),
    "jit_compile auto": fit(compiled={"jit_compile": "auto"}),
    "jit_compile, steps_per_execution": fit(compiled={"jit_compile": True, "steps_per_execution": 2}),
    "one-hot labels": fit(X, HOT, compiled=SUM),
    "a column of labels": fit(X, Y[:, None]),
    "labels of floats": fit(X, Y.astype(np.float32)),
    "labels of bytes": fit(X, Y.astype(np.uint8)),
    "loss without metrics": fit(compiled={"loss": "sparse_categorical_crossentropy"}),
    "optimizer by configuration": fit(compiled={"optimizer": {"class_name": "SGD", "config": {"learning_rate": 0.3}}}),
}


@cases_of(
    FITS,
    slow=(
        "batches of one",
        "a column",
        "labels of",
        "weighted",
        "as a list",
        "jit_compile auto",
        "jit_compile, ",
        "past the end",
    ),
)
def test_fit(case: Any) -> None:
    assert_as_keras(case)


def after_fit(use: Any, **compiled: Any) -> Any:
    """A case: what a fitted model gives."""

    def case(k: Any) -> Any:
        model = classifier(k, **compiled)
        model.fit(X, Y, verbose=0, shuffle=False)
        return use(model)

    return case


def per_batch(m: Any) -> Any:
    losses = [m.train_on_batch(X[i : i + 8], Y[i : i + 8], return_dict=True) for i in (0, 8, 0)]
    return losses, m.train_on_batch(X, Y), m.test_on_batch(X, Y), m.test_on_batch(X, Y, sample_weight=WEIGHTS, return_dict=True)


def weighted_batches(m: Any) -> Any:
    return (
        m.train_on_batch(X, Y, sample_weight=WEIGHTS),
        m.train_on_batch(X, Y, class_weight={0: 1.0, 1: 2.0, 2: 3.0}),
        m.predict_on_batch(X[:5]),
        m.get_weights(),
    )


def fits_again(m: Any) -> Any:
    """The optimizer goes on where it was; the history begins anew."""
    first = trained(m, X, Y, batch_size=8)
    second = trained(m, X, Y, batch_size=8, epochs=4, initial_epoch=2)
    return first, second, int(m.optimizer.iterations)


def compiles_again(m: Any) -> Any:
    m.compile("adam", "sparse_categorical_crossentropy", metrics=[NAMED], jit_compile=False)
    return trained(m, X, Y), int(m.optimizer.iterations)


def freezes(m: Any) -> Any:
    m.layers[0].trainable = False
    compiled_with(m)
    return trained(m, X, Y), len(m.trainable_weights)


USES: dict[str, Any] = {
    "evaluate": after_fit(lambda m: m.evaluate(X, Y, batch_size=5, verbose=0)),
    "evaluate, weighted": after_fit(lambda m: m.evaluate(X, Y, sample_weight=WEIGHTS, verbose=0), weighted_metrics=[NAMED]),
    "evaluate, return_dict": after_fit(lambda m: m.evaluate(X, Y, return_dict=True, verbose=0), metrics=["acc", NAMED]),
    "evaluate, one number": after_fit(lambda m: m.evaluate(X, Y, verbose=0), metrics=None),
    "evaluate, steps": after_fit(lambda m: m.evaluate(X, Y, batch_size=5, steps=2, verbose=0)),
    "evaluate, steps_per_execution": after_fit(lambda m: m.evaluate(X, Y, batch_size=5, verbose=0), steps_per_execution=3),
    "predict": after_fit(lambda m: m.predict(X, batch_size=5, verbose=0)),
    "predict, steps": after_fit(lambda m: m.predict(X, batch_size=5, steps=2, verbose=0)),
    "predict, steps_per_execution": after_fit(lambda m: m.predict(X, batch_size=5, verbose=0), steps_per_execution=3),
    "predict, eagerly": after_fit(lambda m: m.predict(X, batch_size=5, verbose=0), run_eagerly=True),
    "the metrics' names": after_fit(lambda m: ([x.name for x in m.metrics], m.evaluate(X, Y, verbose=0)), metrics=["acc", NAMED]),
    "get_metrics_result": after_fit(lambda m: {k: float(v) for k, v in m.get_metrics_result().items()}),
    "train_on_batch": after_fit(per_batch),
    "train_on_batch, weighted": after_fit(weighted_batches),
    "fit again": after_fit(fits_again, optimizer="adam"),
    "compile again": after_fit(compiles_again),
    "freeze a layer": after_fit(freezes),
}


@cases_of(USES)
def test_use(case: Any) -> None:
    assert_as_keras(case)


def test_names_of_results() -> None:
    """Those that `evaluate` gives, in its order, as before Keras 3."""
    model = classifier(kport, metrics=["acc", NAMED])
    assert model.metrics_names == ["loss"]
    given = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert model.metrics_names == ["loss", "acc", NAMED]
    again = classifier(kport, metrics=["acc", NAMED]).evaluate(X, Y, verbose=0)
    assert again == [given[name] for name in model.metrics_names]


def temporal(k: Any) -> Any:
    """A weight for each step of a sequence."""
    rng = np.random.default_rng(1)
    layers = k.layers
    model = weighted(k.Sequential([k.Input((6, 4)), layers.SimpleRNN(5, return_sequences=True), layers.Dense(3, "softmax")]))
    compiled_with(model, weighted_metrics=["accuracy"])
    x, y = rng.normal(size=(14, 6, 4)).astype("float32"), rng.integers(0, 3, (14, 6))
    return trained(model, x, y, sample_weight=rng.uniform(0, 2, (14, 6)).astype("float32"), batch_size=4, validation_split=0.3)


def test_weights_of_time_steps() -> None:
    assert_as_keras(temporal)


def dropping(seed: int) -> Any:
    """Histories, weights and predictions of a model that draws and shuffles, from a seed."""
    kport.utils.set_random_seed(seed)
    layers = kport.layers
    model = kport.Sequential(
        [layers.GaussianNoise(0.1), layers.Dense(8, "relu"), layers.Dropout(0.4), layers.Dense(3, "softmax")]
    )
    compiled_with(model, optimizer="adam")
    history = model.fit(X, Y, batch_size=8, epochs=3, verbose=0, validation_split=0.2).history
    return [np.asarray(v) for v in history.values()], model.get_weights(), model.predict(X, verbose=0)


def test_a_seed_says_it_all() -> None:
    """Bit for bit."""
    first, again, other = dropping(11), dropping(11), dropping(12)
    for a, b in zip(flat(first), flat(again), strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(not np.array_equal(a, b) for a, b in zip(flat(first), flat(other), strict=True))


def flat(results: Any) -> list[Any]:
    histories, weights, predictions = results
    return [*histories, *weights, predictions]


@pytest.mark.parametrize("shuffle", [True, "batch"])
def test_shuffle(shuffle: Any) -> None:
    """Every sample once in each epoch, in orders that differ; "batch" keeps the batches together."""
    seen: list[Any] = []

    class Seeing(kport.Sequential):
        def train_step(self, data: Any) -> Any:
            seen.append(np.asarray(data[0])[:, 0].astype(int))
            return super().train_step(data)

    kport.utils.set_random_seed(0)
    model = Seeing([kport.Input((1,)), kport.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    numbers = np.arange(20.0)[:, None]
    model.fit(numbers, numbers, batch_size=5, epochs=2, shuffle=shuffle, verbose=0)
    epochs = [seen[:4], seen[4:]]
    for batches in epochs:
        assert sorted(np.concatenate(batches)) == list(range(20))
    assert any(not np.array_equal(a, b) for a, b in zip(*epochs, strict=True))
    together = all(sorted(batch) == list(range(min(batch), min(batch) + 5)) for batches in epochs for batch in batches)
    assert together is (shuffle == "batch")
