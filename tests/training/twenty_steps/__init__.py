"""The models that train twenty steps beside Keras: each a function of the library, so that the same code builds both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

STEPS, BATCH = 20, 16
SAMPLES = STEPS * BATCH


class Task(NamedTuple):
    """A model to train. build: library → model. data: x and y of `SAMPLES` samples. loss: its name."""

    build: Callable[[Any], Any]
    data: Callable[[np.random.Generator], tuple[Any, Any]]
    loss: str


def mlp(keras: Any) -> Any:
    dense = keras.layers.Dense
    return keras.Sequential([keras.Input((12,)), dense(16, "relu"), dense(8, "tanh"), dense(3, "softmax")])


def cnn(keras: Any) -> Any:
    """No bias before the normalisation, which takes it out: its gradient is 0 but for rounding, and Adam would scale that up."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(6, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, "softmax"),
        ]
    )


def lstm(keras: Any) -> Any:
    """Masked sequences; the loss is that of each step, which the mask leaves out, too."""
    layers = keras.layers
    inputs = keras.Input((7,), dtype="int32")
    x = layers.Embedding(20, 6, mask_zero=True)(inputs)
    x = layers.LSTM(8, return_sequences=True)(x)
    return keras.Model(inputs, layers.Dense(3, "softmax")(layers.LSTM(6, return_sequences=True)(x)))


def transformer(keras: Any) -> Any:
    """No biases in the attention: that of the keys changes nothing, and its gradient is 0 but for rounding."""
    layers = keras.layers
    inputs = keras.Input((6, 8))
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=4, use_bias=False)(inputs, inputs)
    x = layers.LayerNormalization()(layers.Add()([inputs, attended]))
    fed = layers.Dense(8)(layers.Dense(16, "gelu")(x))
    x = layers.LayerNormalization()(layers.Add()([x, fed]))
    return keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(x)))


def classes(rng: np.random.Generator, *shape: int) -> Any:
    return rng.integers(0, 3, (SAMPLES, *shape))


def sequences(rng: np.random.Generator) -> Any:
    """Numbers of words, 0 from a drawn length on."""
    words = rng.integers(1, 20, (SAMPLES, 7))
    return (words * (np.arange(7) < rng.integers(3, 8, (SAMPLES, 1)))).astype(np.int32)


def floats(rng: np.random.Generator, *shape: int) -> Any:
    return rng.normal(size=(SAMPLES, *shape)).astype(np.float32)


TASKS = {
    "mlp": Task(mlp, lambda rng: (floats(rng, 12), classes(rng)), "sparse_categorical_crossentropy"),
    "cnn": Task(cnn, lambda rng: (floats(rng, 8, 8, 2), classes(rng)), "sparse_categorical_crossentropy"),
    "lstm": Task(lstm, lambda rng: (sequences(rng), classes(rng, 7)), "sparse_categorical_crossentropy"),
    "transformer": Task(transformer, lambda rng: (floats(rng, 6, 8), floats(rng, 1)), "mean_squared_error"),
}
