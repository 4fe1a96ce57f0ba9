"""What a `.keras` archive is beyond its layers: old generations, names, masks, bytes, contract, back ends, refusals."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport import layers, models, ops
from kport.cli import main
from kport.converters.contract import KEY, PARITY_KEY
from kport.converters.keras import archive, runner, target
from kport.converters.keras.target import TARGET
from kport.converters.target import Options
from kport.errors import MissingComponentError, UnsupportedError, UsageError
from kport.layers.keras_tensor import KerasTensor
from kport.models import Model
from kport.saving import load
from kport.trace import trace
from tests.compare import assert_same
from tests.converters.grid import agrees
from tests.layers.oracle import random_weights

pytestmark = pytest.mark.filterwarnings("ignore")

RNG = np.random.default_rng(4)
FIXTURE = Path(__file__).parent.parent.parent / "fixtures" / "gender_mini_xception.h5"


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def randomized(model: Model) -> Model:
    model.set_weights(random_weights(model.weights, "keras"))
    return model


def sequential(*parts: Any) -> Model:
    return randomized(models.Sequential(list(parts)))


def check(model: Model, inputs: list[np.ndarray], path: Path) -> dict[str, Any]:
    """Keras computes what the reference does; gives what config.json has of the model."""
    agrees(TARGET, model, trace(model), inputs, path)
    config: dict[str, Any] = config_of(path)["config"]
    return config


def config_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as file:
        found: dict[str, Any] = json.loads(file.read("config.json"))
    return found


def classes(config: dict[str, Any]) -> list[str]:
    return [entry["class_name"] for entry in config["layers"]]


def test_layers_that_keras_3_has_stay_as_they_are(tmp_path: Path) -> None:
    model = sequential(layers.Input((6,)), layers.Dense(4, activation="relu"), layers.BatchNormalization(), layers.Dense(2))
    config = check(model, [floats(3, 6)], tmp_path / "m.keras")
    assert classes(config) == ["InputLayer", "Dense", "BatchNormalization", "Dense"]


def maxout(x: KerasTensor) -> KerasTensor:
    return layers.MaxoutDense(3, name="maxout")(x)


def locally(x: KerasTensor) -> KerasTensor:
    return layers.LocallyConnected1D(3, 2, activation="relu")(ops.expand_dims(x, -1))


def gated(x: KerasTensor) -> KerasTensor:
    return layers.LSTM(3, recurrent_activation="hard_sigmoid_keras2")(layers.Reshape((3, 2))(x))


def gated_unit(x: KerasTensor) -> KerasTensor:
    return layers.GRU(3, recurrent_activation="hard_sigmoid_keras2", reset_after=False)(layers.Reshape((3, 2))(x))


def activation(x: KerasTensor) -> KerasTensor:
    return layers.Dense(4, activation="hard_sigmoid_keras2")(x)


def function(x: KerasTensor) -> KerasTensor:
    return layers.Lambda(lambda x: ops.exp(x) / ops.sum(ops.exp(x), axis=-1, keepdims=True))(x)


@pytest.mark.parametrize("build", [maxout, locally, gated, gated_unit, activation, function], ids=lambda f: f.__name__)
def test_what_keras_3_dropped_is_said_by_what_it_has(build: Callable[[KerasTensor], KerasTensor], tmp_path: Path) -> None:
    x = layers.Input((6,), name="x")
    model = randomized(models.Functional(x, layers.Dense(2, name="y")(layers.Flatten()(build(x)))))
    config = check(model, [floats(3, 6)], tmp_path / "m.keras")
    assert config["output_layers"][0] == "y" or config["output_layers"][0][0] == "y"


def test_channels_first_runs_on_tensorflow_too(tmp_path: Path) -> None:
    """TensorFlow has no kernels for it on a CPU. Transpositions between the layers cancel."""
    parts = [layers.Input((3, 8, 8)), layers.Conv2D(4, 3, data_format="channels_first")]
    parts += [layers.MaxPooling2D(2, data_format="channels_first"), layers.Conv2D(2, 2, data_format="channels_first")]
    config = check(sequential(*parts, layers.Flatten()), [floats(2, 3, 8, 8)], tmp_path / "m.keras")
    assert classes(config).count("Transpose") == 2


def test_names_that_keras_3_refuses_are_changed_and_given_back(tmp_path: Path) -> None:
    x = layers.Input((4,), name="in/x")
    model = randomized(models.Functional(x, layers.Dense(2, name="conv1/bn")(layers.Dense(3, name="conv1_bn")(x))))
    config = check(model, [floats(2, 4)], tmp_path / "m.keras")
    assert [entry["name"] for entry in config["layers"]] == ["in_x", "conv1_bn", "conv1_bn_"]
    assert [layer.name for layer in model.layers] == ["in/x", "conv1_bn", "conv1/bn"]


def test_masks_as_keras_2_merged_them(tmp_path: Path) -> None:
    x = layers.Input((5,), dtype="int32", name="x")
    e = layers.Embedding(9, 3, mask_zero=True)(x)
    added = layers.Add(name="added")
    y = layers.LSTM(2, name="y")(added([e, layers.Dense(3)(layers.Lambda(ops.abs)(e))]))
    model = randomized(models.Functional(x, y))
    added.any_masks = True
    check(model, [np.array([[1, 2, 3, 0, 0], [4, 5, 6, 7, 8]], np.int32)], tmp_path / "m.keras")


def test_a_nested_model_with_an_old_layer_and_shared_weights(tmp_path: Path) -> None:
    a = layers.Input((4,))
    inner = models.Functional(a, layers.Dense(4, name="same")(layers.Highway()(a)), name="inner")
    x, z = layers.Input((4,), name="b"), layers.Input((4,), name="a")
    same = layers.Dense(2, name="same")
    model = randomized(models.Functional([x, z], [same(inner(x)), same(inner(z)), x]))
    check(model, [floats(2, 4), floats(2, 4)], tmp_path / "m.keras")


def test_dictionaries_of_inputs_and_outputs(tmp_path: Path) -> None:
    x = {name: layers.Input((4,), name=name) for name in ("left", "right")}
    y = {"sum": layers.ThresholdedReLU(0.1)(layers.Add()(list(x.values()))), "first": layers.Dense(1)(x["left"])}
    model = randomized(models.Functional(x, y))
    check(model, [floats(2, 4), floats(2, 4)], tmp_path / "m.keras")
    result = TARGET.predict(tmp_path / "m.keras", {"left": floats(2, 4), "right": floats(2, 4)})
    assert list(result) == ["first", "sum"]


def test_a_large_constant_is_a_weight(tmp_path: Path) -> None:
    table = floats(20, 6)
    x = layers.Input((20, 6), name="x")
    check(models.Functional(x, layers.Lambda(lambda x: x * table)(x)), [floats(2, 20, 6)], tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        assert file.getinfo("config.json").file_size < 8000


def test_what_is_the_users_own_for_training_is_left_out(tmp_path: Path) -> None:
    def ones(shape: Any, dtype: str = "float32") -> np.ndarray:
        return np.ones(shape, dtype)

    model = sequential(layers.Input((3,)), layers.Dense(2, kernel_initializer=ones))
    check(model, [floats(2, 3)], tmp_path / "m.keras")


def test_mixed_precision_is_written_as_float32(tmp_path: Path) -> None:
    model = sequential(layers.Input((3,)), layers.Dense(2, dtype="mixed_float16"))
    check(model, [floats(2, 3)], tmp_path / "m.keras")


def test_everything_that_cannot_be_said_is_reported_at_once(tmp_path: Path) -> None:
    x = layers.Input((None, 3), name="x")
    y = layers.GRU(2, activation=lambda x: ops.sin(x), return_sequences=True, name="first")(x)
    model = models.Functional(x, layers.GRU(2, activation=lambda x: ops.cos(x), name="second")(y))
    with pytest.raises(UnsupportedError) as caught:
        TARGET.write_model(model, tmp_path / "m.keras", {}, Options())  # type: ignore[misc]
    text = str(caught.value)
    assert "layer 'first': Scan" in text and "layer 'second': Scan" in text and "loop" in text
    assert not (tmp_path / "m.keras").exists()


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        kport.convert(FIXTURE, "keras", tmp_path / f"{name}.keras", verify=False)
        time.sleep(1.1)  # HDF5 knows times in seconds
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()


@pytest.mark.parametrize("backend", ["jax", "numpy", "tensorflow"])
def test_every_back_end(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", backend)
    result = kport.convert(FIXTURE, "keras", tmp_path / "m.keras").targets[0]
    assert result.status == "passed", result.reason
    assert result.runtime is not None and result.runtime.endswith(f"({backend})")
    runner.process(backend).close()


def test_the_contract_is_in_the_archive_and_can_be_added_to(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    report = kport.convert(FIXTURE, "keras", path).targets[0]
    assert report.status == "passed"
    found = TARGET.read_contract(path)
    assert found is not None
    assert json.loads(found[KEY])["source"]["path"] == FIXTURE.name
    assert "passed in keras" in found[PARITY_KEY]
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert [info.filename for info in file.infolist()] == ["config.json", "model.weights.h5", "metadata.json"]
    assert_same([load(path).predict(x := floats(1, 64, 64, 1))], [load(FIXTURE).predict(x)], 1e-6, 1e-6)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x89HDF\r\n\x1a\n"])
def test_files_that_are_no_archive(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    assert not archive.recognises(path) and archive.read_contract(path) is None
    assert not archive.recognises(tmp_path) and not archive.recognises(tmp_path / "nothing")


def test_a_corrupted_weight_fails_and_its_layer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import h5py

    original = target.write_archive

    def corrupting(path: Path, config: Any, weights: Path, *more: Any) -> None:
        with h5py.File(weights, "r+") as file:
            file["layers/dense_1/vars/0"][...] += 1.0
        original(path, config, weights, *more)

    monkeypatch.setattr(target, "write_archive", corrupting)
    parts = [layers.Dense(4, name=name, activation="tanh") for name in ("one", "two", "three")]
    model = sequential(layers.Input((6,)), *parts)
    result = kport.convert(model, "keras", tmp_path / "m.keras").targets[0]
    assert (result.status, result.first_diverging_layer) == ("failed", "two")
    assert not (tmp_path / "m.keras").exists()


def test_a_model_of_somebody_else_is_computed_by_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(tmp_path / "m.keras")
    monkeypatch.setattr(runner, "installed", lambda: pytest.fail("the reference needs no Keras"))
    assert next(iter(kport.predict(tmp_path / "m.keras", floats(2, 3)).values())).shape == (2, 2)


def test_without_keras_it_is_written_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> list[str]:
        raise MissingComponentError("pip install 'kport[keras]'")

    monkeypatch.setattr(runner, "installed", absent)
    monkeypatch.setattr(runner, "_last", [])
    result = kport.convert(FIXTURE, "keras", tmp_path / "m.keras").targets[0]
    assert result.status == "not run" and "kport[keras]" in str(result.reason)


def test_wrong_inputs_are_told(tmp_path: Path) -> None:
    model = sequential(layers.Input((3,), name="x"), layers.Dense(2))
    TARGET.write_model(model, tmp_path / "m.keras", {}, Options())  # type: ignore[misc]
    with pytest.raises(UsageError, match="expected 1 inputs"):
        TARGET.run(tmp_path / "m.keras", [floats(2, 3), floats(2, 3)])


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["convert", str(FIXTURE), "--to", "keras", "-o", str(tmp_path / "m.keras")])
    assert ended.value.code == 0
    assert "passed" in capsys.readouterr().out
