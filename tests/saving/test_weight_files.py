"""Which arrays of a file belong to which layer, and what is said where they don't fit."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import kport
from kport.errors import LayerError, MissingPartError
from kport.saving import load_source
from tests.compare import assert_same
from tests.saving.test_hostile_files import architecture, dense, write_keras

Arrays = dict[str, float]
EXACT = [np.array([[1, -2], [3, 4], [0.5, 8]], "float32"), np.array([0.25, -1], "float32")]
"""Sums of these are exact in every dtype."""


def model_of(tmp_path: Path, *names: str) -> Path:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(architecture(*(dense(name, units=3) for name in names))))
    return path


def weights_of(tmp_path: Path, layers: Arrays, dtype: str = "float32", size: int = 3) -> Path:
    """Keras 2's HDF5 of weights: each layer's kernel is one number."""
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in layers]
        file.attrs["keras_version"], file.attrs["backend"] = "2.3.1", "tensorflow"
        for name, number in layers.items():
            file.create_group(name).attrs["weight_names"] = [f"{name}/{part}:0".encode() for part in ("kernel", "bias")]
            file[f"{name}/{name}/kernel:0"] = np.full((3, size), number, dtype)
            file[f"{name}/{name}/bias:0"] = np.zeros(size, dtype)
    return path


def kernels(model: Any) -> Arrays:
    return {layer.name: float(layer.weights[0].numpy()[0, 0]) for layer in model.layers if layer.weights}


def test_by_name_whatever_the_order(tmp_path: Path) -> None:
    arrays = {"last": 3.0, "first": 1.0, "middle": 2.0}
    assert kernels(kport.load(model_of(tmp_path, "first", "middle", "last"), weights_of(tmp_path, arrays))) == arrays


def test_by_order_where_keras_made_the_names_up(tmp_path: Path) -> None:
    """A second process counts on: dense_2 of the architecture is dense_3 of the weights."""
    weights = weights_of(tmp_path, {"dense_2": 1.0, "dense_3": 2.0, "dense_4": 3.0})
    found = kernels(kport.load(model_of(tmp_path, "dense_1", "dense_2", "dense_3"), weights))
    assert found == {"dense_1": 1.0, "dense_2": 2.0, "dense_3": 3.0}


def test_names_at_other_places_are_not_mixed_up(tmp_path: Path) -> None:
    weights = weights_of(tmp_path, {"last": 3.0, "first": 1.0, "center": 2.0})
    with pytest.raises(LayerError, match=r"layer 'first': .*Received: 'last' there.*\['middle'\]"):
        kport.load(model_of(tmp_path, "first", "middle", "last"), weights)


def test_the_digest_is_of_both_files(tmp_path: Path) -> None:
    model, weights = model_of(tmp_path, "a"), weights_of(tmp_path, {"a": 1.0})
    digest = load_source(model, weights)[1].sha256
    assert digest == hashlib.sha256(model.read_bytes() + weights.read_bytes()).hexdigest()
    assert load_source(model, weights=False)[1].sha256 == hashlib.sha256(model.read_bytes()).hexdigest()


@pytest.mark.parametrize("names", [["first"], ["first", "second", "third"]])
def test_layers_too_few_or_too_many(names: list[str], tmp_path: Path) -> None:
    with pytest.raises(MissingPartError, match=rf"weights of 2 layers.*Received: weights of {len(names)} layers"):
        kport.load(model_of(tmp_path, "first", "second"), weights_of(tmp_path, dict.fromkeys(names, 1.0)))


def test_a_shape_that_differs_names_the_layer_and_both(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"layer 'a': expected weight 'kernel' of shape \(3, 3\).*shape=\(3, 4\)"):
        kport.load(model_of(tmp_path, "a"), weights_of(tmp_path, {"a": 1.0}, size=4))


def test_a_layer_that_the_tree_lacks(tmp_path: Path) -> None:
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        file["layers/other/vars/0"] = np.ones((3, 2), "float32")
    with pytest.raises(MissingPartError, match=r"layer 'dense' at 'layers/dense'.*Received: arrays at \['layers/other'\]"):
        kport.load(write_keras(tmp_path / "a.keras", {"model.weights.h5": data.getvalue()}))


@pytest.mark.parametrize("dtype", ["float16", "float64", "int8", "int64"])
def test_other_dtypes_become_the_layer_s(dtype: str, tmp_path: Path) -> None:
    model = kport.load(model_of(tmp_path, "a"), weights_of(tmp_path, {"a": 2.0}, dtype))
    assert kernels(model) == {"a": 2.0}
    assert model.layers[-1].weights[0].numpy().dtype == "float32"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("policy", ["float16", "bfloat16", "float64", "mixed_bfloat16"])
def test_policies_of_a_file(policy: str, suffix: str, tmp_path: Path) -> None:
    import keras

    theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype=policy)])
    theirs.set_weights(EXACT)
    theirs.save(tmp_path / f"a.{suffix}")
    x = np.ones((2, 3), "float32")
    ours = kport.load(tmp_path / f"a.{suffix}")
    assert [w.dtype for w in ours.weights] == [w.dtype for w in theirs.weights]
    expected = keras.ops.convert_to_numpy(theirs(x))
    assert ours.predict(x).dtype == expected.dtype
    assert_same(ours.predict(x).astype("float32"), expected.astype("float32"))


@pytest.mark.filterwarnings("ignore")
def test_bfloat16_of_a_saved_model(tmp_path: Path) -> None:
    import tf_keras

    theirs = tf_keras.Sequential([tf_keras.layers.Dense(2, dtype="bfloat16", input_shape=(3,))])
    theirs.set_weights(EXACT)
    theirs.save(tmp_path / "a", save_format="tf")
    x = np.ones((2, 3), "float32")
    assert_same(kport.load(tmp_path / "a").predict(x).astype("float32"), theirs(x).numpy().astype("float32"))


def test_tensorflow_s_names_of_dtypes(tmp_path: Path) -> None:
    """tf.keras kept the name that was given: "float" is float32, as TensorFlow has it, not NumPy's float64."""
    path = tmp_path / "model.json"
    path.write_text(json.dumps(architecture(dense("a", units=3, dtype="float"))))
    assert kport.load(path, weights_of(tmp_path, {"a": 2.0})).predict(np.ones((1, 3), "float32")).dtype == "float32"
