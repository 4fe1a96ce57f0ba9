"""What a package is beyond its operations: systems, precision, names, sizes, metadata, files, and how it is told by content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import kport
from kport import layers, models, ops
from kport.converters import targets
from kport.converters.contract import KEY
from kport.converters.coreml import interpreter, package, runner
from kport.converters.coreml.library import mil
from kport.converters.coreml.os_version import VERSIONS
from kport.converters.coreml.target import TARGET
from kport.converters.coreml.writer import BATCH, ELSE
from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.errors import FileError, KportError, UnsupportedError, UsageError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.layers.keras_tensor import KerasTensor
from kport.ops.pool import MaxPool
from kport.trace import trace
from tests.compare import assert_same
from tests.layers.oracle import random_weights

RNG = np.random.default_rng(3)
NAME = "model.mlpackage"


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def model_of(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: str = "float32") -> Graph:
    """The graph of the functional model that `function` makes from inputs of these shapes (without the batch)."""
    inputs = [layers.Input(shape=shape, dtype=dtype, name=f"in_{i}") for i, shape in enumerate(shapes)]
    return traced(models.Functional(inputs, function(*inputs)))


def traced(model: models.Functional) -> Graph:
    """With random weights, biases and statistics included."""
    model.set_weights(random_weights(model.weights, "coreml"))
    return trace(model)


def write(graph: Graph, path: Path, options: Options = Options(), contract: str = "{}") -> Any:  # noqa: B008
    """Writes the graph; gives the model in the package."""
    TARGET.write(prepare(graph, TARGET, options), path, {KEY: contract}, options)
    return read(path)


def read(path: Path) -> Any:
    model = mil().model.Model()
    model.ParseFromString((path / "Data" / package.AUTHOR / package.MODEL).read_bytes())
    return model


def agrees(graph: Graph, inputs: list[np.ndarray], path: Path, options: Options = Options()) -> Any:  # noqa: B008
    """The package computes what the interpreter of the graph computes; gives the model in it."""
    model = write(graph, path, options)
    bound = TARGET.tolerances[options.precision]
    assert_same(TARGET.run(path, inputs), [np.asarray(e) for e in interpret(graph, inputs)], bound.rtol, bound.atol)
    return model


def operations(block: Any) -> list[Any]:
    """The operations of a block and of those in it, without constants."""
    return [
        found
        for op in block.operations
        for found in ([] if op.type == "const" else [op, *(o for inner in op.blocks for o in operations(inner))])
    ]


def kinds(model: Any) -> list[str]:
    (block,) = model.mlProgram.functions["main"].block_specializations.values()
    return [op.type for op in operations(block)]


def images(x: KerasTensor) -> KerasTensor:
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = layers.Activation("hard_silu")(layers.BatchNormalization()(x))
    x = layers.UpSampling2D(2, interpolation="bilinear")(layers.MaxPooling2D(2, padding="same")(x))
    x = layers.AveragePooling2D(3, strides=2, padding="same")(x)
    x = layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="mish")(x)
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))


def sequences(x: KerasTensor) -> KerasTensor:
    x = layers.Embedding(20, 8, mask_zero=True)(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, attended]))
    x = layers.Dense(8, activation="gelu")(x)
    return layers.Dense(2)(layers.GRU(4)(x))


TOKENS = np.array([[3, 4, 5, 0, 0], [7, 0, 0, 0, 0], [0, 2, 0, 9, 1], [0, 0, 0, 0, 0]], np.int32)
"""Padded on the right, with holes, and empty."""


@pytest.mark.parametrize("precision", ["float32", "float16"])
@pytest.mark.parametrize("min_os", ["ios15", "ios16", "ios17", "ios18", "macOS13"])
def test_every_system(min_os: str, precision: str, tmp_path: Path) -> None:
    """Images and sequences of sizes that aren't known."""
    options = Options(min_os=min_os, precision=precision)
    model = agrees(model_of(images, (None, None, 3)), [floats(2, 9, 8, 3)], tmp_path / NAME, options)
    assert model.specificationVersion == VERSIONS[min_os.lower()]
    assert list(model.mlProgram.functions["main"].block_specializations) == [f"CoreML{model.specificationVersion - 1}"]
    agrees(model_of(sequences, (None,), dtype="int32"), [TOKENS], tmp_path / "sequences.mlpackage", options)


