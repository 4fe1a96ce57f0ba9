"""Models that Keras 3 quantized: the weights are those that Keras computes with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.errors import LayerError
from kport.saving import load
from kport.saving.quantized import unpack_int4
from tests.compare import assert_same
from tests.saving.fresh import floats, ints

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own


def build() -> Any:
    import keras

    L = keras.layers
    keras.utils.set_random_seed(1)
    x, ids = keras.Input((6, 8)), keras.Input((6,), dtype="int32")
    y = L.MultiHeadAttention(2, 5)(x, L.Embedding(9, 8)(ids))
    y = L.EinsumDense("abc,cde->abde", (None, 3, 4), bias_axes="de")(y)
    y = L.EinsumDense("abde,dce->abc", (None, 7))(y)
    return keras.Model([x, ids], L.Dense(1)(L.Dense(7, activation="relu")(y)))


INPUTS = [floats(2, 6, 8), ints(2, 6)]
MODES = [("int8", None), ("int4", None), ("int4", 4), ("int4", 3)]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(("mode", "block"), MODES, ids=str)
def test_weights_are_dequantized(mode: str, block: int | None, suffix: str, tmp_path: Path) -> None:
    from keras.quantizers import Int4QuantizationConfig

    model = build()
    reference = np.asarray(model(INPUTS))
    options = {"config": Int4QuantizationConfig(block_size=block)} if block else {}
    model.quantize(mode, **options)
    model.save(tmp_path / f"model{suffix}")
    outputs = load(tmp_path / f"model{suffix}").predict(INPUTS)
    quantized = np.asarray(model(INPUTS))
    if mode == "int4":  # Keras leaves the inputs of these layers alone
        assert_same(outputs, quantized, rtol=1e-4)
    else:  # Keras also rounds the inputs of each layer, so its error is larger than that of the weights
        scale = np.abs(reference).max()
        assert np.abs(outputs - reference).max() < 0.02 * scale
        assert np.abs(outputs - quantized).max() < 0.05 * scale


def test_float8_is_refused(tmp_path: Path) -> None:
    model = build()
    model.quantize("float8")
    model.save(tmp_path / "model.keras")
    with pytest.raises(LayerError, match=r"expected int8 or int4 weights.*float8"):
        load(tmp_path / "model.keras")


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("size", [4, 5])
def test_unpacking(axis: int, size: int) -> None:
    from keras.quantizers import pack_int4

    q = np.random.default_rng(0).integers(-8, 8, (size, size)).astype("int8")
    packed, _, length = pack_int4(q, axis=axis)
    assert np.array_equal(unpack_int4(np.asarray(packed), axis, length), q)
