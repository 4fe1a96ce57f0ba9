"""What `fit`, `evaluate` and `predict` take their batches from: the same data in any form train as in Keras."""

from __future__ import annotations

import gc
import itertools
import weakref
from typing import Any

import numpy as np
import pytest

import kport
from tests.compare import assert_same

from .fit_twins import assert_as_keras, cases_of, classifier, compiled_with, trained, weighted, x_y

X, Y = x_y()
SIZE = 8
WEIGHTS = np.linspace(0.2, 2, len(X)).astype(np.float32)


def parts(*arrays: Any, size: int = SIZE) -> list[tuple[Any, ...]]:
    return [tuple(a[i : i + size] for a in arrays) for i in range(0, len(arrays[0]), size)]


def tensors() -> Any:
    import tensorflow as tf

    return tf.convert_to_tensor(X), tf.convert_to_tensor(Y)


def dataset(*arrays: Any) -> Any:
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(arrays or (X, Y)).batch(SIZE)


def once(batches: Any) -> Any:
    """A generator that ends."""
    yield from batches


def endless() -> Any:
    while True:
        yield from parts(X, Y)


def py_dataset(k: Any, *arrays: Any, **options: Any) -> Any:
    batches = parts(*(arrays or (X, Y)))

    class Batches(k.utils.PyDataset):
        def __len__(self) -> int:
            return len(batches)

        def __getitem__(self, index: int) -> Any:
            return batches[index]

    return Batches(**options)


def fit(*data: Any, **options: Any) -> Any:
    """A case: the small classifier trains on arrays like these."""
    return lambda k: trained(classifier(k), *data, **{"batch_size": SIZE, **options})


def fit_on(make: Any, compiled: Any = None, validation: Any = None, **options: Any) -> Any:
    """A case: the small classifier trains on what `make(library)` gives."""

    def case(k: Any) -> Any:
        more = {"validation_data": validation(k)} if validation else {}
        return trained(classifier(k, **(compiled or {})), make(k), **options, **more)

    return case


FITS: dict[str, Any] = {
    "float64": fit(X.astype(np.float64), Y),
    "float16": fit(X.astype(np.float16), Y),
    "integers": fit((X * 3).astype(np.int64), Y),
    "bytes": fit((np.abs(X) * 30).astype(np.uint8), Y),
    "truths": fit(X > 0, Y),
    "lists of arrays": fit([X], [Y]),
    "tensors": lambda k: trained(classifier(k), *tensors(), batch_size=SIZE),
    "tensors, validation_split": lambda k: trained(classifier(k), *tensors(), batch_size=SIZE, validation_split=0.3),
    "a dataset": fit_on(lambda k: dataset()),
    "a dataset with weights": fit_on(lambda k: dataset(X, Y, WEIGHTS), {"weighted_metrics": ["accuracy"]}),
    "a dataset and one to validate": fit_on(lambda k: dataset(), validation=lambda k: dataset(X[:9], Y[:9])),
    "a dataset, repeated": fit_on(lambda k: dataset().repeat(), steps_per_epoch=4, epochs=3),
    "a dataset, repeated, validated": fit_on(
        lambda k: dataset().repeat(), validation=lambda k: dataset().repeat(), steps_per_epoch=2, validation_steps=2
    ),
    "a dataset without a size": fit_on(lambda k: dataset().filter(lambda *_: True)),
    "a dataset without a size, steps": fit_on(lambda k: dataset().filter(lambda *_: True), steps_per_epoch=2, epochs=3),
    "a dataset, class_weight": fit_on(lambda k: dataset(), class_weight={0: 1.0, 1: 3.0, 2: 0.5}),
    "a dataset, steps_per_execution": fit_on(lambda k: dataset(), {"steps_per_execution": 2}),
    "a dataset, eagerly": fit_on(lambda k: dataset(), {"run_eagerly": True}),
    "a generator": fit_on(lambda k: once(parts(X, Y)), epochs=1),
    "a generator without an end": fit_on(lambda k: endless(), steps_per_epoch=4, epochs=3),
    "a generator with weights": fit_on(lambda k: once(parts(X, Y, WEIGHTS)), epochs=1),
    "a generator, steps_per_execution": fit_on(lambda k: endless(), {"steps_per_execution": 2}, steps_per_epoch=4),
    "a generator to validate": fit_on(
        lambda k: endless(), validation=lambda k: once(itertools.repeat((X, Y))), steps_per_epoch=3, validation_steps=2
    ),
    "a PyDataset": fit_on(py_dataset),
    "a PyDataset with weights": fit_on(lambda k: py_dataset(k, X, Y, WEIGHTS)),
    "a PyDataset, workers": fit_on(lambda k: py_dataset(k, workers=2)),
    "a PyDataset, class_weight": fit_on(py_dataset, class_weight={0: 1.0, 1: 3.0, 2: 0.5}),
    "a PyDataset to validate": fit_on(py_dataset, validation=lambda k: py_dataset(k, X[:9], Y[:9])),
    "a PyDataset, steps": fit_on(py_dataset, steps_per_epoch=2, epochs=2),
}


