"""--split-preprocessing: the program and the rest together compute what the whole model computes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import kport
from kport import layers
from kport.cli import main
from kport.converters import contract, preprocessing, targets
from kport.converters.preprocessing import Program
from kport.converters.report import TargetReport
from kport.converters.target import Options
from kport.errors import FileError, UsageError

WORDS = ["quick", "the", "over", "brown"]
pytestmark = pytest.mark.filterwarnings("ignore")
NAMES = [name for name in ("onnx", "tflite", "coreml", "savedmodel") if name in targets.MODULES]


def review(**options: Any) -> Any:
    """Text → words → numbers → a score."""
    x = kport.Input((1,), dtype="string", name="review")
    y = layers.TextVectorization(vocabulary=WORDS, name="words", **options)(x)
    if options.get("output_mode", "int") == "int":
        y = layers.GlobalAveragePooling1D()(layers.Embedding(6, 4)(y))
    return kport.Model(x, layers.Dense(2, name="score")(y), name="review")


def house() -> Any:
    """A table's columns, each prepared in its own way; one goes two ways, and one is a number from the start."""
    city, rooms = kport.Input((1,), dtype="string", name="city"), kport.Input((1,), dtype="int64", name="rooms")
    sizes, age = kport.Input((3,), name="sizes"), kport.Input((1,), name="age")
    crossed = layers.Embedding(10, 3)(layers.HashedCrossing(10, name="crossed")([city, rooms]))
    columns = [
        layers.Flatten()(crossed),
        layers.StringLookup(vocabulary=WORDS, output_mode="one_hot", name="city_number")(city),
        layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 9.0], name="even")(sizes),
        layers.Flatten()(layers.Embedding(4, 2)(layers.Discretization([0.0, 0.5, 1.0], name="bins")(age))),
    ]
    return kport.Model([city, rooms, sizes, age], layers.Dense(1, name="price")(layers.Concatenate()(columns)), name="house")


MODELS: dict[str, Callable[[], Any]] = {
    "words of known number": lambda: review(output_sequence_length=5),
    "words of any number": review,
    "counted": lambda: review(output_mode="count"),
    "weighted n-grams": lambda: review(output_mode="tf_idf", ngrams=2, idf_weights=[1.0, 2.0, 3.0, 0.5]),
    "a table": house,
    "hashed": lambda: kport.Sequential(
        [kport.Input((2,), dtype="string", name="x"), layers.Hashing(8, salt=3), layers.Embedding(8, 2)], name="hashed"
    ),
}


def convert(model: Any, name: str, place: Path, **options: Any) -> TargetReport:
    (found,) = kport.convert(model, name, place, split_preprocessing=True, **options).targets
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", MODELS)
def test_program_and_artifact_compute_what_the_model_computes(case: str, name: str, tmp_path: Path) -> None:
    model, place = MODELS[case](), tmp_path / f"made{targets.get(name).suffix}"
    found = convert(model, name, place)
    assert found.status == "passed", found.reason
    assert kport.verify(model, place).exit_status == 0
    beside = place.with_name(place.name + preprocessing.SUFFIX)
    entries = targets.get(name).read_contract(place)
    assert entries is not None
    data = json.loads(entries[contract.KEY])
    assert data["preprocessing"] == json.loads(beside.read_text())
    program = preprocessing.read(beside)
    assert [t["name"] for t in data["inputs"]] == list(program.outputs)
    assert all(t["dtype"] != "string" for t in data["inputs"])
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([place.name, beside.name])


def test_inputs_are_named_after_the_models_inputs_or_the_layers(tmp_path: Path) -> None:
    convert(house(), "onnx", tmp_path / "m.onnx")
    program = preprocessing.read(tmp_path / "m.onnx.preprocessing.json")
    assert list(program.inputs) == ["city", "rooms", "sizes", "age"]
    assert sorted(program.outputs) == ["age", "city_number", "crossed", "sizes"]
    steps = {step.op.name for step in program.steps}
    assert steps == {"CrossHash", "Lookup", "Subtract", "Divide", "Bucketize"}


