"""Models in which recurrent layers hand each other states and masks, from files of Keras 2 and 3."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.check import check
from kport.interpret import interpret
from kport.trace import trace
from kport.tree import flatten
from tests.compare import assert_same
from tests.data import Floats, Ints, make
from tests.layers.oracle import random_weights

pytestmark = pytest.mark.filterwarnings("ignore")


def translation(k: Any) -> Any:
    """An encoder whose states start the decoder; both sides padded."""
    source, target = k.Input((None,), dtype="int32", name="source"), k.Input((None,), dtype="int32", name="target")
    x, h, c = k.layers.LSTM(5, return_state=True, return_sequences=True)(k.layers.Embedding(5, 4, mask_zero=True)(source))
    y = k.layers.LSTM(5, return_sequences=True)(k.layers.Embedding(5, 4, mask_zero=True)(target), initial_state=[h, c])
    y = k.layers.Concatenate()([y, k.layers.Attention()([y, x])])
    return k.Model([source, target], k.layers.TimeDistributed(k.layers.Dense(5, activation="softmax"))(y))


def both_ways(k: Any) -> Any:
    """States of two directions, given on."""
    x = k.Input((6, 3))
    y = k.layers.Masking(1.0)(k.layers.ReLU(1.0)(x))
    y, *states = k.layers.Bidirectional(k.layers.LSTM(4, return_sequences=True, return_state=True))(y)
    z = k.layers.Bidirectional(k.layers.LSTM(4))(y, initial_state=states)
    return k.Model(x, [z, k.layers.GRU(8)(y, initial_state=k.layers.Concatenate()([states[0], states[2]]))])


def video(k: Any) -> Any:
    """A model at every step, and convolutions over time."""
    inner = k.Sequential([k.Input((8, 8, 2)), k.layers.Conv2D(3, 3), k.layers.GlobalAveragePooling2D()])
    x = k.Input((None, 8, 8, 2))
    y = k.layers.GRU(3, reset_after=False)(k.layers.TimeDistributed(inner)(x))
    z = k.layers.BatchNormalization()(k.layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True)(x))
    return k.Model(x, [y, k.layers.ConvLSTM2D(2, 3)(z)])


def stacked_cells(k: Any) -> Any:
    """Gates that mean one thing in Keras 2 and another in Keras 3."""
    x = k.Input((None, 3))
    y = k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)], return_sequences=True)(x)
    return k.Model(x, k.layers.LSTM(3, recurrent_activation="hard_sigmoid", dropout=0.2, recurrent_dropout=0.1)(y))


def sentences(k: Any) -> Any:
    """Words in sentences in documents: Keras 2 counts the padding of words, Keras 3 does not."""
    x = k.Input((3, 4), dtype="int32")
    y = k.layers.TimeDistributed(k.layers.Embedding(3, 4, mask_zero=True))(x)
    return k.Model(x, k.layers.LSTM(2)(k.layers.TimeDistributed(k.layers.GRU(3))(y)))


MODELS: list[tuple[Callable[..., Any], Any]] = [
    (translation, [Ints((3, 6), 5), Ints((3, 4), 5)]),
    (both_ways, [Floats((2, 6, 3), 0, 8)]),
    (video, [(2, 3, 8, 8, 2)]),
    (stacked_cells, [(2, 3, 3)]),
    (sentences, [Ints((4, 3, 4), 2)]),
]


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("keras", ["keras", "tf_keras"])
@pytest.mark.parametrize(("build", "inputs"), MODELS, ids=lambda x: getattr(x, "__name__", ""))
def test_file_is_the_model(build: Callable[..., Any], inputs: Any, keras: str, suffix: str, tmp_path: Path) -> None:
    oracle = build(importlib.import_module(keras))
    oracle.set_weights(random_weights(oracle.weights, build.__name__))
    path = tmp_path / f"model.{suffix}"
    oracle.save(path)
    arrays = make(inputs, 5)
    given = arrays if len(arrays) > 1 else arrays[0]
    expected = [np.asarray(y) for y in flatten(oracle(given))]
    model = kport.load(path)
    assert_same(flatten(model.predict(given)), expected)
    graph = trace(model)
    check(graph)
    assert_same(interpret(graph, arrays), expected)