def test_a_system_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match=r"expected --min-os ios15, .*macos12.* Received: ios14"):
        prepare(model_of(images, (8, 8, 3)), TARGET, Options(min_os="ios14"))


def test_half_precision_keeps_the_border_and_halves_the_weights(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.Dense(64)(layers.Dense(64)(x)), (64,))
    sizes = {}
    for precision in ("float32", "float16"):
        path = tmp_path / f"{precision}.mlpackage"
        model = agrees(graph, [floats(2, 64)], path, Options(precision=precision))
        assert model.description.input[0].type.multiArrayType.dataType == 65568  # FLOAT32
        sizes[precision] = (path / "Data" / package.AUTHOR / "weights" / "weight.bin").stat().st_size
    assert sizes["float16"] == pytest.approx(sizes["float32"] / 2, rel=0.05)


def test_padding_is_always_said_in_numbers(tmp_path: Path) -> None:
    model = write(model_of(images, (None, None, 3)), tmp_path / NAME)
    (block,) = model.mlProgram.functions["main"].block_specializations.values()
    texts = {op.attributes["val"].immediateValue.tensor.strings.values[0] for op in block.operations if _is_text(op)}
    assert "custom" in texts and not texts & {"same", "valid", "same_lower"}


def _is_text(op: Any) -> bool:
    return op.type == "const" and bool(op.attributes["val"].immediateValue.tensor.strings.values)


def test_native_operations(tmp_path: Path) -> None:
    def function(x: KerasTensor) -> KerasTensor:
        x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
        return layers.Dense(2)(layers.SimpleRNN(3)(layers.LayerNormalization()(x)))

    found = kinds(write(model_of(function, (9, 4)), tmp_path / NAME))
    assert [found.count(op) for op in ("lstm", "rnn", "layer_norm", "linear", "while_loop")] == [1, 1, 1, 1, 0]
    assert "split" not in found  # both directions come in one tensor, as they are wanted


def test_a_layer_that_core_ml_computes_wrong_is_a_loop(tmp_path: Path) -> None:
    """CoreML's gru has another formula than documented and leaves all samples but the first zero."""
    found = kinds(agrees(model_of(layers.GRU(4), (12, 3)), [floats(3, 12, 3)], tmp_path / NAME))
    assert "gru" not in found and found.count("while_loop") == 1


@pytest.mark.parametrize(
    ("shape", "shared", "native"), [((5, 3), 2, False), ((4, 5, 6, 3), (2, 3, 4), False), ((3, 4, 5), (2, 3), True)]
)
def test_slopes_by_channel_are_native_for_images_only(shape: Any, shared: Any, native: bool, tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.PReLU(shared_axes=shared)(x), shape)
    model = agrees(graph, [floats(2, *shape)], tmp_path / NAME)
    assert ("prelu" in kinds(model)) == native


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_attention_is_one_operation_from_ios_18_on(precision: str, tmp_path: Path) -> None:
    def plain(x: KerasTensor) -> KerasTensor:
        return layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x)

    options = Options(min_os="ios18", precision=precision)
    for sizes in ((None, 8), (6, 8)):
        path = tmp_path / f"{sizes[0]}.mlpackage"
        found = kinds(agrees(model_of(plain, sizes), [floats(2, 6, 8)], path, options))
        assert found.count("scaled_dot_product_attention") == 1 and not {"softmax", "matmul"} & set(found)
    assert "softmax" in kinds(write(model_of(plain, (6, 8)), tmp_path / "older.mlpackage", Options(min_os="ios17")))


def test_a_gru_that_core_ml_computes_right_is_native(tmp_path: Path) -> None:
    x = layers.Input(batch_shape=(1, 12, 3), name="x")
    graph = traced(models.Functional([x], layers.GRU(4, reset_after=False, return_sequences=True, go_backwards=True)(x)))
    found = kinds(agrees(graph, [floats(1, 12, 3)], tmp_path / NAME))
    assert found.count("gru") == 1 and "while_loop" not in found


