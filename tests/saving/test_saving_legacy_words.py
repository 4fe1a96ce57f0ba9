"""Every layer that both generations are said to have, in Keras 2's words, as both take it."""

from __future__ import annotations

from typing import Any

import pytest

import kport
from kport.configurable import serialize
from kport.saving.writing.config import translated
from kport.saving.writing.legacy_config import LAYERS, NEW, _inner
from tests.saving.saved import library

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own

WINDOW = {"filters": 2, "kernel_size": 2}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "Activation": {"activation": "relu"},
    "AlphaDropout": {"rate": 0.1, "seed": 3},
    "AveragePooling1D": {"pool_size": 2},
    "AveragePooling2D": {"pool_size": 2},
    "AveragePooling3D": {"pool_size": 2},
    "CategoryEncoding": {"num_tokens": 3},
    "Dense": {"units": 2, "kernel_regularizer": "l1_l2", "kernel_constraint": "unit_norm", "kernel_initializer": "he_normal"},
    "DepthwiseConv1D": {"kernel_size": 2},
    "DepthwiseConv2D": {"kernel_size": 2},
    "Dot": {"axes": 1},
    "Dropout": {"rate": 0.1, "seed": 3},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": (3,)},
    "Embedding": {"input_dim": 3, "output_dim": 2, "mask_zero": True},
    "GRU": {"units": 2},
    "GRUCell": {"units": 2},
    "GaussianDropout": {"rate": 0.1, "seed": 3},
    "GaussianNoise": {"stddev": 0.1, "seed": 3},
    "InputLayer": {"batch_shape": (None, 2)},
    "LSTM": {"units": 2, "dropout": 0.1},
    "LSTMCell": {"units": 2},
    "MaxPooling1D": {"pool_size": 2},
    "MaxPooling2D": {"pool_size": 2},
    "MaxPooling3D": {"pool_size": 2},
    "Permute": {"dims": (2, 1)},
    "RepeatVector": {"n": 2},
    "Rescaling": {"scale": 2.0},
    "Reshape": {"target_shape": (2, 1)},
    "SimpleRNN": {"units": 2},
    "SimpleRNNCell": {"units": 2},
    "SpatialDropout1D": {"rate": 0.1},
    "SpatialDropout2D": {"rate": 0.1},
    "SpatialDropout3D": {"rate": 0.1},
    "UpSampling1D": {"size": 2},
}


def built(name: str) -> Any:
    L = kport.layers
    inner: dict[str, Any] = {
        "Bidirectional": lambda: {"layer": L.LSTM(2)},
        "RNN": lambda: {"cell": L.GRUCell(2)},
        "StackedRNNCells": lambda: {"cells": [L.LSTMCell(2), L.GRUCell(2)]},
        "TimeDistributed": lambda: {"layer": L.Dense(2)},
    }
    return getattr(L, name)(**(inner[name]() if name in inner else ARGUMENTS.get(name, WINDOW if "Conv" in name else {})))


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_both_generations_take_it(name: str) -> None:
    layer = built(name)
    entry = _inner(translated(serialize(layer)))
    for generation in ("tf_keras", "keras"):
        if generation == "keras" and name == "InputLayer":  # which Keras 3 renames where it reads a model
            continue
        made = library(generation).layers.deserialize({**entry, "config": dict(entry["config"])})
        assert type(made).__name__ == name
        theirs = made.get_config()
        same = [key for key, value in entry["config"].items() if isinstance(value, (int, float)) and key in theirs]
        assert {key: theirs[key] for key in same} == pytest.approx({key: entry["config"][key] for key in same}), generation
    assert not set(entry["config"]) & set(NEW)
