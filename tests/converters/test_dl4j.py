"""What a file for DL4J is beyond its layers: names, order, sizes, contract, bytes; and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import kport
from kport import layers, models, ops
from kport.converters import targets
from kport.converters.dl4j import reader
from kport.converters.dl4j.target import TARGET
from kport.converters.prepare import prepare
from kport.converters.runtime_process import RuntimeProcess
from kport.converters.target import Options
from kport.errors import UnsupportedError, UsageError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.layers.keras_tensor import KerasTensor
from kport.trace import trace
from tests.compare import assert_same
from tests.layers.oracle import random_weights

pytestmark = pytest.mark.filterwarnings("ignore")
RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def dl4j(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("jvm")


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def traced(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: str = "float32") -> Graph:
    """The graph of the model that `function` makes from inputs of these shapes (without the batch), with random weights."""
    inputs = [layers.Input(shape=shape, dtype=dtype, name=f"in_{i}") for i, shape in enumerate(shapes)]
    model = models.Functional(inputs, function(*inputs))
    model.set_weights(random_weights(model.weights, "dl4j"))
    return trace(model)


def written(graph: Graph, path: Path) -> Path:
    TARGET.write(prepare(graph, TARGET, Options()), path, {}, Options())
    return path


def agrees(graph: Graph, inputs: list[np.ndarray], path: Path) -> None:
    outputs = TARGET.run(written(graph, path), inputs)
    assert_same(outputs, [np.asarray(e) for e in interpret(graph, inputs)], 1e-4, 1e-5)


def images(x: KerasTensor) -> KerasTensor:
    y = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, padding="same")(x)))
    y = layers.DepthwiseConv2D(3, padding="same")(layers.Concatenate()([y, layers.Activation("swish")(y)]))
    y = layers.Add()([layers.SeparableConv2D(16, 3, padding="same")(y), y])
    y = layers.UpSampling2D(2)(layers.MaxPooling2D(2, padding="same")(y))
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(y))


def test_sizes_that_are_not_known(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    graph = traced(images, (None, None, 3))
    for batch, height, width in ((1, 8, 8), (3, 12, 9)):
        agrees(graph, [floats(batch, height, width, 3)], tmp_path / "model.dl4j.h5")


def test_sequences_of_unknown_length(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    def function(x: KerasTensor) -> list[KerasTensor]:
        y = layers.Embedding(20, 8)(x)
        y = layers.Conv1D(8, 3, padding="causal", activation="relu")(y)
        both = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(y)
        backwards = layers.SimpleRNN(3, go_backwards=True)(both)
        return [layers.Dense(2)(both), backwards, layers.LSTM(4)(both)]

    graph = traced(function, (None,), dtype="int32")
    for length in (3, 7):
        agrees(graph, [RNG.integers(0, 20, (2, length)).astype(np.int32)], tmp_path / "model.dl4j.h5")


def test_masks_and_states_unroll_a_loop_of_known_length(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    def function(x: KerasTensor) -> list[KerasTensor]:
        y = layers.Embedding(20, 6, mask_zero=True)(x)
        z, h, c = layers.LSTM(4, return_sequences=True, return_state=True)(y)
        return [layers.GRU(3)(z), h, c]

    tokens = np.array([[3, 4, 5, 0, 0], [7, 0, 0, 0, 0], [0, 2, 0, 9, 1], [0, 0, 0, 0, 0]], np.int32)
    agrees(traced(function, (5,), dtype="int32"), [tokens], tmp_path / "model.dl4j.h5")
    with pytest.raises(UnsupportedError, match=r"one is unrolled only where its number of steps is known.*--input-shape"):
        written(traced(function, (None,), dtype="int32"), tmp_path / "other.dl4j.h5")


def test_attention(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    graph = traced(lambda x: layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x), (5, 6))
    agrees(graph, [floats(2, 5, 6)], tmp_path / "model.dl4j.h5")


def test_names_and_order_are_those_of_the_keras_model(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    second, first = layers.Input((3,), name="second"), layers.Input((4,), name="first/a b")
    hidden = layers.Dense(2, name="hidden")(first)
    graph = trace(models.Functional([second, first], [layers.Activation("relu", name="out_b")(hidden), hidden, second]))
    path = tmp_path / "model.dl4j.h5"
    inputs = [floats(2, 3), floats(2, 4)]
    agrees(graph, inputs, path)
    table = reader.names(path)
    assert [p.name for p in table.inputs] == graph.input_names and [p.name for p in table.outputs] == graph.output_names
    assert [p.layer for p in table.inputs] == ["second", "input_1"]
    with h5py.File(path) as file:
        config = json.loads(file.attrs["model_config"])["config"]
    assert config["input_layers"] == [["second", 0, 0], ["input_1", 0, 0]]
    assert [name for name, *_ in config["output_layers"]] == [p.layer for p in table.outputs]
    predicted = TARGET.predict(path, dict(zip(graph.input_names, inputs, strict=True)))
    assert list(predicted) == graph.output_names


def test_dtypes_are_those_of_the_keras_model(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    graph = Graph("case")
    x = graph.add_input("x", TensorType("int64", (None, 3)))
    graph.set_outputs([ops.add(x, x), ops.greater(x, 2), ops.any(ops.equal(x, 0), -1)], ["twice", "more", "none"])
    agrees(graph, [np.array([[1, 2, 3], [0, 1 << 20, -4]])], tmp_path / "model.dl4j.h5")


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    graph = traced(images, (8, 8, 3))
    files = [written(graph, tmp_path / f"{i}.dl4j.h5").read_bytes() for i in range(2)]
    assert files[0] == files[1]


def test_images_channels_first_at_the_border(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    fixture = Path(__file__).parents[2] / "fixtures" / "gender_mini_xception.h5"
    report = kport.convert(fixture, to="dl4j", output=tmp_path / "model.dl4j.h5", input_layout="nchw").targets[0]
    assert report.status == "passed"
    contract = TARGET.read_contract(tmp_path / "model.dl4j.h5")
    assert contract is not None and json.loads(contract["kport.contract"])["inputs"][0]["shape"] == [None, 1, 64, 64]


def test_any_keras_2_opens_the_file(tmp_path: Path) -> None:
    """It is a Keras file like any other."""
    graph = traced(images, (8, 8, 3))
    x = floats(2, 8, 8, 3)
    model = kport.load(written(graph, tmp_path / "model.dl4j.h5"))
    assert_same(np.asarray(model.predict(x)), np.asarray(interpret(graph, [x])[0]), 1e-5, 1e-6)


def test_inner_tensors_by_the_names_of_their_values(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    """An activation writes over what it reads; what is observed is what each layer gave."""
    graph = traced(images, (8, 8, 3))
    x = floats(2, 8, 8, 3)
    expected: dict[str, np.ndarray] = {}
    interpret(graph, [x], observe=lambda value, array: expected.update({value.name: array}))
    assert TARGET.observe is not None
    observed = TARGET.observe(written(graph, tmp_path / "model.dl4j.h5"), [x])
    shared = observed.keys() & expected.keys()
    assert len(shared) >= 8
    for name in shared:
        assert_same(observed[name], expected[name], 1e-4, 1e-5, name)


def test_a_diverging_layer_is_named(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    """A weight that was changed after the file was written."""
    x = layers.Input((6,), name="x")
    inner = layers.Dense(5, activation="tanh", name="inner")(x)
    model = models.Functional([x], layers.Dense(3, name="last")(inner))
    path = tmp_path / "model.dl4j.h5"
    assert kport.convert(model, to="dl4j", output=path).targets[0].status == "passed"
    with h5py.File(path, "r+") as file:
        group = next(g for name, g in file["model_weights"].items() if name.endswith("dense"))
        next(iter(group.values()))["kernel:0"][...] += 1
    report = kport.verify(model, path).targets[0]
    assert report.status == "failed" and report.first_diverging_layer == "inner"


def test_contract_and_recognition(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    x = layers.Input((6,), name="x")
    model = models.Functional([x], layers.Dense(3, name="y")(x))
    path = tmp_path / "model.dl4j.h5"
    kport.convert(model, to="dl4j", output=path)
    assert targets.recognise(path) is TARGET
    contract = TARGET.read_contract(path)
    assert contract is not None and "passed in DL4J 1.0.0-M2.1" in contract["kport.parity"]
    assert json.loads(contract["kport.contract"])["inputs"] == [{"name": "x", "shape": [None, 6], "dtype": "float32"}]
    assert dl4j.ask({"ask": "self-test", "artifact": str(path)})["passed"]
    with h5py.File(path, "r+") as file:
        next(iter(file["model_weights"]["L0001_dense"].values()))["kernel:0"][...] += 1
    assert not dl4j.ask({"ask": "self-test", "artifact": str(path)})["passed"]


def test_other_files_are_not_recognised(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.h5"
    garbage.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(40))
    fixture = Path(__file__).parents[2] / "fixtures" / "gender_mini_xception.h5"
    for path in (tmp_path, tmp_path / "absent", garbage, fixture):
        assert not TARGET.recognises(path) and TARGET.read_contract(path) is None


REFUSED: dict[str, tuple[Callable[..., Any], tuple[tuple[int | None, ...], ...], str]] = {
    "normalisation of layers": (layers.LayerNormalization(), ((4,),), "layer '.*': Sqrt: .*imports no layer that takes roots"),
    "rank 6": (layers.Activation("relu"), ((2, 2, 2, 2, 2),), "DL4J's arrays have up to 5 axes"),
    "an unknown size reshaped": (layers.Reshape((-1, 2)), ((None, 4),), "give the unknown ones with --input-shape"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why(name: str, tmp_path: Path) -> None:
    function, shapes, reason = REFUSED[name]
    with pytest.raises(UnsupportedError, match=reason):
        written(traced(function, *shapes), tmp_path / "model.dl4j.h5")


def test_half_precision_is_refused(tmp_path: Path) -> None:
    model = models.Functional([x := layers.Input((3,))], layers.Dense(2)(x))
    with pytest.raises(UsageError, match="target dl4j has no option --precision"):
        kport.convert(model, to="dl4j", output=tmp_path / "model.h5", precision="float16")


def test_the_wrong_number_of_inputs(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    path = written(traced(layers.Dense(2), (3,)), tmp_path / "model.dl4j.h5")
    with pytest.raises(UsageError, match="expected 1 inputs"):
        TARGET.run(path, [floats(2, 3), floats(2, 3)])


def test_converting_imports_neither_tensorflow_nor_keras(tmp_path: Path) -> None:
    code = (
        "import sys, kport\n"
        f"kport.convert({str(Path(__file__).parents[2] / 'fixtures' / 'gender_mini_xception.h5')!r}, to='dl4j', "
        f"output={str(tmp_path / 'model.dl4j.h5')!r}, verify=False)\n"
        "assert not {'tensorflow', 'keras', 'tf_keras'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / "model.dl4j.h5").exists()


def test_the_fixture_end_to_end(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    fixture = Path(__file__).parents[2] / "fixtures" / "gender_mini_xception.h5"
    report = kport.convert(fixture, to="dl4j", output=tmp_path / "model.dl4j.h5").targets[0]
    assert report.status == "passed" and (report.runtime or "").startswith("DL4J 1.0.0-M2.1")
