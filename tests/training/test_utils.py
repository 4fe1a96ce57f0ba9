"""keras.utils: every public name, and what it does beside Keras's."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport import utils
from kport.errors import FileError, UnsafeFileError, UsageError
from kport.legacy import KportDeprecationWarning

keras = pytest.importorskip("keras")

ABSENT = {
    "keras.config": {"set_nnx_enabled": "NNX belongs to JAX"},
    "keras.dtype_policies": dict.fromkeys(
        (
            "AWQDTypePolicy",
            "DTypePolicyMap",
            "GPTQDTypePolicy",
            "Int4DTypePolicy",
            "QuantizedDTypePolicy",
            "QuantizedFloat8DTypePolicy",
        ),
        "training with quantized weights isn't what kport does; files that have them are opened",
    ),
}
MODULES = ["utils", "config", "backend", "mixed_precision", "dtype_policies", "preprocessing", "preprocessing.image"]
MODULES += ["preprocessing.sequence", "utils.legacy", "utils.bounding_boxes"]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_there(module: str) -> None:
    theirs, ours = keras, kport
    for part in module.split("."):
        theirs, ours = getattr(theirs, part), getattr(ours, part)
    names = {name for name in dir(theirs) if not name.startswith("_")}
    absent = ABSENT.get(f"keras.{module}", {})
    assert {name for name in names if not hasattr(ours, name)} == {name for name in absent if name in names}


def test_what_is_listed_exists() -> None:
    for package in (utils, kport.preprocessing):
        assert package.__all__ == sorted(package.__all__) == dir(package)
        for name in package.__all__:
            assert getattr(package, name) is not None
        with pytest.raises(AttributeError):
            _ = package.unheard_of


@pytest.mark.parametrize(
    ("x", "classes"),
    [([0, 2, 1], None), ([0, 2, 1], 5), ([[1], [0]], None), ([[1, 0], [2, 2]], 3), (np.array([1.0, 0.0]), None), (2, 4)],
    ids=str,
)
def test_to_categorical(x: Any, classes: int | None) -> None:
    ours, theirs = (package.utils.to_categorical(x, classes) for package in (kport, keras))
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype


def test_to_categorical_of_tensors() -> None:
    tf = pytest.importorskip("tensorflow")
    x = tf.constant([[1], [0]])
    ours, theirs = (package.utils.to_categorical(x, 3) for package in (kport, keras))
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype


@pytest.mark.parametrize(("axis", "order"), [(-1, 2), (1, 1), (1, np.inf)])
def test_normalize(axis: int, order: Any) -> None:
    x = np.random.default_rng(0).normal(size=(3, 4))
    x[1] = 0
    np.testing.assert_allclose(utils.normalize(x, axis, order), keras.utils.normalize(x, axis, order))


SEQUENCES = [[1, 2, 3], [4, 5], [], [6, 7, 8, 9]]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"maxlen": 3},
        {"padding": "post"},
        {"maxlen": 2, "truncating": "post", "padding": "post", "value": -1.5, "dtype": "float32"},
        {"value": "x", "dtype": object},
        {"maxlen": 6, "padding": "post", "dtype": "int64"},
    ],
    ids=str,
)
def test_pad_sequences(arguments: dict[str, Any]) -> None:
    ours, theirs = (package.utils.pad_sequences(SEQUENCES, **arguments) for package in (kport, keras))
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype
    deep = [np.ones((n, 2)) * n for n in (2, 0, 3)]
    if "value" not in arguments or arguments["value"] != "x":
        np.testing.assert_array_equal(*(package.utils.pad_sequences(deep, **arguments) for package in (kport, keras)))


@pytest.mark.parametrize(
    ("sequences", "arguments"),
    [(5, {}), ([1, 2], {}), ([[1]], {"padding": "both"}), ([[1]], {"truncating": "middle"}), ([[1]], {"value": "x"}),
     ([[[1, 2]], [[1]]], {})],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_padded(sequences: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        keras.utils.pad_sequences(sequences, **arguments)
    with pytest.raises(UsageError, match="Received"):
        utils.pad_sequences(sequences, **arguments)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pillow = pytest.importorskip("PIL.Image")
    path = tmp_path_factory.mktemp("pictures") / "picture.png"
    pillow.fromarray(np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype="uint8")).save(path)
    return path


@pytest.mark.parametrize(
    "arguments",
    [{}, {"color_mode": "grayscale"}, {"color_mode": "rgba"}, {"target_size": (5, 7)}]
    + [{"target_size": (6, 6), "interpolation": method} for method in ("bilinear", "bicubic", "hamming", "box", "lanczos")]
    + [{"target_size": size, "keep_aspect_ratio": True} for size in ((4, 9), (9, 4), (8, 6))],
    ids=str,
)
def test_images_of_files(picture: Path, arguments: dict[str, Any]) -> None:
    for form in ("channels_last", "channels_first"):
        arrays = [
            package.utils.img_to_array(package.utils.load_img(path, **arguments), data_format=form)
            for package, path in ((kport, picture), (keras, picture), (kport, io.BytesIO(picture.read_bytes())))
        ]
        np.testing.assert_array_equal(arrays[0], arrays[1])
        np.testing.assert_array_equal(arrays[0], arrays[2])
        assert arrays[0].dtype == arrays[1].dtype == "float32"


@pytest.mark.filterwarnings("ignore:'mode' parameter is deprecated:DeprecationWarning")
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("scale", [True, False])
def test_files_of_images(tmp_path: Path, channels: int, scale: bool) -> None:
    x = np.random.default_rng(0).uniform(0, 255, (6, 5, channels))
    saved = []
    for package in (kport, keras):
        path = tmp_path / f"{package.__name__}.png"
        package.utils.save_img(path, x, scale=scale)
        saved.append(np.asarray(package.utils.load_img(path, color_mode={1: "grayscale", 3: "rgb", 4: "rgba"}[channels])))
    np.testing.assert_array_equal(*saved)
    first = np.moveaxis(x, -1, 0)
    np.testing.assert_array_equal(
        utils.array_to_img(first, "channels_first", scale), utils.array_to_img(x, "channels_last", scale)
    )


def test_images_that_jpeg_cannot_hold(tmp_path: Path) -> None:
    pytest.importorskip("PIL.Image")
    with pytest.warns(UserWarning, match="RGB"):
        utils.save_img(tmp_path / "image.jpg", np.ones((4, 4, 4)))
    assert utils.load_img(tmp_path / "image.jpg").size == (4, 4)
    assert utils.array_to_img(np.full((2, 2, 1), 300.0), scale=False).mode == "I"


def test_wrong_images(picture: Path) -> None:
    for arguments in ({"color_mode": "cmyk"}, {"target_size": (2, 2), "interpolation": "cubic"}):
        with pytest.raises(UsageError, match="expected one of"):
            utils.load_img(picture, **arguments)
    with pytest.raises(TypeError, match="path"):
        utils.load_img(7)
    for x in (np.ones((2, 2)), np.ones((2, 2, 2))):
        with pytest.raises(UsageError, match="shape"):
            utils.array_to_img(x)
    with pytest.raises(UsageError, match="rank 2 or 3"):
        utils.img_to_array(np.ones(3))
    with pytest.raises(UsageError, match="data_format"):
        utils.img_to_array(np.ones((3, 3)), data_format="last")


@pytest.mark.parametrize("size", [(4, 4), (8, 3), (3, 9)])
@pytest.mark.parametrize("form", ["channels_last", "channels_first"])
def test_smart_resize(size: tuple[int, int], form: str) -> None:
    x = np.random.default_rng(0).normal(size=(2, 7, 5, 3)).astype("float32")
    x = x if form == "channels_last" else np.moveaxis(x, -1, 1)
    for images in (x, x[0]):
        ours, theirs = (p.preprocessing.image.smart_resize(images, size, data_format=form) for p in (kport, keras))
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_file_is_downloaded_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "weights.bin"
    source.write_bytes(b"numbers")
    origin, cache = source.as_uri(), tmp_path / "cache"
    path = utils.get_file(origin=origin, cache_dir=cache)
    assert Path(path) == cache / "datasets" / "weights.bin" and Path(path).read_bytes() == b"numbers"
    assert "Downloading data from" in capsys.readouterr().out
    source.write_bytes(b"others!")
    assert Path(utils.get_file(origin=origin, cache_dir=cache)).read_bytes() == b"numbers"
    assert capsys.readouterr().out == ""
    sha256 = hashlib.sha256(b"others!").hexdigest()
    assert Path(utils.get_file(origin=origin, cache_dir=cache, file_hash=sha256)).read_bytes() == b"others!"
    assert "hash" in capsys.readouterr().out
    with pytest.warns(KportDeprecationWarning, match="file_hash"):
        utils.get_file(origin=origin, cache_dir=cache, md5_hash=hashlib.md5(b"others!").hexdigest())
    with pytest.raises(ValueError, match="hash"):
        utils.get_file("again.bin", origin, cache_dir=cache, file_hash="0" * 64)
    assert [p.name for p in (cache / "datasets").iterdir()] == ["weights.bin"]
    source.write_bytes(b"new")
    assert Path(utils.get_file(origin=origin, cache_dir=cache, force_download=True)).read_bytes() == b"new"


def test_wrong_downloads(tmp_path: Path) -> None:
    for arguments in ({}, {"origin": "file:///"}, {"fname": "a/b", "origin": "file:///x"}):
        with pytest.raises(UsageError, match="Received"):
            utils.get_file(cache_dir=tmp_path, **arguments)
    with pytest.raises(FileError, match="expected a file at"):
        utils.get_file(origin=(tmp_path / "missing").as_uri(), cache_dir=tmp_path)


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_archives_are_taken_apart(tmp_path: Path, form: str) -> None:
    source = tmp_path / f"data.{form}"
    if form == "zip":
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("inner/a.txt", "a")
    else:
        (tmp_path / "a.txt").write_text("a")
        with tarfile.open(source, "w:gz") as archive:
            archive.add(tmp_path / "a.txt", "inner/a.txt")
    arguments: dict[str, Any] = {"origin": source.as_uri(), "extract": True}
    (tmp_path / "keras").mkdir()
    for name in (None, "named", f"named.{form}"):
        ours, theirs = (
            Path(package.utils.get_file(name, cache_dir=tmp_path / package.__name__, **arguments)) for package in (kport, keras)
        )
        assert ours.relative_to(tmp_path / "kport") == theirs.relative_to(tmp_path / "keras")
        assert (ours / "inner" / "a.txt").read_text() == "a"
    with pytest.raises(FileError, match="to take apart"):
        other = "zip" if form == "tar" else "tar"
        utils.get_file("other", source.as_uri(), extract=True, archive_format=other, cache_dir=tmp_path / "other")


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_archives_that_leave_their_folder(tmp_path: Path, form: str) -> None:
    source = tmp_path / "evil"
    if form == "zip":
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("../../out.txt", "a")
    else:
        with tarfile.open(source, "w") as archive:
            archive.addfile(tarfile.TarInfo("../../out.txt"))
    with pytest.raises(UnsafeFileError, match="stay in their folder"):
        utils.get_file(origin=source.as_uri(), extract=True, cache_dir=tmp_path / "a" / "b")
    assert not list(tmp_path.rglob("out.txt"))


def test_config() -> None:
    config, theirs = utils.Config(a=1, b="x"), keras.utils.Config(a=1, b="x")
    for one in (config, theirs):
        one.c = 3
        one["d"] = 4
        one.update(e=5)
        del one["e"]
        assert one.pop("d") == 4
    assert config.as_dict() == theirs.as_dict() and config.to_json() == theirs.to_json() and repr(config) == repr(theirs)
    assert list(config) == list(theirs) and len(config) == 3 and "a" in config and config.get("z", 9) == 9
    assert (config.a, config["b"]) == (1, "x") and list(config.items()) == list(theirs.items())
    assert list(config.keys()) == list(theirs.keys()) and list(config.values()) == list(theirs.values())
    config.freeze()
    assert config.frozen
    with pytest.raises(ValueError, match="frozen"):
        config.a = 2
    config.unfreeze()
    config.a = 2
    assert config.a == 2
    with pytest.raises(AttributeError, match="Did you mean 'learning'"):
        _ = utils.Config(learning=1).learnin


def test_inputs_of_a_tensor() -> None:
    a, b = kport.Input((3,), name="a"), kport.Input((3,), name="b")
    kport.Input((2,))
    y = kport.layers.Dense(2)(kport.layers.add([a, b]))
    assert utils.get_source_inputs(kport.layers.add([y, kport.layers.Dense(2)(a)])) == [a, b]
    assert utils.is_keras_tensor(y) and not utils.is_keras_tensor(np.ones(3))


def test_a_fresh_start() -> None:
    kport.layers.Dense(2)
    kport.config.set_dtype_policy("mixed_float16")
    utils.clear_session()
    layer = kport.layers.Dense(2)
    assert layer.name == "dense" and layer.dtype_policy.name == "float32"
    assert [kport.backend.get_uid("of_this_test") for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("dtype", [None, "int", bool, int, float, str, "float16", np.float32, np.dtype("int8"), "bfloat16"])
def test_standardize_dtype(dtype: Any) -> None:
    assert utils.standardize_dtype(dtype) == keras.backend.standardize_dtype(dtype)
    with pytest.raises(ValueError, match="dtype"):
        utils.standardize_dtype("float31")


TEXTS = ["The cat sat on the mat.", "The dog, the big dog!", "No cat\tat all", ""]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"num_words": 4},
        {"oov_token": "?"},
        {"num_words": 4, "oov_token": "?"},
        {"char_level": True},
        {"lower": False},
    ],
    ids=str,
)
def test_tokenizer(arguments: dict[str, Any]) -> None:
    from keras.src.legacy.preprocessing.text import Tokenizer as Theirs

    from kport.preprocessing.text import Tokenizer, tokenizer_from_json

    ours, theirs = Tokenizer(**arguments), Theirs(**arguments)
    for tokenizer in (ours, theirs):
        tokenizer.fit_on_texts(TEXTS[:2])
        tokenizer.fit_on_texts(TEXTS[2:])
    assert ours.word_index == theirs.word_index and ours.index_docs == theirs.index_docs
    more = ["the unknown cat", "dog"]
    sequences = ours.texts_to_sequences(more)
    assert sequences == theirs.texts_to_sequences(more)
    assert ours.sequences_to_texts(sequences) == theirs.sequences_to_texts(sequences)
    for mode in ("binary", "count", "freq", "tfidf"):
        np.testing.assert_allclose(ours.texts_to_matrix(more, mode), theirs.texts_to_matrix(more, mode))
    again = tokenizer_from_json(theirs.to_json())
    assert again.texts_to_sequences(more) == sequences and again.get_config().keys() == theirs.get_config().keys()


def test_words_and_hashes() -> None:
    from keras.src.legacy.preprocessing import text as theirs

    from kport.preprocessing import text as ours

    for line in TEXTS:
        assert ours.text_to_word_sequence(line) == theirs.text_to_word_sequence(line)
        assert ours.hashing_trick(line, 9, "md5") == theirs.hashing_trick(line, 9, "md5")
        assert ours.one_hot(line, 9) == theirs.one_hot(line, 9)


def test_word_pairs() -> None:
    import random

    from keras.src.legacy.preprocessing import sequence as theirs

    from kport.preprocessing import sequence as ours

    np.testing.assert_allclose(ours.make_sampling_table(20, 1e-2), theirs.make_sampling_table(20, 1e-2))
    table = ours.make_sampling_table(20, 1e-1)
    for arguments in (
        {},
        {"categorical": True, "window_size": 1},
        {"negative_samples": 0},
        {"sampling_table": table},
        {"shuffle": False},
    ):
        found = []
        for module in (ours, theirs):
            random.seed(4)
            found.append(module.skipgrams([1, 5, 0, 7, 3, 2, 9], 20, seed=6, **arguments))
        assert found[0] == found[1]


@pytest.mark.parametrize(
    "arguments", [{}, {"stride": 3}, {"sampling_rate": 2, "reverse": True}, {"start_index": 3, "end_index": 14}], ids=str
)
def test_windows_of_keras_2(arguments: dict[str, Any]) -> None:
    from keras.src.legacy.preprocessing.sequence import TimeseriesGenerator as Theirs

    from kport.preprocessing.sequence import TimeseriesGenerator

    series = np.arange(40).reshape(20, 2)
    ours, theirs = (cls(series, np.arange(20), 4, batch_size=3, **arguments) for cls in (TimeseriesGenerator, Theirs))
    assert len(ours) == len(theirs)
    for i in range(len(ours)):
        np.testing.assert_equal(ours[i], theirs[i])


RNG = np.random.default_rng(0)
CORNERS = RNG.uniform(0, 20, (2, 5, 2, 2)).astype("float32")
BOXES = np.concatenate([CORNERS.min(2), CORNERS.max(2)], -1)
OTHERS = np.concatenate([BOXES[:, 1:4] + 1.5, -np.ones((2, 1, 4), "float32")], 1)
EACH = [np.array([x, -x / 2], "float32") for x in (30.0, 0.1, -0.2, 1.3, 9.0, -4.0)]
BOX_CASES: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("compute_iou", (BOXES, OTHERS, "xyxy"), {}),
    ("compute_iou", (BOXES[0], OTHERS[0], "xyxy"), {"use_masking": True, "mask_val": -3}),
    ("compute_iou", (BOXES, OTHERS, "xyxy"), {"use_masking": True}),
    ("compute_iou", (BOXES / 20, OTHERS / 20, "rel_yxyx"), {"image_shape": (10, 30, 3)}),
    ("compute_ciou", (BOXES[:, :4], OTHERS[:, :4], "center_xywh"), {}),
    ("compute_ciou", (BOXES[0, :4], BOXES[0, 1:], "xyxy"), {}),
    ("affine_transform", (BOXES, *EACH, 20, 30), {}),
    ("affine_transform", (BOXES, *EACH, 20, 30), {"center_x": 0.2, "center_y": 0.9}),
    ("crop", (BOXES, 3, 2, 10, 9), {}),
    ("pad", (BOXES, 3, 2), {}),
    ("encode_box_to_deltas", (BOXES, OTHERS[:, :1], "xyxy", "xyxy"), {}),
    (
        "encode_box_to_deltas",
        (BOXES / 20, BOXES + 1, "rel_xyxy", "xywh"),
        {"image_shape": (10, 30, 3), "variance": [0.1, 0.1, 0.2, 0.2]},
    ),
    (
        "decode_deltas_to_boxes",
        (BOXES, BOXES / 20, "xyxy", "xywh"),
        {"encoded_format": "center_xywh", "variance": [0.1, 0.1, 0.2, 0.3]},
    ),
    ("decode_deltas_to_boxes", ({"a": BOXES}, {"a": BOXES / 20}, "yxyx", "rel_xyxy"), {"image_shape": (10, 30, 3)}),
    ("convert_format", (BOXES, "xyxy", "rel_center_xywh"), {"height": 20, "width": 30}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), BOX_CASES, ids=lambda x: x if isinstance(x, str) else "")
def test_bounding_boxes(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    ours, theirs = (getattr(package.utils.bounding_boxes, name)(*args, **kwargs) for package in (kport, keras))
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        ours, theirs = ours["a"], theirs["a"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_wrong_bounding_boxes() -> None:
    boxes = utils.bounding_boxes
    for call in (
        lambda: boxes.compute_iou(BOXES[0, 0], BOXES[0, 0], "xyxy"),
        lambda: boxes.compute_iou(BOXES, BOXES, "rel_xyxy"),
        lambda: boxes.compute_ciou(BOXES, BOXES, "rel_xyxy"),
        lambda: boxes.encode_box_to_deltas(BOXES, BOXES, "xyxy", "xyxy", "xyxy"),
        lambda: boxes.decode_deltas_to_boxes(BOXES, BOXES, "xyxy", "xyxy", variance=[1, 2]),
    ):
        with pytest.raises(UsageError, match="Received"):
            call()
    with pytest.raises(NotImplementedError):
        boxes.crop(BOXES, 1, 1, 2, 2, "xywh")


def test_columns_of_a_table() -> None:
    tf = pytest.importorskip("tensorflow")
    rng = np.random.default_rng(0)
    table = {
        "age": rng.normal(40, 9, 30).astype("float32"),
        "colour": np.array(["red", "blue", "green"])[rng.integers(0, 3, 30)],
        "shop": rng.integers(0, 5, 30).astype("int32"),
        "size": rng.normal(size=30).astype("float32"),
        "weight": rng.normal(size=30).astype("float32"),
        "zone": rng.integers(0, 50, 30).astype("int32"),
        "word": np.array(["a", "b", "c"])[rng.integers(0, 3, 30)],
    }

    def space(F: Any) -> Any:
        return F(
            features={
                "age": F.float_normalized(),
                "colour": F.string_categorical(num_oov_indices=1),
                "shop": F.integer_categorical(max_tokens=4),
                "size": F.float_rescaled(scale=2.0, offset=1.0),
                "weight": F.float_discretized(num_bins=4),
                "zone": F.integer_hashed(num_bins=6),
                "word": F.string_hashed(num_bins=5),
            },
            crosses=[F.cross(("colour", "shop"), crossing_dim=8)],
            output_mode="concat",
        )

    found = []
    for package, data in ((kport, table), (kport, None), (keras, None)):
        made = space(package.utils.FeatureSpace)
        made.adapt(data or tf.data.Dataset.from_tensor_slices(table))
        found.append(np.asarray(made({key: tf.constant(x[:9]) for key, x in table.items()})))
    np.testing.assert_allclose(found[0], found[1])
    np.testing.assert_allclose(found[0], found[2], rtol=1e-5, atol=1e-6)
    made = space(utils.FeatureSpace)
    assert made.get_inputs().keys() == table.keys()
    assert utils.FeatureSpace.feature("float32", kport.layers.Rescaling(2.0), "float").output_mode == "float"
    assert utils.FeatureSpace.float().dtype == "float32"