def test_the_program_is_run_from_python_and_by_predict(tmp_path: Path) -> None:
    model, path = review(output_sequence_length=5), tmp_path / "m.onnx"
    convert(model, "onnx", path)
    texts = {"review": np.array([["The quick, quick fox"], [""]], object)}
    numbers = kport.preprocess(path.with_name("m.onnx.preprocessing.json"), texts)
    assert numbers["review"].tolist() == [[3, 2, 2, 1, 0], [0, 0, 0, 0, 0]]
    expected = kport.predict(model, texts)["score"]
    for given in (texts, numbers):
        np.testing.assert_allclose(kport.predict(path, given)["score"], expected, rtol=1e-5, atol=1e-6)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    model = house()
    for name in ("a.onnx", "b.onnx"):
        convert(model, "onnx", tmp_path / name)
    for end in ("", preprocessing.SUFFIX):
        assert (tmp_path / f"a.onnx{end}").read_bytes() == (tmp_path / f"b.onnx{end}").read_bytes()


def test_a_corrupted_program_fails_the_check(tmp_path: Path) -> None:
    import onnx

    model, path = review(output_sequence_length=5), tmp_path / "m.onnx"
    convert(model, "onnx", path)
    written = onnx.load(path)
    for entry in written.metadata_props:
        entry.value = entry.value.replace('"quick"', '"slow"')
    onnx.save(written, path)
    assert kport.verify(model, path).exit_status == 1


def test_a_model_of_keras_itself(tmp_path: Path) -> None:
    import keras

    x = keras.Input((1,), dtype="string", name="text")
    lookup = keras.layers.TextVectorization(output_sequence_length=4, vocabulary=WORDS)
    y = keras.layers.Dense(3)(keras.layers.Flatten()(keras.layers.Embedding(6, 2)(lookup(x))))
    model = keras.Model(x, y)
    model.save(tmp_path / "m.keras")
    done = CliRunner().invoke(
        main, ["convert", str(tmp_path / "m.keras"), "--to", "tflite", "--split-preprocessing", "-o", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    texts = np.array([["the quick"], ["over, OVER, brown fox!"]], object)
    found = kport.predict(tmp_path / "m.tflite", {"text": texts})
    import tensorflow as tf

    np.testing.assert_allclose(next(iter(found.values())), model(tf.constant(texts.tolist())).numpy(), rtol=1e-5, atol=1e-6)


def test_without_the_option_the_error_names_it(tmp_path: Path) -> None:
    (found,) = kport.convert(review(), "tflite", tmp_path / "m.tflite").targets
    assert found.exit_status == 2
    assert "What to do: --split-preprocessing" in str(found.reason)


def test_a_model_without_preprocessing_has_nothing_to_split(tmp_path: Path) -> None:
    x = kport.Input((4,))
    found = convert(kport.Model(x, layers.Dense(2)(x)), "onnx", tmp_path / "m.onnx")
    assert "Received: a model without them" in str(found.reason)


def test_what_is_not_at_the_inputs_stays(tmp_path: Path) -> None:
    """A mean behind a dense layer isn't preprocessing."""
    x = kport.Input((4,), name="x")
    y = layers.Normalization(mean=1.0, variance=2.0)(layers.Dense(3)(layers.Normalization(mean=0.0, variance=4.0)(x)))
    convert(kport.Model(x, y), "onnx", tmp_path / "m.onnx")
    program = preprocessing.read(tmp_path / "m.onnx.preprocessing.json")
    assert [step.op.name for step in program.steps] == ["Subtract", "Divide"]


@pytest.mark.parametrize("name", [n for n in targets.MODULES if targets.get(n).from_layers(Options())])
def test_targets_written_from_layers_say_so(name: str, tmp_path: Path) -> None:
    found = convert(review(), name, tmp_path / "m")
    assert "--split-preprocessing doesn't cut" in str(found.reason)


@pytest.mark.parametrize(
    "data", [{}, {"inputs": [], "outputs": [], "steps": [{"step": "Exec", "inputs": [], "output": "x"}]}, []]
)
def test_programs_that_are_none(data: Any, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="expected a program of preprocessing"):
        Program.from_json(data)
    (tmp_path / "m.json").write_text("{")
    with pytest.raises(FileError, match="expected a JSON file of preprocessing"):
        preprocessing.read(tmp_path / "m.json")


def test_inputs_of_other_names(tmp_path: Path) -> None:
    convert(review(), "onnx", tmp_path / "m.onnx")
    with pytest.raises(UsageError, match=r"expected arrays for the inputs \['review'\]"):
        kport.preprocess(tmp_path / "m.onnx.preprocessing.json", {"x": np.zeros(1)})
