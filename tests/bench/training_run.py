"""A model that trains, as a process: `python -m tests.bench.training_run LIBRARY MODEL BATCH`.

Prints the seconds from the start of the process to the end of the first step; then, for each line it reads, trains an
epoch and prints its seconds. The same code runs with Keras and with kport.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from typing import Any

START = time.perf_counter()

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def mlp(keras: Any) -> Any:
    dense, dropout = keras.layers.Dense, keras.layers.Dropout
    return keras.Sequential(
        [keras.Input((784,)), dense(256, "relu"), dropout(0.2), dense(256, "relu"), dropout(0.2), dense(10, "softmax")]
    )


def cnn(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, "relu"),
            layers.Dense(10, "softmax"),
        ]
    )


def lstm(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((40,), dtype="int32"),
            layers.Embedding(2000, 64, mask_zero=True),
            layers.LSTM(64),
            layers.Dense(10, "softmax"),
        ]
    )


MODELS = {"MLP": mlp, "CNN": cnn, "LSTM": lstm}
STEPS = {("MLP", 32): 200, ("MLP", 1024): 30, ("CNN", 32): 40, ("CNN", 256): 10, ("LSTM", 32): 40, ("LSTM", 256): 15}
"""How many an epoch has, by model and batch size: about half a second."""


def data(model: str, samples: int) -> tuple[Any, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, samples)
    if model == "LSTM":
        return rng.integers(1, 2000, (samples, 40)) * (np.arange(40) < rng.integers(10, 41, (samples, 1))), labels
    return rng.random((samples, 784) if model == "MLP" else (samples, 28, 28, 1), np.float32), labels


def main(library: str, name: str, batch: int) -> None:
    keras = importlib.import_module(library)
    model = MODELS[name](keras)
    model.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = data(name, batch * STEPS[name, batch])
    model.fit(x[:batch], y[:batch], batch_size=batch, verbose=0)
    print(time.perf_counter() - START, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        model.fit(x, y, batch_size=batch, verbose=0)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
