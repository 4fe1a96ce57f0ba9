"""Padded attention from files: each generation of Keras treats masks in its own way, and a file keeps that of its own."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from kport.saving import load
from tests.compare import assert_same
from tests.data import Ints, make

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own


@pytest.mark.parametrize(("framework", "file"), [("keras", "m.keras"), ("tf_keras", "m.h5"), ("tf_keras", "m.keras")])
def test_padded_encoder_computes_as_it_was_saved(framework: str, file: str, tmp_path: Path) -> None:
    k: Any = importlib.import_module(framework)
    k.utils.set_random_seed(1)
    x = k.Input((None,), dtype="int32")
    y = k.layers.Embedding(3, 8, mask_zero=True)(x)
    for _ in range(2):
        y = k.layers.Add()([y, k.layers.MultiHeadAttention(2, 4, dropout=0.1)(y, y)])
    model = k.Model(x, [y, k.layers.LSTM(3)(y)])
    model.save(tmp_path / file)
    inputs = make(Ints((3, 6), 3), 7)
    assert_same(load(tmp_path / file).predict(inputs), [t.numpy() for t in model(inputs)])