def test_the_hard_sigmoid_of_keras_2_is_the_lstm_s_own(tmp_path: Path) -> None:
    graph = Graph()
    x = graph.add_input("x", TensorType("float32", (None, 5, 3)))
    weights = [floats(3, 16), floats(4, 16), floats(16)]
    y, *_ = ops.lstm(x, *weights, recurrent_activation="hard_sigmoid_keras2")
    graph.set_outputs([y], ["y"])
    assert kinds(agrees(graph, [3 * floats(2, 5, 3)], tmp_path / NAME)).count("lstm") == 1


def test_a_row_that_is_masked_throughout_attends_to_all_alike(tmp_path: Path) -> None:
    def masked(x: KerasTensor) -> KerasTensor:
        x = layers.Embedding(20, 8, mask_zero=True)(x)
        return layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x, use_causal_mask=True)

    graph = model_of(masked, (5,), dtype="int32")
    found = kinds(agrees(graph, [TOKENS], tmp_path / NAME, Options(min_os="ios18")))
    assert found.count("scaled_dot_product_attention") == 1


def test_scores_that_are_an_output_stay(tmp_path: Path) -> None:
    def both(x: KerasTensor) -> KerasTensor:
        return layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x, return_attention_scores=True)

    found = kinds(agrees(model_of(both, (6, 8)), [floats(2, 6, 8)], tmp_path / NAME, Options(min_os="ios18")))
    assert "scaled_dot_product_attention" not in found


def test_names_and_order_are_those_of_the_keras_model(tmp_path: Path) -> None:
    second, first = layers.Input((3,), name="second/1"), layers.Input((4,), name="first-one")
    hidden = layers.Dense(2, name="hidden")(first)
    graph = traced(models.Functional([second, first], [layers.Activation("relu", name="out_b")(hidden), hidden, second]))
    inputs = [floats(2, 3), floats(2, 4)]
    model = agrees(graph, inputs, tmp_path / NAME)
    assert [f.name for f in model.description.input] == ["second_1", "first_one"]
    given = dict(zip(("second/1", "first-one"), inputs, strict=True))
    assert list(TARGET.predict(tmp_path / NAME, given)) == graph.output_names


def test_names_that_differ_in_what_a_program_does_not_allow(tmp_path: Path) -> None:
    inputs = [layers.Input((3,), name=name) for name in ("x-1", "x/1", "x_1", "1x", "tensor")]
    graph = traced(models.Functional(inputs, layers.Add(name="x.1")(inputs)))
    model = agrees(graph, [floats(2, 3) for _ in inputs], tmp_path / NAME)
    assert [f.name for f in model.description.input] == ["x_1", "x_1_1", "x_1_2", "_1x", "_tensor"]
    assert model.description.output[0].name == "x_1_3"


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float64", "float16"])
def test_dtypes_that_a_border_does_not_have(dtype: str, tmp_path: Path) -> None:
    graph = Graph()
    graph.set_outputs([ops.stop_gradient(graph.add_input("x", TensorType(dtype, (None, 3))))], ["y"])
    array = RNG.integers(0, 2, (2, 3)).astype(dtype)
    for min_os in ("ios15", "ios16"):
        path = tmp_path / f"{min_os}.mlpackage"
        write(graph, path, Options(min_os=min_os))
        (y,) = TARGET.run(path, [array])
        assert y.dtype == array.dtype and np.array_equal(y, array)


def test_integers_beyond_32_bits(tmp_path: Path) -> None:
    x = layers.Input((1,), dtype="int64", name="x")
    write(trace(models.Functional([x], layers.Lambda(lambda x: ops.add(x, x))(x))), tmp_path / NAME)
    with pytest.raises(
        UsageError, match=r"expected integers of 32 bits: CoreML has no others. Received: 4294967296 to 4294967296"
    ):
        TARGET.run(tmp_path / NAME, [np.array([[1 << 32]])])
    big = models.Functional([x], layers.Lambda(lambda x: ops.add(x, np.int64(1 << 40)))(x))
    with pytest.raises(UnsupportedError, match="CoreML's integers have 32 bits"):
        prepare(trace(big), TARGET, Options())


