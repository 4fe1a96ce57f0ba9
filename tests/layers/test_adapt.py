"""What layers learn from data, and what they read from files beside their weights, against real Keras."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import layers, models
from kport.errors import LayerError
from kport.trace import trace
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")

RNG = np.random.default_rng(7)
NUMBERS = RNG.normal(3, 2, (30, 4)).astype("float32")
WORDS = np.array(["b a a", "c! B", "", "a é d", "the the the"], object)
TOKENS = np.array([["a", "b", ""], ["a", "a", "c"], ["b", "d", "a"]], object)
INTEGERS = np.array([[5, 5, 7], [1, 5, 1]], "int64")


def keras_layer(name: str, config: dict[str, Any]) -> Any:
    import keras

    return getattr(keras.layers, name)(**config)


def for_keras(data: Any) -> Any:
    import tensorflow as tf

    return tf.constant(data.tolist()) if data.dtype == object else data


@pytest.mark.parametrize(
    ("name", "config", "data"),
    [
        ("Normalization", {}, NUMBERS),
        ("Normalization", {"axis": None}, NUMBERS),
        ("Discretization", {"num_bins": 4}, NUMBERS),
        ("Discretization", {"num_bins": 5, "epsilon": 0.1}, NUMBERS),
        ("StringLookup", {}, TOKENS),
        ("StringLookup", {"mask_token": "", "max_tokens": 4, "num_oov_indices": 2}, TOKENS),
        ("StringLookup", {"output_mode": "tf_idf"}, TOKENS),
        ("StringLookup", {"output_mode": "tf_idf", "max_tokens": 9, "pad_to_max_tokens": True}, TOKENS),
        ("IntegerLookup", {}, INTEGERS),
        ("IntegerLookup", {"output_mode": "count", "mask_token": 7}, INTEGERS),
        ("TextVectorization", {}, WORDS),
        ("TextVectorization", {"max_tokens": 4, "output_sequence_length": 2}, WORDS),
        ("TextVectorization", {"output_mode": "tf_idf", "ngrams": 2}, WORDS),
    ],
    ids=str,
)
@pytest.mark.parametrize("batched", [False, True], ids=["array", "batches"])
def test_adapts_as_keras(name: str, config: dict[str, Any], data: np.ndarray, batched: bool) -> None:
    ours, theirs = getattr(layers, name)(**config), keras_layer(name, config)
    ours.adapt([data[:2], data[2:]].__iter__() if batched else data)
    theirs.adapt(iter([for_keras(data[:2]), for_keras(data[2:])]) if batched else for_keras(data))
    assert_same(ours(data), theirs(for_keras(data)), 1e-5, 1e-5)
    if hasattr(theirs, "get_vocabulary"):
        assert ours.get_vocabulary() == [v if isinstance(v, str) else int(v) for v in theirs.get_vocabulary()]


@pytest.mark.parametrize(
    ("name", "config", "data"),
    [
        ("StringLookup", {"mask_token": "", "output_mode": "tf_idf"}, TOKENS),
        ("StringLookup", {"mask_token": ""}, TOKENS),
        ("IntegerLookup", {"output_mode": "multi_hot"}, INTEGERS),
        ("TextVectorization", {"output_mode": "tf_idf"}, WORDS),
    ],
    ids=str,
)
def test_reads_what_keras_saves_beside_the_configuration(name: str, config: dict[str, Any], data: Any, tmp_path: Path) -> None:
    import h5py
    import keras

    theirs = keras_layer(name, config)
    theirs.adapt(for_keras(data))
    keras.Sequential([theirs]).save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        vocabularies = [n for n in archive.namelist() if n.endswith("vocabulary.txt")]
        assets = {"vocabulary.txt": archive.read(vocabularies[0])}
        archive.extract("model.weights.h5", tmp_path)
    arrays: dict[str, Any] = {}
    with h5py.File(tmp_path / "model.weights.h5") as file:
        file.visititems(lambda path, item: arrays.__setitem__(path.split("/")[-1], item[()]) if hasattr(item, "dtype") else None)
    ours = getattr(layers, name).from_config(theirs.get_config())
    model = models.Sequential([layers.Input(data.shape[1:], dtype="string" if data.dtype == object else "int64"), ours])
    ours.load_own_variables(arrays)
    ours.load_assets(assets)
    assert_same(model.predict(data), theirs(for_keras(data)))
    assert trace(model).outputs[0].dtype == model.predict(data).dtype.name

    again = type(ours).from_config(ours.get_config())
    store: dict[str, np.ndarray] = {}
    ours.save_own_variables(store)
    again.load_own_variables(store)
    again.load_assets(ours.save_assets())
    assert again.get_vocabulary() == ours.get_vocabulary()
    assert_same(again(data), ours(data))


def test_keeps_an_empty_token_at_the_end_of_the_vocabulary() -> None:
    """Keras itself can't load the file that it has saved of this."""
    layer = layers.StringLookup()
    layer.adapt(np.array(["b", "b", "a\u2028", "a\u2028", ""], object))
    again = layers.StringLookup.from_config(layer.get_config())
    again.load_assets(layer.save_assets())
    assert again.get_vocabulary() == ["[UNK]", "b", "a\u2028", ""]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.StringLookup()(TOKENS), "expected a vocabulary"),
        (lambda: layers.StringLookup(vocabulary="words.txt"), "read the file"),
        (lambda: layers.StringLookup(vocabulary=["a", "a"]), r"repeat: \['a'\]"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "expected idf_weights"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "at most 2 tokens. Received: 3"),
        (lambda: layers.StringLookup(output_mode="words"), "output_mode='words'"),
        (lambda: layers.StringLookup(vocabulary=["a"]).adapt(TOKENS), "without a vocabulary"),
        (lambda: layers.IntegerLookup().load_assets({}), "vocabulary.txt"),
        (lambda: layers.TextVectorization(ragged=True), "ragged=False"),
        (lambda: layers.TextVectorization(split="commas"), "register"),
        (lambda: layers.TextVectorization(vocabulary=["a"])(TOKENS), r"\(batch, 1\)"),
        (lambda: layers.Discretization(), "bin_boundaries or num_bins"),
        (lambda: layers.Discretization(num_bins=3)(NUMBERS), "adapt"),
        (lambda: layers.Normalization(mean=1.0), "both mean and variance"),
        (lambda: layers.Normalization(axis=3)(NUMBERS), "axis="),
        (lambda: layers.Hashing(num_bins=0), "num_bins"),
        (lambda: layers.HashedCrossing(3)(INTEGERS), "two features"),
        (lambda: layers.CategoryEncoding(3)(INTEGERS, count_weights=NUMBERS), "count_weights"),
        (lambda: layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "one of crop_to_aspect_ratio"),
        (lambda: layers.CenterCrop(2, 2)(NUMBERS), "rank 3 or 4"),
        (lambda: layers.CenterCrop(2, 2)({"images": NUMBERS[None, ..., None], "bounding_boxes": {}}), "bounding_boxes"),
    ],
)
def test_errors_say_what_is_wrong(make: Any, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        make()


def test_image_layers_take_dicts_and_single_images() -> None:
    image = RNG.uniform(size=(6, 8, 3)).astype("float32")
    data = {"images": image[None], "segmentation_masks": image[None, ..., :1], "labels": np.array([1])}
    resized = layers.Resizing(3, 4)(data)
    assert {k: v.shape for k, v in resized.items()} == {
        "images": (1, 3, 4, 3),
        "segmentation_masks": (1, 3, 4, 1),
        "labels": (1,),
    }
    assert_same(layers.Resizing(3, 4)(image), resized["images"][0])
    boxes = {"boxes": np.ones((1, 2, 4), "float32"), "labels": np.ones((1, 2), "float32")}
    limited = layers.MaxNumBoundingBoxes(3)({"images": image[None], "bounding_boxes": boxes})["bounding_boxes"]
    assert limited["labels"].tolist() == [[1, 1, -1]]
    assert limited["boxes"].shape == (1, 3, 4)


UNKNOWN_SIZES: list[tuple[Any, tuple[int | None, ...]]] = [
    (layers.CenterCrop(3, 5), (3, 5, 3)),
    (layers.Resizing(3, 9, crop_to_aspect_ratio=True), (3, 9, 3)),
    (layers.Resizing(3, 9, interpolation="bicubic"), (3, 9, 3)),
    (layers.Resizing(3, 9, interpolation="nearest"), (3, 9, 3)),
    (layers.AutoContrast(), (None, None, 3)),
    (layers.RandomZoom(0.1), (None, None, 3)),
    (layers.Rescaling([1.0, 2.0, 3.0]), (None, None, 3)),
    (layers.Normalization(), (None, None, 3)),
]


@pytest.mark.parametrize(("layer", "shape"), UNKNOWN_SIZES, ids=lambda x: getattr(x, "name", None))
def test_images_of_unknown_size(layer: Any, shape: tuple[int | None, ...]) -> None:
    model = models.Sequential([layers.Input((None, None, 3)), layer])
    x = RNG.uniform(size=(2, 7, 10, 3)).astype("float32")
    assert_same(model.predict(x), layer(x, training=False))
    assert trace(model).outputs[0].shape == (None, *shape)


@pytest.mark.parametrize("layer", [layers.STFTSpectrogram(frame_length=8), layers.STFTSpectrogram(frame_length=8, mode="psd")])
def test_sound_of_unknown_length(layer: Any) -> None:
    model = models.Sequential([layers.Input((None, 2)), layer])
    x = RNG.uniform(size=(2, 40, 2)).astype("float32")
    assert_same(model.predict(x), layer(x))
    assert trace(model).outputs[0].shape == (None, None, 10)


def test_mel_spectrogram_of_unknown_length() -> None:
    layer = layers.MelSpectrogram(fft_length=16, sequence_stride=4, num_mel_bins=3, sampling_rate=200)
    model = models.Sequential([layers.Input((None,)), layer])
    x = RNG.uniform(size=(2, 40)).astype("float32")
    assert_same(model.predict(x), layer(x))
    assert_same(layer(x[0]), layer(x[:1])[0])
    assert trace(model).outputs[0].shape == (None, 3, None)


@pytest.mark.parametrize(
    ("layer", "data"),
    [
        (layers.StringLookup(vocabulary=["a", "b"]), ["a", "c"]),
        (layers.IntegerLookup(vocabulary=[3, 4]), [[4], [5]]),
        (layers.TextVectorization(vocabulary=["a", "b"]), ["a c", "b"]),
        (layers.Hashing(9), [["a"], ["b"]]),
        (layers.CategoryEncoding(4), [[0, 1], [3, 3]]),
        (layers.Discretization([0.0, 1.0]), [[0.5, 2.0]]),
        (layers.Rescaling(2.0), [[0.5, 2.0]]),
    ],
    ids=lambda x: getattr(x, "name", ""),
)
def test_takes_lists(layer: Any, data: Any) -> None:
    import keras

    theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
    assert_same(layer(data), theirs(data))
