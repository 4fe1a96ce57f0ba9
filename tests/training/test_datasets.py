"""Datasets from folders and series: the batches of Keras for the same files and the same seed."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import UsageError


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images, texts and sounds in two classes, one of them with a folder in it; some files that don't count."""
    pillow = pytest.importorskip("PIL.Image")
    root = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(0)
    for kind, places in (("cats", ("cats", "cats/deep")), ("dogs", ("dogs",))):
        for place in places:
            (root / place).mkdir()
            for i in range(4):
                pixels = rng.integers(0, 256, (9 + i, 12 - i, 4), dtype="uint8")
                pillow.fromarray(pixels[..., :3]).save(root / place / f"{kind}{i}.png")
                (root / place / f"{kind}{i}.txt").write_text(f"{kind} number {i} " * (i + 1))
                with wave.open(str(root / place / f"{kind}{i}.wav"), "wb") as sound:
                    sound.setparams((2, 2, 8000, 0, "NONE", ""))
                    sound.writeframes(rng.integers(-9000, 9000, (20 + i, 2), dtype="int16").tobytes())
    (root / "dogs" / "notes.md").write_text("no sample")
    (root / ".hidden").mkdir()
    return root


def same(ours: Any, theirs: Any) -> None:
    """The same batches: structure, dtypes, numbers; the same classes."""
    assert getattr(ours, "class_names", None) == getattr(theirs, "class_names", None)
    assert ours.element_spec == theirs.element_spec
    ours, theirs = list(ours), list(theirs)
    assert len(ours) == len(theirs) > 0
    for a, b in zip(ours, theirs, strict=True):
        for x, y in zip(*((p if isinstance(p, tuple) else (p,)) for p in (a, b)), strict=True):
            x, y = (v.to_tensor() if hasattr(v, "to_tensor") else v for v in (x, y))
            assert x.dtype == y.dtype
            np.testing.assert_array_equal(x.numpy(), y.numpy())


COMMON = [
    {},
    {"shuffle": False},
    {"seed": 3, "batch_size": 5},
    {"label_mode": "categorical", "seed": 1},
    {"label_mode": "binary", "seed": 1},
    {"label_mode": None, "seed": 1},
    {"labels": None, "shuffle": False},
    {"labels": [3, 1, 2, 3, 1, 2, 3, 1, 2, 1, 1, 1], "seed": 2},
    {"class_names": ["dogs", "cats"], "seed": 1},
    {"class_names": ["cats"], "seed": 1},
    {"batch_size": None, "seed": 1},
    {"validation_split": 0.3, "subset": "training", "seed": 1},
    {"validation_split": 0.3, "subset": "validation", "seed": 1},
    {"validation_split": 0.25, "subset": "both", "seed": 9, "batch_size": 3},
    {"validation_split": 0.25, "subset": "both", "shuffle": False},
]
IMAGES = [
    {"color_mode": "grayscale"},
    {"color_mode": "rgba"},
    {"interpolation": "nearest"},
    {"interpolation": "area"},
    {"interpolation": "bicubic", "image_size": 7},
    {"crop_to_aspect_ratio": True},
    {"crop_to_aspect_ratio": True, "image_size": (4, 11)},
    {"pad_to_aspect_ratio": True},
    {"data_format": "channels_first"},
]
TEXTS: list[dict[str, Any]] = [{"max_length": 5}]
SOUNDS: list[dict[str, Any]] = [{"output_sequence_length": 21}, {"ragged": True}]
CASES = [
    (kind, arguments)
    for kind, own in (("image", IMAGES), ("text", TEXTS), ("audio", SOUNDS))
    for arguments in COMMON + [{"seed": 0, **more} for more in own]
]


@pytest.mark.parametrize(("kind", "arguments"), CASES, ids=str)
def test_folders(keras: Any, folder: Path, kind: str, arguments: dict[str, Any]) -> None:
    name = f"{kind}_dataset_from_directory"
    size = {"image_size": (8, 6)} if kind == "image" and "image_size" not in arguments else {}
    if "seed" not in arguments and arguments.get("shuffle", True):
        np.random.seed(5)
    ours = getattr(kport.utils, name)(str(folder), verbose=False, **size, **arguments)
    if "seed" not in arguments and arguments.get("shuffle", True):
        np.random.seed(5)
    labels = {"labels": list(arguments["labels"])} if isinstance(arguments.get("labels"), list) else {}
    theirs = getattr(keras.utils, name)(str(folder), verbose=False, **size, **(arguments | labels))
    if arguments.get("subset") == "both":
        assert type(ours) is type(theirs)
        for a, b in zip(ours, theirs, strict=True):
            same(a, b)
    else:
        same(ours, theirs)


def test_messages_are_those_of_keras(keras: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for package in (kport, keras):
        package.utils.text_dataset_from_directory(folder, validation_split=0.25, subset="both", seed=0)
        package.utils.text_dataset_from_directory(folder, labels=None)
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] != ""


def test_paths_are_told(folder: Path) -> None:
    found = kport.utils.image_dataset_from_directory(folder, shuffle=False, verbose=False)
    assert [Path(p).name for p in found.file_paths][:2] == ["cats0.png", "cats1.png"]
    assert len(found.file_paths) == 12


