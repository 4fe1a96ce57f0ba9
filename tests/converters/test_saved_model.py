"""What a SavedModel is beyond its operations: signature, batch, precision, text, bytes, contract, what runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport import layers, models, ops
from kport.converters.contract import KEY, PARITY_KEY
from kport.converters.prepare import prepare
from kport.converters.saved_model import target as module
from kport.converters.saved_model.runner import process
from kport.converters.saved_model.target import TARGET
from kport.converters.target import Options
from kport.errors import KportError, UsageError
from kport.models import Model
from kport.trace import trace
from tests.converters.grid import agrees
from tests.layers.oracle import random_weights

pytestmark = pytest.mark.filterwarnings("ignore")

RNG = np.random.default_rng(4)
ROOT = Path(__file__).parent.parent.parent
FIXTURE = ROOT / "fixtures" / "gender_mini_xception.h5"


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def randomized(model: Model) -> Model:
    model.set_weights(random_weights(model.weights, "saved"))
    return model


def several() -> Model:
    """Inputs and outputs whose names and order are anything but alphabetical, and no identifiers."""
    b, a = layers.Input((4,), name="b/x:y"), layers.Input((None, 4), name="a-1")
    x = layers.GRU(3, name="z")(a)
    return randomized(models.Functional([b, a], [x, layers.Dense(2, name="1st out")(b), x]))


def write(model: Model, path: Path, options: Options = Options()) -> None:  # noqa: B008
    TARGET.write(prepare(trace(model), TARGET, options), path, {}, options)


def test_the_signature_has_the_names_and_the_order_of_the_model(tmp_path: Path) -> None:
    model = several()
    write(model, tmp_path / "m")
    found = process().ask({"ask": "interface", "artifact": str(tmp_path / "m")})
    assert [t["name"] for t in found["inputs"]] == ["b/x:y", "a-1"]
    assert [t["shape"] for t in found["inputs"]] == [[None, 4], [None, None, 4]]
    assert found["outputs"] == ["z", "1st out", "z_1"]


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_any_batch_and_length(batch: int, tmp_path: Path) -> None:
    model = several()
    agrees(TARGET, model, trace(model), [floats(batch, 4), floats(batch, batch + 2, 4)], tmp_path / "m")


def test_tensorflow_loads_it_as_users_do(tmp_path: Path) -> None:
    import tensorflow as tf

    model = randomized(models.Sequential([layers.Input((3,), name="x"), layers.Dense(2, name="y")]))
    write(model, tmp_path / "m")
    x = floats(4, 3)
    served = tf.saved_model.load(str(tmp_path / "m")).signatures["serving_default"](x=tf.constant(x))
    assert list(served) == ["y"]
    np.testing.assert_allclose(served["y"].numpy(), model.predict(x), 1e-5, 1e-6)


def test_weights_lie_beside_the_graph(tmp_path: Path) -> None:
    write(randomized(models.Sequential([layers.Input((300,)), layers.Dense(300)])), tmp_path / "m")
    assert (tmp_path / "m" / "saved_model.pb").stat().st_size < 20_000
    assert (tmp_path / "m" / "variables" / "variables.data-00000-of-00001").stat().st_size > 360_000


def test_text(tmp_path: Path) -> None:
    words = layers.Input((1,), dtype="string", name="words")
    vocabulary = ["the", "cat", "sat", "é"]
    numbers = layers.TextVectorization(vocabulary=vocabulary, output_sequence_length=4)(words)
    model = randomized(models.Functional(words, layers.Embedding(6, 3)(numbers)))
    inputs = [np.array([["The cat, é!"], [""], ["sat on the mat the cat"]], object)]
    agrees(TARGET, model, trace(model), inputs, tmp_path / "m")
    back = layers.StringLookup(vocabulary=vocabulary, invert=True)
    n = layers.Input((2,), dtype="int64")
    texts = models.Functional(n, back(n))
    agrees(TARGET, texts, trace(texts), [np.array([[0, 1], [4, 2]], np.int64)], tmp_path / "texts")


def test_half_precision(tmp_path: Path) -> None:
    result = kport.convert(FIXTURE, "savedmodel", tmp_path / "m.savedmodel", precision="float16").targets[0]
    assert result.status == "passed", result.reason
    whole = kport.convert(FIXTURE, "savedmodel", tmp_path / "whole.savedmodel", verify=False).targets[0]
    assert result.bytes is not None and whole.bytes is not None and result.bytes < 0.7 * whole.bytes


def test_the_same_model_gives_the_same_bytes_whatever_ran_before(tmp_path: Path) -> None:
    """Loops are functions, which TensorFlow numbers in the order of the process."""
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from tests.converters.test_saved_model import several, write\n"
        "for path in sys.argv[2:]: write(several(), Path(path))\n"
    )
    for names in (["a", "b"], ["c"]):
        paths = [str(tmp_path / name) for name in names]
        subprocess.run([sys.executable, "-c", script, str(ROOT), *paths], check=True, capture_output=True)
    contents = [files_of(tmp_path / name) for name in ("a", "b", "c")]
    assert all(content == contents[0] for content in contents)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_contract_is_beside_the_graph(tmp_path: Path) -> None:
    path = tmp_path / "m.savedmodel"
    result = kport.convert(FIXTURE, "savedmodel", path).targets[0]
    assert result.status == "passed" and str(result.runtime).startswith("tensorflow 2")
    found = TARGET.read_contract(path)
    assert found is not None
    assert json.loads(found[KEY])["source"]["path"] == FIXTURE.name and "passed in tensorflow" in found[PARITY_KEY]
    assert module.recognises(path) and not module.recognises(tmp_path) and TARGET.read_contract(tmp_path) is None
    report = kport.verify(FIXTURE, path).targets[0]
    assert report.status == "passed"


def test_predict_and_observe(tmp_path: Path) -> None:
    x = layers.Input((4,), name="x")
    model = randomized(models.Functional(x, layers.Dense(2, name="y")(layers.Dense(3, name="h", activation="tanh")(x))))
    write(model, tmp_path / "m")
    given = floats(2, 4)
    assert list(TARGET.predict(tmp_path / "m", given)) == ["y"]
    assert TARGET.observe is not None
    inner = TARGET.observe(tmp_path / "m", [given])
    kernel, bias = model.layers[1].get_weights()
    assert any(np.allclose(array, np.tanh(given @ kernel + bias), atol=1e-5) for array in inner.values())
    with pytest.raises(UsageError, match="expected 1 inputs"):
        TARGET.run(tmp_path / "m", [given, given])


def test_a_corrupted_weight_fails_and_its_layer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kport.converters.saved_model import writer

    original = writer.write_bundle

    def corrupting(weights: dict[str, Any], prefix: Path) -> None:
        name = next(name for name in weights if name.startswith("two"))
        original({**weights, name: weights[name] + 1.0}, prefix)

    monkeypatch.setattr(writer, "write_bundle", corrupting)
    parts = [layers.Dense(20, name=name, activation="tanh") for name in ("one", "two", "three")]
    model = randomized(models.Sequential([layers.Input((20,)), *parts]))
    result = kport.convert(model, "savedmodel", tmp_path / "m.savedmodel").targets[0]
    assert (result.status, result.first_diverging_layer) == ("failed", "two")


def test_a_broken_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"nothing")
    with pytest.raises(KportError, match="TensorFlow"):
        TARGET.run(tmp_path, [floats(1, 1)])


def test_loops_within_loops(tmp_path: Path) -> None:
    x = layers.Input((None, 3), name="x")
    cell = layers.GRU(2, activation=lambda v: ops.sin(v), return_sequences=True)
    model = randomized(models.Functional(x, layers.LSTM(2, go_backwards=True)(cell(x))))
    agrees(TARGET, model, trace(model), [floats(2, 5, 3)], tmp_path / "m")