def test_unknown_sizes_have_ranges_and_known_ones_have_not(tmp_path: Path) -> None:
    model = write(model_of(images, (None, 8, 3)), tmp_path / NAME)
    array = model.description.input[0].type.multiArrayType
    assert list(array.shape) == [1, 1, 8, 3]
    ranges = [(r.lowerBound, r.upperBound) for r in array.shapeRange.sizeRanges]
    assert ranges == [(1, BATCH), (1, ELSE), (8, 8), (3, 3)]
    x = layers.Input(batch_shape=(2, 4), name="x")
    fixed = write(traced(models.Functional([x], layers.Dense(3)(x))), tmp_path / "fixed.mlpackage")
    array = fixed.description.input[0].type.multiArrayType
    assert list(array.shape) == [2, 4] and not array.shapeRange.sizeRanges
    assert list(fixed.description.output[0].type.multiArrayType.shape) == [2, 3]


def test_text_is_refused_with_every_layer(tmp_path: Path) -> None:
    x = layers.Input((1,), dtype="string", name="x")
    y = layers.StringLookup(vocabulary=["a", "b"], name="lookup")(x)
    with pytest.raises(UnsupportedError, match="layer 'lookup': Lookup: CoreML has no tensors of text"):
        prepare(trace(models.Functional([x], y)), TARGET, Options())
    with pytest.raises(UnsupportedError, match=r"CoreML has no tensors of text: .* Received: x"):
        write(trace(models.Functional([x], x)), tmp_path / NAME)


def test_a_table_of_integers(tmp_path: Path) -> None:
    x = layers.Input((4,), dtype="int64", name="x")
    graph = trace(models.Functional([x], layers.IntegerLookup(vocabulary=[7, 3, 12])(x)))
    agrees(graph, [np.array([[3, 7, 12, 5], [0, -1, 7, 7]])], tmp_path / NAME)


def test_constants_that_are_shared_are_written_once(tmp_path: Path) -> None:
    def function(x: KerasTensor) -> KerasTensor:
        dense = layers.Dense(64, use_bias=False)
        return dense(dense(dense(x)))

    write(model_of(function, (64,)), tmp_path / NAME)
    weights = tmp_path / NAME / "Data" / package.AUTHOR / "weights" / "weight.bin"
    assert weights.stat().st_size < 2 * 64 * 64 * 4


PROGRAM = """
import sys
from pathlib import Path
import kport
from kport.trace import trace
from tests.converters.test_coreml import FIXTURE, write
write(trace(kport.load(FIXTURE)), Path(sys.argv[1]))
"""
FIXTURE = Path(__file__).parent.parent.parent / "fixtures" / "gender_mini_xception.h5"


