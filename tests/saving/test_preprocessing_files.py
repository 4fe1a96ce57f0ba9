"""Files of models that preprocess their own input: vocabularies, statistics and spectra come back from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.registry import layers as registry
from kport.saving.dialects import keras2
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")

TEXTS = np.array([["The cat -- sat!"], [""], ["dog cat the"], ["a b c"]], object)
NUMBERS = np.random.default_rng(0).normal(2, 3, (6, 3)).astype("float32")
IMAGES = np.random.default_rng(1).uniform(0, 255, (2, 8, 9, 3)).astype("float32")
SOUND = np.random.default_rng(2).uniform(-1, 1, (2, 30, 1)).astype("float32")


def adapted(layer: Any, data: np.ndarray) -> Any:
    import tensorflow as tf

    layer.adapt(tf.constant(data.tolist()) if data.dtype == object else data)
    return layer


CASES: dict[str, tuple[np.ndarray, Callable[[Any], list[Any]]]] = {
    "words": (TEXTS, lambda k: [adapted(k.TextVectorization(), TEXTS), k.Embedding(20, 3)]),
    "tf-idf": (TEXTS, lambda k: [adapted(k.TextVectorization(output_mode="tf_idf", ngrams=2), TEXTS), k.Dense(2)]),
    "lookup": (TEXTS, lambda k: [adapted(k.StringLookup(output_mode="multi_hot", mask_token=""), TEXTS)]),
    "two of a kind": (
        NUMBERS,
        lambda k: [adapted(k.Normalization(), NUMBERS), k.Dense(3), adapted(k.Normalization(axis=None), NUMBERS)],
    ),
    "bins": (NUMBERS, lambda k: [adapted(k.Discretization(num_bins=4), NUMBERS)]),
    "spectra": (SOUND, lambda k: [k.STFTSpectrogram(frame_length=8), k.Flatten()]),
    "images": (
        IMAGES,
        lambda k: [
            k.RandomFlip(),
            k.RandomRotation(0.1),
            k.Rescaling(1 / 255.0),
            k.Resizing(4, 5),
            k.CenterCrop(3, 3),
            k.Conv2D(2, 2),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_opens_what_keras_saved(name: str, tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    data, make = CASES[name]
    theirs = keras.Sequential(
        [keras.Input(data.shape[1:], dtype="string" if data.dtype == object else None), *make(keras.layers)]
    )
    theirs.save(tmp_path / "model.keras")
    expected = theirs(tf.constant(data.tolist()) if data.dtype == object else data, training=False)
    assert_same(kport.load(tmp_path / "model.keras").predict(data), expected)


KERAS_2: dict[str, tuple[np.ndarray, Callable[[Any], list[Any]]]] = {
    "tf-idf": (
        TEXTS,
        lambda k: [k.TextVectorization(vocabulary=["a", "cat"], idf_weights=[0.5, 2.0], output_mode="tf_idf"), k.Dense(2)],
    ),
    "lookup": (TEXTS, lambda k: [k.StringLookup(vocabulary=["", "a b c"], num_oov_indices=2), k.Embedding(9, 2)]),
    "words there": (TEXTS, lambda k: [k.StringLookup(vocabulary=["", "a b c"], output_mode="multi_hot")]),
    "words counted": (TEXTS, lambda k: [k.TextVectorization(vocabulary=["a", "cat"], output_mode="count")]),
    "categories": (
        NUMBERS[:, :1].astype("int64"),
        lambda k: [k.IntegerLookup(vocabulary=[1, 2, 4], output_mode="one_hot"), k.CategoryEncoding(4, output_mode="count")],
    ),
    "statistics": (NUMBERS, lambda k: [adapted(k.Normalization(), NUMBERS), k.Dense(3)]),
    "bins": (NUMBERS, lambda k: [adapted(k.Discretization(num_bins=4, output_mode="count"), NUMBERS)]),
    "images": (
        IMAGES,
        lambda k: [
            k.RandomFlip(),
            k.RandomHeight(0.1),
            k.RandomWidth(0.1),
            k.Rescaling(1 / 255.0),
            k.RandomCrop(4, 6),
            k.Flatten(),
        ],
    ),
}


@pytest.mark.parametrize("suffix", ["h5", "keras"])
@pytest.mark.parametrize("name", KERAS_2)
def test_opens_what_keras_2_saved(name: str, suffix: str, tmp_path: Path) -> None:
    import tensorflow as tf
    import tf_keras

    data, make = KERAS_2[name]
    inputs = tf_keras.Input(data.shape[1:], dtype="string" if data.dtype == object else data.dtype)
    theirs = tf_keras.Sequential([inputs, *make(tf_keras.layers)])
    theirs.save(tmp_path / f"model.{suffix}")
    expected = theirs(tf.constant(data.tolist()) if data.dtype == object else data, training=False)
    actual = kport.load(tmp_path / f"model.{suffix}").predict(data)
    assert actual.dtype == expected.dtype
    assert_same(actual, expected, 1e-5, 1e-5)


@pytest.mark.parametrize(
    ("class_name", "config", "expected"),
    [
        ("Discretization", {"bins": [0.0, 1.0]}, {"bin_boundaries": [0.0, 1.0], "num_bins": None}),
        ("Discretization", {"bins": 5}, {"num_bins": 5}),
        ("IntegerLookup", {"max_values": 9, "mask_value": 0, "oov_value": -1}, {"max_tokens": 9, "mask_token": 0}),
        ("CategoryEncoding", {"max_tokens": 5, "output_mode": "binary"}, {"num_tokens": 5, "output_mode": "multi_hot"}),
        ("RandomCrop", {"height": 3, "width": 4, "seed": 1, "rng_type": "stateful"}, {"crop_to_aspect_ratio": True}),
    ],
)
def test_upgrades_the_experimental_layers(class_name: str, config: dict[str, Any], expected: dict[str, Any]) -> None:
    upgraded = keras2.upgrade({"class_name": class_name, "config": {"name": "layer", **config}})
    actual = registry.get(upgraded).get_config()
    assert {key: actual[key] for key in expected} == expected


def test_opens_a_feature_space(tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    columns = {"size": NUMBERS[:4, 0], "word": TEXTS[:, 0]}
    tensors = {"size": tf.constant(columns["size"]), "word": tf.constant(columns["word"].tolist())}
    theirs = keras.utils.FeatureSpace({"size": "float_normalized", "word": "string_categorical"}, crosses=None)
    theirs.adapt(tf.data.Dataset.from_tensor_slices(tensors))
    theirs.save(str(tmp_path / "model.keras"))
    ours = kport.load(tmp_path / "model.keras")
    assert_same(ours.predict({key: column[:, None] for key, column in columns.items()}), theirs(tensors))