@cases_of(FITS, slow=("float16", "truths", "bytes", "one to validate", "repeated, validated", "workers", "eagerly"))
def test_fit(case: Any) -> None:
    assert_as_keras(case)


def test_classes_of_a_generator() -> None:
    """Keras 2 weighs them, Keras 3 refuses to."""
    weights = {0: 1.0, 1: 3.0, 2: 0.5}
    of_arrays = fit(X, Y, class_weight=weights)(kport)
    assert_same(fit_on(lambda k: endless(), steps_per_epoch=3, class_weight=weights)(kport), of_arrays)


def test_a_generator_that_ends() -> None:
    """What was trained stays; the rest is warned of."""
    with pytest.warns(UserWarning, match="expected data for 3 epochs. Received: data that ended after 1"):
        history, epochs, _ = trained(classifier(kport), once(parts(X, Y)), epochs=3)
    assert epochs == [0] and len(history["loss"]) == 1
    with pytest.warns(UserWarning, match="expected data for 2 steps in each epoch. Received: data that ended"):
        _, epochs, _ = trained(classifier(kport), once(parts(X, Y)), epochs=2, steps_per_epoch=2)
    assert epochs == [0, 1]


def inputs_of(k: Any) -> Any:
    """A model of two inputs, "left" and "right"."""
    left, right = k.Input((4,), name="left"), k.Input((2,), name="right")
    x = k.layers.Concatenate()([k.layers.Dense(3, "tanh")(left), right])
    return compiled_with(weighted(k.Model([left, right], k.layers.Dense(3, "softmax")(x))))


def by_name(k: Any) -> Any:
    """As `inputs_of`, of a dict."""
    inputs = {"right": k.Input((2,), name="right"), "left": k.Input((4,), name="left")}
    x = k.layers.Concatenate()([k.layers.Dense(3, "tanh")(inputs["left"]), inputs["right"]])
    return compiled_with(weighted(k.Model(inputs, k.layers.Dense(3, "softmax")(x))))


RIGHT = X[:, 2:] * 0.5
NAMED = {"left": X, "right": RIGHT}
NAMED_PARTS = [({"left": a, "right": b}, y) for a, b, y in parts(X, RIGHT, Y)]


def all_uses(model: Any, x: Any, y: Any) -> Any:
    return (
        trained(model, x, y, batch_size=SIZE, validation_split=0.25),
        model.evaluate(x, y, verbose=0),
        model.predict(x, verbose=0),
        model.train_on_batch(x, y),
        model.predict_on_batch(x),
    )


SEVERAL: dict[str, Any] = {
    "a list": lambda k: all_uses(inputs_of(k), [X, RIGHT], Y),
    "a tuple": lambda k: all_uses(inputs_of(k), (X, RIGHT), Y),
    "a dict for a list": lambda k: all_uses(inputs_of(k), NAMED, Y),
    "a dict": lambda k: all_uses(by_name(k), NAMED, Y),
    "a dataset of tuples": lambda k: trained(inputs_of(k), dataset((X, RIGHT), Y)),
    "a dataset of dicts": lambda k: trained(by_name(k), dataset(NAMED, Y)),
    "a dataset of dicts for a list": lambda k: trained(inputs_of(k), dataset(NAMED, Y)),
    "a generator of dicts": lambda k: trained(by_name(k), once(NAMED_PARTS), epochs=1),
    "a generator of tuples": lambda k: trained(inputs_of(k), once([((a, b), y) for a, b, y in parts(X, RIGHT, Y)]), epochs=1),
}


@cases_of(SEVERAL, slow=("a tuple", "a dataset of dicts for a list", "a generator of tuples"))
def test_several_inputs(case: Any) -> None:
    assert_as_keras(case)


def judged(data: Any, **options: Any) -> Any:
    """A case: `evaluate` on what `data(library)` gives."""
    return lambda k: classifier(k).evaluate(data(k), verbose=0, return_dict=True, **options)


def predicted(data: Any, **options: Any) -> Any:
    return lambda k: classifier(k).predict(data(k), verbose=0, **options)


