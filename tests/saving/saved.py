"""Models that are saved by one library and opened by another: kport, Keras 3, tf-keras."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kport.tree import map_structure
from tests.saving.fresh import floats, ints

LIBRARIES = ("kport", "keras", "tf_keras")


def library(name: str) -> Any:
    return importlib.import_module(name)


def outputs(name: str, model: Any, inputs: Any) -> Any:
    """What a model of the library computes, as arrays."""
    if name == "kport":
        return map_structure(np.asarray, model(inputs))
    import tensorflow as tf

    given = map_structure(lambda a: tf.constant(a.tolist()) if a.dtype == object else tf.constant(a), inputs)
    return map_structure(np.asarray, model(given, training=False))


def stacked(keras: Any) -> tuple[Any, Any]:
    """Layers that both generations have, of every kind, in a chain."""
    L = keras.layers
    layers = [
        L.Embedding(9, 6),
        L.Bidirectional(L.GRU(4, return_sequences=True)),
        L.TimeDistributed(L.Dense(5, activation="tanh", kernel_regularizer="l2")),
        L.Conv1D(4, 2, padding="causal"),
        L.LayerNormalization(),
        L.Dropout(0.2),
        L.RNN(L.LSTMCell(3)),
        L.Dense(2, activation="softmax", kernel_constraint="max_norm", bias_initializer="ones"),
    ]
    return keras.Sequential([keras.Input((7,), dtype="int32"), *layers]), ints(2, 7)


def merged(keras: Any) -> tuple[Any, Any]:
    """A graph with a shared layer, in the form that both generations count alike."""
    L = keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = L.Dense(3, name="shared")
    joined = L.Concatenate()([L.Add()([shared(a), shared(b)]), L.BatchNormalization()(a)])
    return keras.Model([a, b], [L.Dense(2)(joined), L.LeakyReLU(0.1)(joined)]), [floats(2, 4), floats(2, 4, seed=1)]


def images(keras: Any) -> tuple[Any, Any]:
    L = keras.layers
    layers = [
        L.Rescaling(0.5),
        L.ZeroPadding2D(1),
        L.Conv2D(3, 3, use_bias=False),
        L.BatchNormalization(),
        L.ReLU(6.0),
        L.DepthwiseConv2D(2),
        L.SeparableConv2D(4, 2, activation="elu"),
        L.Conv2DTranspose(2, 2, strides=2),
        L.UpSampling2D(2),
        L.AveragePooling2D(2),
        L.PReLU(),
        L.GlobalMaxPooling2D(),
    ]
    return keras.Sequential([keras.Input((8, 8, 2)), *layers]), floats(2, 8, 8, 2)


BOTH: dict[str, Callable[[Any], tuple[Any, Any]]] = {f.__name__: f for f in (stacked, merged, images)}
"""Models whose HDF5 files tf-keras opens, too."""


def save(model: Any, folder: Path, suffix: str) -> Path:
    path = folder / f"model{suffix}"
    model.save(path)
    return path
