"""Models saved by kport open in Keras 3 and tf-keras, and compute the same; and the other way round."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import kport
from kport.errors import KportError, LayerError, UsageError
from kport.saving import load
from tests.compare import assert_same
from tests.saving.fresh import BUILDERS, floats, randomized
from tests.saving.saved import BOTH, library, outputs, save

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own

MODELS = {**BUILDERS, **BOTH}
UNSAFE = ("formula",)
"""A Lambda's bytecode, which Keras runs only if it is told to."""


def layout(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of every array by its path in the weights of a .keras."""
    found: dict[str, tuple[int, ...]] = {}
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda name, item: found.update({name: item.shape} if hasattr(item, "shape") else {}))
    return {name: shape for name, shape in found.items() if "seed_generator" not in name}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", MODELS)
def test_keras_opens_what_kport_saves(name: str, suffix: str, tmp_path: Path) -> None:
    model, inputs = MODELS[name](kport)
    randomized(model)
    expected = outputs("kport", model, inputs)
    path = save(model, tmp_path, suffix)
    keras = library("keras")
    opened = keras.models.load_model(path, safe_mode=name not in UNSAFE)
    assert_same(outputs("keras", opened, inputs), expected, what=name)
    again = kport.models.load_model(path)
    assert_same(outputs("kport", again, inputs), expected, what=name)
    assert again.get_config()["name"] == model.name


@pytest.mark.parametrize("name", BOTH)
def test_tf_keras_opens_what_kport_saves(name: str, tmp_path: Path) -> None:
    model, inputs = BOTH[name](kport)
    randomized(model)
    opened = library("tf_keras").models.load_model(save(model, tmp_path, ".h5"))
    assert_same(outputs("tf_keras", opened, inputs), outputs("kport", model, inputs), what=name)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ("operators", "text")])
def test_archives_are_laid_out_as_keras_lays_them_out(name: str, tmp_path: Path) -> None:
    keras = library("keras")
    ours, theirs = tmp_path / "ours.keras", tmp_path / "theirs.keras"
    MODELS[name](kport)[0].save(ours)
    MODELS[name](keras)[0].save(theirs)
    assert layout(ours) == layout(theirs)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    model, _ = BUILDERS["branches"](kport)
    for suffix in (".keras", ".h5", ".weights.h5"):
        files = [tmp_path / f"{i}{suffix}" for i in range(2)]
        for file in files:
            model.save_weights(file) if suffix == ".weights.h5" else model.save(file)
        assert files[0].read_bytes() == files[1].read_bytes()


def test_a_folder_instead_of_an_archive(tmp_path: Path) -> None:
    model, inputs = BUILDERS["text"](kport)
    expected = outputs("kport", model, inputs)
    model.save(tmp_path / "model", zipped=False)
    model.save(tmp_path / "model", zipped=False)  # replaces it
    assert_same(outputs("kport", kport.models.load_model(tmp_path / "model"), inputs), expected)
    opened = library("keras").models.load_model(tmp_path / "model")
    assert_same(outputs("keras", opened, inputs), expected)


def test_a_vocabulary_travels_as_an_asset_and_has_no_place_in_hdf5(tmp_path: Path) -> None:
    words = np.array([["red", "blue"], ["green", "red"]], object)
    lookup = kport.layers.StringLookup()
    lookup.adapt(words)
    x = kport.Input((2,), dtype="string")
    model = kport.Model(x, kport.layers.Embedding(5, 2)(lookup(x)))
    path = save(model, tmp_path, ".keras")
    expected = outputs("kport", model, words)
    assert_same(outputs("keras", library("keras").models.load_model(path), words), expected)
    assert_same(outputs("kport", load(path), words), expected)
    with pytest.raises(UsageError, match=r"\.keras: HDF5 has no place"):
        model.save(tmp_path / "model.h5")
    assert not (tmp_path / "model.h5").exists()


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("model.pb", {}, r"ends in \.keras or \.h5"),
        ("model", {}, "savedmodel"),
        ("model.keras", {"zipped": False}, "folder"),
        ("there.keras", {"overwrite": False}, "overwrite=True"),
    ],
)
def test_what_is_refused(path: str, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    (tmp_path / "there.keras").write_text("mine")
    model, _ = BUILDERS["deferred"](kport)
    with pytest.raises(UsageError, match=message):
        model.save(tmp_path / path, **options)
    assert [p.name for p in tmp_path.iterdir()] == ["there.keras"]
    assert (tmp_path / "there.keras").read_text() == "mine"


def test_the_terminal_is_asked_before_a_file_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.keras"
    path.write_text("mine")
    model, _ = BUILDERS["deferred"](kport)
    answers = iter(["what?", "n", "y"])
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    model.save(path, overwrite=False)
    assert path.read_text() == "mine"
    model.save(path, overwrite=False)
    assert zipfile.is_zipfile(path)


def test_a_failed_save_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.keras"
    path.write_text("mine")
    model, _ = BUILDERS["deferred"](kport)
    monkeypatch.setattr("kport.saving.api.write_archive", lambda *a: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        model.save(path)
    assert path.read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_json(tmp_path: Path) -> None:
    model, inputs = BUILDERS["branches"](kport)
    text = model.to_json(indent=1)
    for name in ("kport", "keras"):
        opened = library(name).models.model_from_json(text)
        opened.set_weights(model.get_weights())
        assert_same(outputs(name, opened, inputs), outputs("kport", model, inputs), what=name)
    assert json.loads(text)["class_name"] == "Functional"
    with pytest.raises(KportError, match="JSON"):
        kport.models.model_from_json("{")


def test_a_model_that_keras_froze_in_part_stays_so(tmp_path: Path) -> None:
    model, _ = BUILDERS["frozen"](kport)
    for suffix in (".keras", ".h5"):
        again = kport.models.load_model(save(model, tmp_path, suffix))
        inner = again.get_layer("inner")
        assert (inner.trainable, inner.get_layer("f1").trainable, inner.get_layer("f2").trainable) == (True, False, True)


def test_a_layer_that_lacks_its_class_is_named(tmp_path: Path) -> None:
    class Unregistered(kport.layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    model = kport.Sequential([kport.Input((2,)), Unregistered(), kport.layers.Dense(1)])
    path = save(model, tmp_path, ".keras")
    with pytest.raises(LayerError, match="Unregistered"):
        kport.models.load_model(path)
    again = kport.models.load_model(path, custom_objects={"Unregistered": Unregistered})
    assert_same(again.predict(floats(2, 2)), model.predict(floats(2, 2)))
