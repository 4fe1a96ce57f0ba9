"""Trains on as many virtual devices (or machines) as it is told, and prints what came out: `python on_devices.py DEVICES NAME`.

A process of its own, because devices are set up once. With TF_CONFIG in the environment each process is one of the machines.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

import kport as keras

SAMPLES = 42
"""Not a multiple of the batch size, and the last batch isn't of the number of devices."""
BATCH = 12
LAYERS = keras.layers


def data(*shape: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(SAMPLES, *shape)).astype(np.float32), rng.integers(0, 3, SAMPLES)


def mlp(optimizer: Any, **compiled: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((5,)),
            LAYERS.Dense(8, "relu", kernel_regularizer="l2", activity_regularizer=None),
            LAYERS.Dense(3, "softmax", kernel_constraint=keras.constraints.MaxNorm(1.0)),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"], **compiled)
    return model


def lstm() -> Any:
    inputs = keras.Input((6,), dtype="int32")
    x = LAYERS.LSTM(5)(LAYERS.Embedding(10, 4, mask_zero=True)(inputs))
    model = keras.Model(inputs, LAYERS.Dense(3, "softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def normalised() -> Any:
    model = keras.Sequential([keras.Input((5,)), LAYERS.BatchNormalization(synchronized=True), LAYERS.Dense(3, "softmax")])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(reduction="sum"), metrics=["accuracy"])
    return model


class Deferred(keras.Model):
    """Its weights come with the first batch."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = LAYERS.Dense(4, "relu"), LAYERS.Dense(3, "softmax")

    def call(self, x: Any) -> Any:
        return self.last(self.first(x))


def deferred() -> Any:
    model = Deferred()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def report(model: Any, history: Any, x: Any, y: Any) -> dict[str, Any]:
    return {
        "history": history.history,
        "evaluate": model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True),
        "predict": model.predict(x, batch_size=BATCH, verbose=0).tolist(),
        "on_batch": model.train_on_batch(x[:7], y[:7], return_dict=True),
        "weights": [w.tolist() for w in model.get_weights()],
    }


def arrays(scope: Any, optimizer: Any = "sgd", **compiled: Any) -> dict[str, Any]:
    with scope():
        model = mlp(optimizer, **compiled)
    x, y = data(5)
    weight = np.linspace(0.5, 1.5, SAMPLES).astype(np.float32)
    history = model.fit(
        x,
        y,
        BATCH,
        epochs=5,
        verbose=0,
        sample_weight=weight,
        validation_data=(x[:9], y[:9]),
        callbacks=[keras.callbacks.History()],
    )
    return report(model, history, x, y)


def of_dataset(scope: Any) -> dict[str, Any]:
    with scope():
        model = mlp("adam")
    x, y = data(5)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)
    return report(model, model.fit(dataset, epochs=5, verbose=0, class_weight={0: 2.0, 1: 1.0}), x, y)


def of_generator(scope: Any) -> dict[str, Any]:
    with scope():
        model = mlp("sgd")
    x, y = data(5)

    def batches() -> Any:
        while True:
            yield x[:BATCH], y[:BATCH]
            yield x[BATCH : 2 * BATCH + 1], y[BATCH : 2 * BATCH + 1]

    return report(model, model.fit(batches(), steps_per_epoch=4, epochs=5, verbose=0), x, y)


def masked(scope: Any) -> dict[str, Any]:
    with scope():
        model = lstm()
    rng = np.random.default_rng(1)
    x = (rng.integers(1, 10, (SAMPLES, 6)) * (np.arange(6) < rng.integers(2, 7, (SAMPLES, 1)))).astype(np.int32)
    y = rng.integers(0, 3, SAMPLES)
    return report(model, model.fit(x, y, BATCH, epochs=5, verbose=0), x, y)


def fitted(make: Callable[[], Any]) -> Callable[[Any], dict[str, Any]]:
    def run(scope: Any) -> dict[str, Any]:
        with scope():
            model = make()
        x, y = data(5)
        return report(model, model.fit(x, y, BATCH, epochs=5, verbose=0), x, y)

    return run


def resumed(scope: Any) -> dict[str, Any]:
    """Goes on from the backup in $BACKUP, and stops after the epoch $EPOCHS."""
    with scope():
        model = mlp(keras.optimizers.Adam(0.01))
    x, y = data(5)
    backup = keras.callbacks.BackupAndRestore(os.environ["BACKUP"], delete_checkpoint=False)
    history = model.fit(x, y, BATCH, epochs=int(os.environ["EPOCHS"]), verbose=0, shuffle=False, callbacks=[backup])
    return {"history": history.history, "weights": [w.tolist() for w in model.get_weights()]}


RUNS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "arrays": arrays,
    "momentum": lambda scope: arrays(scope, keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True)),
    "adam": lambda scope: arrays(scope, "adam"),
    "steps_per_execution": lambda scope: arrays(scope, "adam", steps_per_execution=3),
    "dataset": of_dataset,
    "generator": of_generator,
    "lstm": masked,
    "normalised": fitted(normalised),
    "deferred": fitted(deferred),
}


def main() -> None:
    devices, names = int(sys.argv[1]), sys.argv[2:] or list(RUNS)
    if "TF_CONFIG" in os.environ:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    elif devices > 1:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
        strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(devices)])
    else:
        strategy = None
    found = {}
    for name in names:
        keras.utils.set_random_seed(3)
        found[name] = (RUNS | {"resumed": resumed})[name](strategy.scope if strategy else nullcontext)
    print("FOUND" + json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