def contents(path: Path) -> dict[Path, bytes]:
    return {p.relative_to(path): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    """In one process, with others between, and in one with another seed of hashes."""
    a, b, c = (tmp_path / f"{name}.mlpackage" for name in "abc")
    write(trace(kport.load(FIXTURE)), a)
    loops = model_of(sequences, (None,), dtype="int32")
    write(loops, tmp_path / "loops.mlpackage")
    write(trace(kport.load(FIXTURE)), b)
    write(loops, tmp_path / "again.mlpackage")
    subprocess.run([sys.executable, "-c", PROGRAM, str(c)], check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    assert len(contents(a)) == 3
    assert contents(a) == contents(b) == contents(c)
    assert contents(tmp_path / "loops.mlpackage") == contents(tmp_path / "again.mlpackage")


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_converting_a_file_from_end_to_end(precision: str, tmp_path: Path) -> None:
    report = kport.convert(FIXTURE, "coreml", tmp_path / NAME, precision=precision)
    (found,) = report.targets
    assert (found.status, found.path) == ("passed", str(tmp_path / NAME)), found.reason
    assert found.runtime == TARGET.runtime()
    assert found.bytes == sum(len(data) for data in contents(tmp_path / NAME).values())
    assert kport.convert(FIXTURE, "coreml", tmp_path / NAME, precision=precision).targets[0].status == "passed"
    assert kport.verify(FIXTURE, tmp_path / NAME).targets[0].status == "passed"
    about = TARGET.read_contract(tmp_path / NAME)
    assert about is not None and about["kport.parity"].startswith("passed in ")
    assert json.loads(about[KEY])["golden"]["inputs"].keys() == {"input_1"}


IMPORTED = """
import sys, kport
assert kport.convert(sys.argv[1], "coreml", sys.argv[2]).targets[0].status == "passed"
print(sorted({"tensorflow", "torch", "keras", "sklearn", "xgboost"} & set(sys.modules)))
"""


def test_converting_imports_no_framework_and_says_nothing(tmp_path: Path) -> None:
    """coremltools imports every framework that is installed, unless it is kept from it, and warns of much."""
    command = [sys.executable, "-c", IMPORTED, str(FIXTURE), str(tmp_path / NAME)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr.strip()) == ("[]", "")


def test_a_wrong_package_is_withheld_and_its_first_layer_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(b: Any, node: Any) -> None:
        TARGET.emissions[MaxPool].emit(b, node)
        b.hold(node.outputs, [b("mul", x=b.tensor(node.output), y=b.number(1.5, b.tensor(node.output)))])

    broken = {**TARGET.emissions, MaxPool: replace(TARGET.emissions[MaxPool], emit=wrong)}
    monkeypatch.setattr("kport.converters.coreml.writer.EMISSIONS", broken)
    (found,) = kport.convert(FIXTURE, "coreml", tmp_path / NAME).targets
    assert found.status == "failed" and not (tmp_path / NAME).exists()
    assert found.first_diverging_layer is not None and "add" in found.first_diverging_layer


def test_metadata_and_how_a_package_is_told(tmp_path: Path) -> None:
    path = tmp_path / NAME
    write(model_of(images, (8, 8, 3)), path, contract=json.dumps({"kport": "x"}))
    assert TARGET.recognises(path) and targets.recognise(path) is TARGET
    TARGET.annotate(path, {"kport.parity": "passed"})
    found = TARGET.read_contract(path)
    assert found is not None and json.loads(found[KEY]) == {"kport": "x"} and found["kport.parity"] == "passed"
    assert len(TARGET.run(path, [floats(1, 8, 8, 3)])) == 1
    manifest = json.loads((path / "Manifest.json").read_text())
    assert {e["path"] for e in manifest["itemInfoEntries"].values()} == {
        "com.apple.CoreML/model.mlmodel",
        "com.apple.CoreML/weights",
    }


@pytest.mark.parametrize("content", ["", "{}", '{"rootModelIdentifier": "a", "itemInfoEntries": {}}', "[1]"])
def test_what_is_no_package(content: str, tmp_path: Path) -> None:
    assert not TARGET.recognises(tmp_path) and TARGET.read_contract(tmp_path) is None
    (tmp_path / "Manifest.json").write_text(content)
    assert not TARGET.recognises(tmp_path) and TARGET.read_contract(tmp_path) is None
    assert TARGET.read_contract(tmp_path / "Manifest.json") is None


@pytest.mark.parametrize("min_os", ["ios15", "ios18"])
def test_apple_s_own_reader_takes_it(min_os: str, tmp_path: Path) -> None:
    """It infers every type again and compares."""
    mil()
    from coremltools.converters.mil.frontend.milproto.load import load

    for name, graph in (("i", model_of(images, (None, None, 3))), ("s", model_of(sequences, (None,), dtype="int32"))):
        path = tmp_path / f"{name}.mlpackage"
        model = write(graph, path, Options(min_os=min_os))
        weights = path / "Data" / package.AUTHOR / "weights"
        program = load(model, model.specificationVersion, str(weights))
        assert [v.name for v in program.functions["main"].outputs] == [f.name for f in model.description.output]


def test_a_damaged_package(tmp_path: Path) -> None:
    path = tmp_path / NAME
    write(model_of(images, (8, 8, 3)), path)
    (path / "Data" / package.AUTHOR / package.MODEL).write_bytes(b"\xff\xff\xff")
    assert TARGET.read_contract(path) is None
    with pytest.raises(FileError):
        TARGET.run(path, [floats(1, 8, 8, 3)])


def test_a_changed_weight_is_noticed(tmp_path: Path) -> None:
    graph, x = model_of(layers.Dense(64), (64,)), floats(2, 64)
    write(graph, tmp_path / NAME)
    weights = tmp_path / NAME / "Data" / package.AUTHOR / "weights" / "weight.bin"
    data = bytearray(weights.read_bytes())
    data[4096:4100] = np.float32(3).tobytes()
    weights.write_bytes(data)
    with pytest.raises(AssertionError):
        assert_same(TARGET.run(tmp_path / NAME, [x]), [np.asarray(e) for e in interpret(graph, [x])], 1e-4, 1e-5)


def test_inner_tensors_have_the_names_of_the_graph(tmp_path: Path) -> None:
    graph, x = model_of(images, (8, 8, 3)), floats(1, 8, 8, 3)
    write(graph, tmp_path / NAME)
    assert TARGET.observe is not None
    seen: dict[str, np.ndarray] = {}
    prepared = prepare(graph, TARGET, Options())
    interpret(prepared, [x], observe=lambda v, a: seen.__setitem__(v.name, a))
    observed = TARGET.observe(tmp_path / NAME, [x])
    shared = seen.keys() & observed.keys()
    assert len(shared) >= len(prepared.nodes) - 1
    for name in shared:
        np.testing.assert_allclose(observed[name], seen[name], 1e-4, 1e-5, err_msg=name)


def test_a_package_by_others(tmp_path: Path) -> None:
    graph, x = model_of(lambda x: layers.Dense(2, name="last")(x), (3,)), floats(2, 3)
    model = write(graph, tmp_path / NAME)
    model.description.metadata.ClearField("userDefined")
    (tmp_path / NAME / "Data" / package.AUTHOR / package.MODEL).write_bytes(model.SerializeToString())
    assert TARGET.recognises(tmp_path / NAME) and TARGET.read_contract(tmp_path / NAME) is None
    (expected,) = interpret(graph, [x])
    assert_same([TARGET.predict(tmp_path / NAME, x)["last"]], [np.asarray(expected)], 1e-5, 1e-6)
    assert_same(TARGET.run(tmp_path / NAME, [x]), [np.asarray(expected)], 1e-5, 1e-6)


def test_without_core_ml_the_interpreter_says_so() -> None:
    if runner.is_native():
        assert "CoreML of macOS" in TARGET.runtime()
    else:
        assert "graph-verified" in TARGET.runtime()


class StandIn:
    """What coremltools has on a Mac, computing with the interpreter: for how the runner feeds and reads it."""

    __version__ = "9.9"
    ComputeUnit = SimpleNamespace(CPU_ONLY="cpu")

    def __init__(self) -> None:
        self.models = SimpleNamespace(MLModel=self.load)

    def load(self, path: str, compute_units: str) -> StandIn:
        assert compute_units == "cpu"
        self.path = Path(path)
        return self

    def get_spec(self) -> Any:
        return read(self.path)

    def predict(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        if any(array.shape[-1] == 1 for array in given.values()):
            raise RuntimeError("no such shape")
        return dict(reversed(interpreter.predict(self.path, given).items()))


def test_on_a_mac_core_ml_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = layers.Input((3,), dtype="int64", name="a/b"), layers.Input((3,), name="c")
    model = models.Functional([x, y], [layers.Lambda(lambda x: ops.add(x, 1), name="d/e")(x), layers.ReLU(name="f")(y)])
    write(trace(model), tmp_path / NAME)
    monkeypatch.setattr(runner, "is_native", lambda: True)
    monkeypatch.setattr(runner, "_coremltools", StandIn)
    integers, reals = np.array([[1, 2, 3]]), floats(1, 3)
    more, positive = TARGET.run(tmp_path / NAME, [integers, reals])
    assert more.dtype == np.int64 and (more == integers + 1).all() and np.array_equal(positive, np.maximum(reals, 0))
    assert TARGET.runtime().startswith("CoreML of macOS") and "coremltools 9.9" in TARGET.runtime()
    with pytest.raises(KportError, match="CoreML can't compute this: no such shape"):
        TARGET.run(tmp_path / NAME, [integers[:, :1], reals])


def test_the_wrong_inputs(tmp_path: Path) -> None:
    write(model_of(images, (8, 8, 3)), tmp_path / NAME)
    with pytest.raises(KportError):
        TARGET.run(tmp_path / NAME, [floats(1, 8, 7, 3)])
    with pytest.raises(UsageError, match="expected samples of"):
        TARGET.predict(tmp_path / NAME, floats(1, 8, 7, 3))