WRONG: list[dict[str, Any]] = [
    {"labels": "guessed"},
    {"labels": [1, 2]},
    {"labels": [1] * 12, "class_names": ["cats"]},
    {"labels": None, "class_names": ["cats"]},
    {"label_mode": "float"},
    {"label_mode": "binary", "class_names": ["cats"]},
    {"class_names": ["cows"]},
    {"validation_split": 1.5, "subset": "both", "seed": 1},
    {"validation_split": 0.5},
    {"subset": "training"},
    {"validation_split": 0.5, "subset": "test", "seed": 1},
    {"validation_split": 0.5, "subset": "training"},
    {"color_mode": "cmyk"},
    {"image_size": (1, 2, 3)},
    {"interpolation": "cubic"},
    {"format": "arrow"},
]


@pytest.mark.parametrize("arguments", WRONG, ids=str)
def test_wrong_arguments(keras: Any, folder: Path, arguments: dict[str, Any]) -> None:
    if arguments != {"labels": [1, 2]}:  # Keras leaves a pool of threads behind
        with pytest.raises(ValueError):
            keras.utils.image_dataset_from_directory(folder, verbose=False, **arguments)
    with pytest.raises(UsageError, match="Received"):
        kport.utils.image_dataset_from_directory(folder, verbose=False, **arguments)


def test_a_folder_without_samples(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="none in"):
        kport.utils.text_dataset_from_directory(tmp_path, verbose=False)


SERIES = np.arange(60, dtype="float32").reshape(30, 2)
WINDOWS: list[dict[str, Any]] = [
    {},
    {"sequence_stride": 3},
    {"sampling_rate": 2, "batch_size": 4},
    {"shuffle": True, "seed": 3},
    {"shuffle": True, "seed": 3, "batch_size": None},
    {"start_index": 4, "end_index": 20},
    {"targets": None, "batch_size": 7},
    {"targets": np.arange(12)},
    {"batch_size": None},
]


@pytest.mark.parametrize("arguments", WINDOWS, ids=str)
def test_windows_of_a_series(keras: Any, arguments: dict[str, Any]) -> None:
    given = {"data": SERIES, "targets": np.arange(30), "sequence_length": 4} | arguments
    ours, theirs = (package.utils.timeseries_dataset_from_array(**given) for package in (kport, keras))
    for a, b in zip(list(ours), list(theirs), strict=True):
        np.testing.assert_equal(*((tuple(x.numpy() for x in p) if isinstance(p, tuple) else p.numpy()) for p in (a, b)))


@pytest.mark.parametrize(
    "arguments",
    [{"sampling_rate": 0}, {"sequence_stride": 30}, {"start_index": 30}, {"end_index": 30}, {"start_index": 9, "end_index": 5}],
    ids=str,
)
def test_wrong_windows(keras: Any, arguments: dict[str, Any]) -> None:
    given = {"data": SERIES, "targets": None, "sequence_length": 4} | arguments
    with pytest.raises(ValueError):
        keras.utils.timeseries_dataset_from_array(**given)
    with pytest.raises(UsageError, match="Received"):
        kport.utils.timeseries_dataset_from_array(**given)


def _batched(tf: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices((np.arange(20), {"a": np.arange(40).reshape(20, 2)})).batch(3)


SPLITS: list[tuple[Callable[[Any], Any], dict[str, Any]]] = [
    (lambda tf: np.arange(20).reshape(10, 2), {"left_size": 0.3}),
    (lambda tf: np.arange(20.0).reshape(10, 2), {"right_size": 4, "shuffle": True, "seed": 1}),
    (lambda tf: [np.arange(10), np.arange(20).reshape(10, 2)], {"left_size": 0.5, "right_size": 0.2}),
    (lambda tf: (np.arange(10), np.arange(10.0)), {"left_size": 6, "right_size": 0.4, "shuffle": True, "seed": 2}),
    (_batched, {"left_size": 7}),
    (lambda tf: _batched(tf).unbatch(), {"right_size": 0.25}),
]


@pytest.mark.parametrize(("dataset", "arguments"), SPLITS, ids=lambda x: str(x) if isinstance(x, dict) else "")
def test_splits(keras: Any, dataset: Callable[[Any], Any], arguments: dict[str, Any]) -> None:
    tf = pytest.importorskip("tensorflow")
    ours, theirs = (package.utils.split_dataset(dataset(tf), **arguments) for package in (kport, keras))
    for a, b in zip(ours, theirs, strict=True):
        assert tf.nest.flatten(a.element_spec) == tf.nest.flatten(b.element_spec)
        for x, y in zip(a, b, strict=True):
            for p, q in zip(tf.nest.flatten(x), tf.nest.flatten(y), strict=True):
                np.testing.assert_array_equal(p, q)


@pytest.mark.parametrize(
    ("sizes", "error"),
    [({}, ValueError), ({"left_size": 0}, ValueError), ({"left_size": 10}, ValueError), ({"left_size": 1.0}, ValueError),
     ({"left_size": 0.7, "right_size": 0.7}, ValueError), ({"left_size": 7, "right_size": 7}, ValueError),
     ({"left_size": "half"}, TypeError), ({"right_size": 0.01}, ValueError)],
    ids=str,
)  # fmt: skip
def test_wrong_splits(keras: Any, sizes: dict[str, Any], error: type[Exception]) -> None:
    for package in (keras, kport):
        with pytest.raises(error):
            package.utils.split_dataset(np.arange(10), **sizes)
    with pytest.raises(TypeError):
        kport.utils.split_dataset("text", left_size=0.5)