READS: dict[str, Any] = {
    "evaluate a dataset": judged(lambda k: dataset()),
    "evaluate a dataset, steps": judged(lambda k: dataset().repeat(), steps=4),
    "evaluate a generator": judged(lambda k: once(parts(X, Y))),
    "evaluate a generator without an end": judged(lambda k: endless(), steps=2),
    "evaluate a PyDataset": judged(py_dataset),
    "predict a dataset": predicted(lambda k: dataset(X)),
    "predict a dataset of pairs": predicted(lambda k: dataset()),
    "predict a dataset, steps": predicted(lambda k: dataset(X).repeat(), steps=5),
    "predict a generator": predicted(lambda k: once(parts(X))),
    "predict a generator, steps": predicted(lambda k: endless(), steps=2),
    "predict a PyDataset": predicted(py_dataset),
    "predict tensors": predicted(lambda k: tensors()[0], batch_size=5),
    "predict one sample": predicted(lambda k: X[:1]),
}


@cases_of(READS)
def test_reading(case: Any) -> None:
    assert_as_keras(case)


def deferred(k: Any) -> Any:
    """A Sequential without an Input: built by the first batch."""
    k.utils.set_random_seed(0)
    model = k.Sequential([k.layers.Dense(5, "tanh", kernel_initializer="ones"), k.layers.Dense(3, "softmax")])
    model.layers[1].kernel_initializer = k.initializers.Constant(0.2)
    return compiled_with(model)


def subclass(k: Any) -> Any:
    class Own(k.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = k.layers.Dense(5, "tanh", kernel_initializer="ones")
            self.last = k.layers.Dense(3, "softmax", kernel_initializer="zeros")

        def call(self, x: Any, training: bool = False) -> Any:
            return self.last(self.hidden(x) * (2.0 if training else 1.0))

    return compiled_with(Own())


BUILT_LATE: dict[str, Any] = {
    "Sequential": lambda k: trained(deferred(k), X, Y, validation_split=0.3),
    "Sequential, a dataset": lambda k: trained(deferred(k), dataset()),
    "Sequential, a generator": lambda k: trained(deferred(k), once(parts(X, Y)), epochs=1),
    "Sequential, a PyDataset": lambda k: trained(deferred(k), py_dataset(k)),
    "Sequential, train_on_batch": lambda k: deferred(k).train_on_batch(X, Y),
    "Sequential, evaluate": lambda k: deferred(k).evaluate(X, Y, verbose=0),
    "Sequential, predict": lambda k: deferred(k).predict(X, verbose=0),
    "of one's own": lambda k: trained(subclass(k), X, Y, validation_split=0.3),
    "of one's own, XLA": lambda k: trained(own_with_xla(k), X, Y),
}


def own_with_xla(k: Any) -> Any:
    model = subclass(k)
    compiled_with(model, jit_compile=True)
    return model


@cases_of(BUILT_LATE, slow=("XLA", "a PyDataset"))
def test_built_by_data(case: Any) -> None:
    assert_as_keras(case)


def test_arrays_are_let_go_after_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the garbage collector: a copy of the data would stay for every `fit`."""
    from kport.training import arrays

    made: list[Any] = []
    original = arrays.as_tensors

    def as_tensors(part: Any) -> Any:
        tensors = original(part)
        made.append(weakref.ref(tensors[0]))
        return tensors

    monkeypatch.setattr(arrays, "as_tensors", as_tensors)
    model = classifier(kport)
    compiled_with(model)
    x, y = x_y()
    model.fit(x, y, verbose=0)
    gc.collect()
    gc.disable()
    try:
        for shuffle in (True, False, "batch"):
            model.fit(x, y, batch_size=4, shuffle=shuffle, verbose=0)
            assert made[-1]() is None, shuffle
    finally:
        gc.enable()


@pytest.mark.parametrize("given", ["arrays", "dataset", "generator"])
def test_a_step_is_recorded_once(given: str) -> None:
    """What it needs is made before: variables that a step made would have it recorded anew."""
    import tensorflow as tf

    calls: list[int] = []

    class Dense(kport.layers.Dense):
        def call(self, inputs: Any) -> Any:
            calls.append(1)
            return super().call(inputs)

    model = kport.Sequential([kport.Input((4,)), Dense(3)])
    model.compile("adam", "mse", metrics=["mae"])
    x, y = np.ones((8, 4), np.float32), np.ones((8, 3), np.float32)
    data = {
        "arrays": (x, y),
        "dataset": (tf.data.Dataset.from_tensor_slices((x, y)).batch(2),),
        "generator": (iter([(x, y)] * 3),),
    }
    before = len(calls)
    model.fit(*data[given], verbose=0)
    assert len(calls) - before == 1
