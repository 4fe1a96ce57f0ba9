"""Every real model opens and computes, or says what is missing; outputs are those of golden files and oracles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import kport
from kport.errors import UnknownLayerError
from kport.models import Sequential
from kport.saving import load, load_source
from tests.compare import assert_same
from tests.saving.real import (
    CUSTOM,
    Entry,
    entries,
    expected_error,
    flat,
    inputs_for,
    largest_difference,
    open_entry,
    oracle_outputs,
)

DL4J = "dl4j-test-resources/src/main/resources"

opening = [e for e in entries() if expected_error(e) is None]
refused = [e for e in entries() if expected_error(e) is not None]
with_activations = [e for e in entries() if any(g.endswith("inputs_and_outputs.h5") for g in e["golden"])]


def by_file(items: list[Entry]) -> Any:
    return pytest.mark.parametrize("entry", items, ids=[e["file"].removeprefix(DL4J) for e in items])


@by_file(opening)
def test_opens_and_computes(models: Path, entry: Entry) -> None:
    model = open_entry(entry)
    outputs = flat(model.predict(inputs_for(model)))
    assert outputs
    assert all(np.isfinite(a).all() for a in outputs if a.dtype.kind == "f")


@by_file(refused)
def test_says_what_is_missing(models: Path, entry: Entry) -> None:
    error, text = expected_error(entry) or (Exception, "")
    with pytest.raises(error, match=text) as raised:
        open_entry(entry)
    assert type(raised.value) is error
    assert len(str(raised.value).splitlines()) == 1


@by_file([e for e in entries() if e["openable"].startswith("architecture only")])
def test_architectures_open_untrained(models: Path, entry: Entry) -> None:
    model = open_entry(entry, weights=False)
    assert model.layers


@by_file(with_activations)
def test_golden_activations(models: Path, entry: Entry) -> None:
    """Inputs, outputs and each layer's activations as the Keras of the time computed them."""
    model = open_entry(entry)
    assert isinstance(model, Sequential)
    with h5py.File(models / entry["golden"][0]) as golden:
        (x,) = (golden["inputs"][name][()] for name in golden["inputs"])
        (expected,) = (golden["predictions"][name][()] for name in golden["predictions"])
        assert_same(model.predict(x), expected, what="predictions")
        compared = 0
        for layer in model.layers:
            x = layer(x)
            if layer.name in golden["activations"]:
                assert_same(x, golden["activations"][layer.name][()], what=layer.name)
                compared += 1
        assert compared == len(golden["activations"])


def test_golden_convolutions_of_keras_1(models: Path) -> None:
    """The input is stored with the channels first."""
    folder = models / DL4J / "keras/simple"
    x = np.loadtxt(folder / "cnn_tf_input.txt", np.float32).reshape(1, 3, 8, 8).transpose(0, 2, 3, 1)
    assert_same(load(folder / "cnn_tf_model.h5").predict(x)[0], np.loadtxt(folder / "cnn_tf_output.txt", np.float32))


def test_golden_sequences_of_theano(models: Path) -> None:
    folder = models / DL4J / "modelimport/keras/fullconfigs/lstm"
    model = load(folder / "lstm_th_keras_2_config.json", weights=folder / "lstm_th_keras_2_weights.h5")
    expected = np.load(folder / "predictions.npy")
    rows = [np.loadtxt(folder / f"data/sequences/{i}.csv", np.float32, delimiter=";") for i in range(len(expected))]
    assert_same(model.predict(np.stack(rows)[:, :, :12])[:, 0], expected)


def of_keras_1(entry: Entry) -> bool:
    return str(entry["keras_version"] or entry["era"].removeprefix("Keras ")).startswith("1")


# every third one always, and those with code of their own; all of them with `pytest -m slow`
against_oracles = [
    pytest.param(e, id=e["file"].removeprefix(DL4J), marks=[pytest.mark.slow] if i % 3 and e["file"] not in CUSTOM else [])
    for i, e in enumerate(e for e in opening if not e["golden"] and not of_keras_1(e))
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("entry", against_oracles)
def test_agrees_with_an_oracle(models: Path, entry: Entry) -> None:
    model = open_entry(entry)
    inputs = inputs_for(model)
    found = oracle_outputs(entry, inputs)
    if found is None:
        pytest.skip("not run: neither tf_keras nor keras can open the file")
    assert largest_difference(flat(model.predict(inputs)), found[1]) < 1e-5


@by_file([e for e in entries() if e["file"] in CUSTOM])
def test_asks_for_the_authors_code(models: Path, entry: Entry) -> None:
    with pytest.raises(UnknownLayerError, match="pass --custom"):
        open_entry(entry, custom=None)


@by_file([e for e in entries() if e["file"] in CUSTOM])
def test_converts_with_the_authors_code(models: Path, entry: Entry, tmp_path: Path) -> None:
    report = kport.convert(open_entry(entry), to="onnx", output=tmp_path / "model.onnx")
    assert [target.status for target in report.targets] == ["passed"]


def test_custom_layer_from_a_file(models: Path) -> None:
    """The configuration is text within the text, of Keras 2; the weights are those of Keras 1 on Theano, under other names."""
    (entry,) = (e for e in entries() if "RocAlphaGo" in e["file"])
    model = open_entry(entry)
    assert model.predict(inputs_for(model)).shape == (2, 361)


def test_source(models: Path) -> None:
    """Where a model came from, for reports."""
    (entry,) = (e for e in entries() if e["file"].endswith("gender_mini_XCEPTION.21-0.95.hdf5"))
    _, source = load_source(models / entry["file"])
    assert source.sha256 == entry["sha256"]
    assert (source.format, source.keras_version, source.backend) == ("HDF5 model", entry["keras_version"], "tensorflow")
    assert source.dialect == "Keras 2"
