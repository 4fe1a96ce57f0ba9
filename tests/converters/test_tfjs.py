"""What a TF.js graph model is beyond its nodes: files, names, types, fused operations, loops, tables, contract."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport import layers, models, ops
from kport.converters import targets
from kport.converters.border import ask_layout
from kport.converters.contract import KEY, PARITY_KEY
from kport.converters.prepare import prepare
from kport.converters.runtime_process import RuntimeProcess
from kport.converters.target import Options
from kport.converters.tfjs import control, reader, runner, weights
from kport.converters.tfjs.target import TARGET
from kport.errors import FileError, MissingComponentError, UnsupportedError, UsageError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.layers.keras_tensor import KerasTensor
from kport.trace import trace
from tests.conftest import ROOT
from tests.converters.test_tfjs_ops import agrees
from tests.layers.oracle import random_weights

RNG = np.random.default_rng(5)


@pytest.fixture(scope="module", autouse=True)
def browser(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("browser")


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def model_of(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: str = "float32") -> Graph:
    """The graph of the functional model that `function` makes from inputs of these shapes (without the batch)."""
    inputs = [layers.Input(shape=shape, dtype=dtype, name=f"in_{i}") for i, shape in enumerate(shapes)]
    return traced(models.Functional(inputs, function(*inputs)))


def traced(model: models.Functional) -> Graph:
    """With random weights, biases and statistics included."""
    model.set_weights(random_weights(model.weights, "tfjs"))
    return trace(model)


def write(graph: Graph, path: Path, **options: Any) -> dict[str, Any]:
    """Writes the graph; gives what model.json says."""
    wanted = Options(**options)
    TARGET.write(prepare(graph, TARGET, wanted), path, {}, wanted)
    found: dict[str, Any] = json.loads((path / "model.json").read_text())
    return found


def kinds(model: dict[str, Any]) -> list[str]:
    """The operations, but for constants and inputs."""
    return [n["op"] for n in model["modelTopology"]["node"] if n["op"] not in ("Const", "Placeholder")]


def names_of_functions(node: dict[str, Any]) -> list[str]:
    """What is fused into a node."""
    return [base64.b64decode(s).decode() for s in node["attr"]["fused_ops"]["list"]["s"]]


def images(x: KerasTensor) -> KerasTensor:
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = layers.ReLU(max_value=6.0)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.UpSampling2D(2)(layers.MaxPooling2D(2, padding="same")(x))
    x = layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="elu")(x)
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))


def sequences(x: KerasTensor) -> KerasTensor:
    x = layers.Embedding(20, 8, mask_zero=True)(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, attended]))
    return layers.Dense(2)(layers.GRU(4)(layers.Dense(8, activation="gelu")(x)))


TOKENS = np.array([[3, 4, 5, 0, 0], [7, 0, 0, 0, 0], [0, 2, 0, 9, 1], [0, 0, 0, 0, 0]], np.int32)
"""Padded on the right, with holes, and empty."""


def test_activations_are_fused_into_what_comes_before(tmp_path: Path) -> None:
    graph = model_of(images, (10, 12, 3))
    agrees(graph, [floats(2, 10, 12, 3)], tmp_path / "a.tfjs")
    model = write(graph, tmp_path / "b.tfjs")
    found = {n["op"]: names_of_functions(n) for n in model["modelTopology"]["node"] if "fused_ops" in n.get("attr", {})}
    assert found["FusedDepthwiseConv2dNative"] == ["BiasAdd", "Relu"]
    assert found["_FusedConv2D"] == ["BiasAdd", "Elu"]
    assert kinds(model)[:2] == ["_FusedConv2D", "FusedDepthwiseConv2dNative"]
    assert not {"Relu", "Relu6", "Elu", "FusedBatchNormV3", "AddV2", "Mean", "Conv2DBackpropInput"} & set(kinds(model))


@pytest.mark.parametrize("function", ["relu", "relu6", "elu", "sigmoid", "leaky_relu", "prelu"])
@pytest.mark.parametrize("layer", ["conv", "conv1d", "depthwise", "dense", "dense3d", "transposed"])
def test_every_fused_activation(layer: str, function: str, tmp_path: Path) -> None:
    """With a bias and without one."""
    shared = list(range(1, {"conv1d": 2, "dense": 1, "dense3d": 2}.get(layer, 3)))
    activations: dict[str, Callable[[], Any]] = {
        "prelu": lambda: layers.PReLU(shared_axes=shared or None),
        "leaky_relu": lambda: layers.LeakyReLU(negative_slope=0.25),
    }

    def made(bias: bool) -> Any:
        return {
            "conv": lambda: layers.Conv2D(4, 2, use_bias=bias),
            "conv1d": lambda: layers.Conv1D(4, 2, use_bias=bias),
            "depthwise": lambda: layers.DepthwiseConv2D(2, depth_multiplier=2, use_bias=bias),
            "dense": lambda: layers.Dense(4, use_bias=bias),
            "dense3d": lambda: layers.Dense(4, use_bias=bias),
            "transposed": lambda: layers.Conv2DTranspose(4, 3, strides=2, use_bias=bias),
        }[layer]()

    def both(x: KerasTensor) -> list[KerasTensor]:
        new = activations.get(function, lambda: layers.Activation(function))
        return [new()(made(True)(x)), new()(made(False)(x))]

    shape = {"conv1d": (6, 3), "dense": (3,), "dense3d": (6, 3)}.get(layer, (5, 6, 3))
    graph = model_of(both, shape)
    agrees(graph, [floats(2, *shape)], tmp_path / "a.tfjs")
    separate = {"leaky_relu": "LeakyRelu", "prelu": "Prelu", "relu6": "Relu6"}.get(function, function.capitalize())
    is_apart = separate in kinds(write(graph, tmp_path / "b.tfjs"))
    apart = {("depthwise", "leaky_relu"), ("transposed", "prelu")}
    assert is_apart == ((layer, function) in apart)


@pytest.mark.parametrize("layer", [layers.Conv1D, layers.Conv2D, layers.Conv3D, layers.DepthwiseConv2D])
@pytest.mark.parametrize(("window", "stride", "size"), [(3, 4, 8), (2, 3, 9), (3, 5, 11), (1, 2, 7)])
def test_strides_longer_than_the_window(layer: Any, window: int, stride: int, size: int, tmp_path: Path) -> None:
    """The WebAssembly back end's 'same' is wrong there where the strides leave a rest."""
    rank = {layers.Conv1D: 1, layers.Conv3D: 3}.get(layer, 2)
    filters = {} if layer is layers.DepthwiseConv2D else {"filters": 4}
    made = layer(kernel_size=window, strides=stride, padding="same", **filters)
    shape = (*(size,) * rank, 2)
    agrees(model_of(made, shape), [floats(2, *shape)], tmp_path / "a.tfjs")


def test_what_others_read_is_not_fused(tmp_path: Path) -> None:
    def function(x: KerasTensor) -> list[KerasTensor]:
        x = layers.Dense(4)(x)
        return [layers.ReLU()(x), layers.Activation("sigmoid")(x), x]

    agrees(model_of(function, (3,)), [floats(2, 3)], tmp_path / "a.tfjs")


def test_sequences_of_known_length_are_unrolled(tmp_path: Path) -> None:
    graph = model_of(sequences, (5,), dtype="int32")
    agrees(graph, [TOKENS], tmp_path / "a.tfjs")
    model = write(graph, tmp_path / "b.tfjs")
    assert "library" not in model["modelTopology"]
    assert kinds(model).count("BatchMatMulV2") == 2, "attention's alone"


def test_sequences_of_unknown_length_are_loops(tmp_path: Path) -> None:
    graph = model_of(sequences, (None,), dtype="int32")
    for length in (5, 3):
        agrees(graph, [TOKENS[:, :length]], tmp_path / f"{length}.tfjs")
    assert kinds(write(graph, tmp_path / "b.tfjs")).count("StatelessWhile") == 3


def test_long_sequences_are_loops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "MOST_STEPS", 4)
    graph = model_of(sequences, (5,), dtype="int32")
    agrees(graph, [TOKENS], tmp_path / "a.tfjs")
    assert "StatelessWhile" in kinds(write(graph, tmp_path / "b.tfjs"))


def test_a_loop_within_a_loop(tmp_path: Path) -> None:
    def outer(states: list[Any], slices: list[Any], invariants: list[Any]) -> tuple[list[Any], list[Any]]:
        def inner(states: list[Any], slices: list[Any], invariants: list[Any]) -> tuple[list[Any], list[Any]]:
            total = states[0] * 0.5 + slices[0]
            return [total], [total * 2.0]

        finals, stacked = kport.ops.scan(inner, [states[0]], [slices[0]])
        return [finals[0]], [ops.sum(stacked[0], axis=0)]

    graph = Graph("loops")
    x = graph.add_input("x", TensorType("float32", (None, None, 2)))
    finals, stacked = kport.ops.scan(outer, [ops.zeros((2,))], [x])
    graph.set_outputs([finals[0], stacked[0]], ["final", "stacked"])
    agrees(graph, [floats(3, 4, 2)], tmp_path / "a.tfjs")


def test_names_and_order_are_those_of_the_keras_model(tmp_path: Path) -> None:
    second, first = layers.Input((3,), name="second"), layers.Input((4,), name="first")
    hidden = layers.Dense(2, name="hidden")(first)
    graph = traced(models.Functional([second, first], [layers.Activation("relu", name="out_b")(hidden), hidden, second]))
    agrees(graph, [floats(2, 3), floats(2, 4)], tmp_path / "a.tfjs")
    signature = write(graph, tmp_path / "b.tfjs")["signature"]
    assert list(signature["inputs"]) == graph.input_names == ["second", "first"]
    assert list(signature["outputs"]) == graph.output_names
    assert signature["inputs"]["first"]["tensorShape"] == {"dim": [{"size": "-1"}, {"size": "4"}]}


def test_names_that_tfjs_would_take_apart(tmp_path: Path) -> None:
    graph = Graph("model")
    x = graph.add_input("in:0", TensorType("float32", (None, 2)))
    y = ops.relu(x)
    graph.set_outputs([y, y * 2.0], ["^y:0", "0"])
    agrees(graph, [floats(3, 2)], tmp_path / "a.tfjs")
    assert set(TARGET.predict(tmp_path / "a.tfjs", floats(3, 2))) == {"^y:0", "0"}


def test_an_output_twice_a_constant_one_and_an_input_as_one(tmp_path: Path) -> None:
    graph = Graph("model")
    x = graph.add_input("x", TensorType("float32", (None, 2)))
    y = ops.relu(x)
    left, right = ops.split(y, 2, axis=1)
    graph.set_outputs([y, y, x, graph.constant(floats(2)), left, right], ["y", "again", "same", "constant", "l", "r"])
    agrees(graph, [floats(3, 2)], tmp_path / "a.tfjs")


def test_the_types_of_the_keras_model_come_back(tmp_path: Path) -> None:
    graph = Graph("types")
    x = graph.add_input("x", TensorType("int64", (None,)))
    y = graph.add_input("y", TensorType("float64", (None,)))
    graph.set_outputs([x + 1, y * 2.0, ops.cast(x, "uint8"), ops.cast(y, "bool"), ops.cast(y, "int8")], list("abcde"))
    inputs = [np.array([1, 300, -1]), np.array([0.25, 0.0, -3.7])]
    agrees(graph, inputs, tmp_path / "a.tfjs")
    agrees(graph, inputs, tmp_path / "b.tfjs", "cpu")
    assert [a.dtype.name for a in runner.run(tmp_path / "a.tfjs", inputs)] == ["int64", "float64", "uint8", "bool", "int8"]


def test_text(tmp_path: Path) -> None:
    """A vocabulary is a table, which is filled before the first run."""
    words = layers.StringLookup(vocabulary=["ein", "zwei", "drei"])
    x = layers.Input((2,), dtype="string", name="words")
    graph = trace(models.Functional([x], [words(x), layers.Embedding(5, 3)(words(x))]))
    inputs = [np.array([["drei", "vier"], ["", "ein"], ["zwei", "Ünterwäsche 日本 🙂"]], object)]
    agrees(graph, inputs, tmp_path / "a.tfjs")
    model = write(graph, tmp_path / "b.tfjs")
    assert [n["op"] for n in model["modelInitializer"]["node"]].count("HashTableV2") == 1


def test_what_tfjs_can_not_say_is_told_with_its_layer_and_reason() -> None:
    x = layers.Input((), dtype="string")
    vectors = layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3, name="words")
    with pytest.raises(UnsupportedError) as error:
        prepare(trace(models.Functional([x], vectors(x))), TARGET, Options())
    for text in ("TF.js can't express 3", "'words': StringSplit: ", "'words': StringLower: ", "--target tfjs"):
        assert text in str(error.value)


def test_images_with_channels_first_at_the_border(tmp_path: Path) -> None:
    graph = model_of(images, (10, 12, 3))
    bordered, border = ask_layout(graph, "nchw")
    write(bordered, tmp_path / "a.tfjs", input_layout="nchw")
    x = floats(2, 10, 12, 3)
    (y,) = border.outputs_to_keras(runner.run(tmp_path / "a.tfjs", border.inputs_from_keras([x])))
    np.testing.assert_allclose(y, interpret(graph, [x])[0], rtol=1e-4, atol=1e-5)


def test_a_model_with_channels_first_is_moved_to_channels_last(tmp_path: Path) -> None:
    def function(x: KerasTensor) -> KerasTensor:
        first: dict[str, Any] = {"data_format": "channels_first"}
        for _ in range(3):
            x = layers.Conv2D(8, 3, use_bias=False, **first)(x)
            x = layers.MaxPooling2D(2, strides=1, **first)(layers.ReLU()(layers.BatchNormalization(axis=1)(x)))
        return layers.GlobalAveragePooling2D(**first)(x)

    graph = model_of(function, (3, 14, 15))
    agrees(graph, [floats(2, 3, 14, 15)], tmp_path / "a.tfjs")
    found = kinds(write(graph, tmp_path / "b.tfjs"))
    assert found == ["Transpose", *["_FusedConv2D", "MaxPool"] * 3, "AvgPool", "Squeeze"]


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    graph = model_of(sequences, (None,), dtype="int32")
    for name in "ab":
        write(graph, tmp_path / name)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_weights_lie_in_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SHARD", 100)
    graph = model_of(images, (10, 12, 3))
    agrees(graph, [floats(1, 10, 12, 3)], tmp_path / "a.tfjs")
    (group,) = write(graph, tmp_path / "b.tfjs")["weightsManifest"]
    sizes = [(tmp_path / "b.tfjs" / path).stat().st_size for path in group["paths"]]
    assert len(sizes) > 5 and set(sizes[:-1]) == {100} and sizes[-1] <= 100
    assert group["paths"][0] == f"group1-shard1of{len(sizes)}.bin"


def test_half_precision_halves_the_weights(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.Dense(50)(layers.LayerNormalization(epsilon=1e-9)(layers.Dense(200)(x))), (100,))
    x = floats(2, 100)
    write(graph, tmp_path / "a.tfjs")
    (group,) = write(graph, tmp_path / "b.tfjs", precision="float16")["weightsManifest"]
    whole, half = ((tmp_path / n / "group1-shard1of1.bin").stat().st_size for n in ("a.tfjs", "b.tfjs"))
    assert half < 0.51 * whole
    assert {"dtype": "float16", "original_dtype": "float32"} in [w.get("quantization") for w in group["weights"]]
    (y,) = runner.run(tmp_path / "b.tfjs", [x])
    np.testing.assert_allclose(y, interpret(graph, [x])[0], rtol=1e-2, atol=1e-3 * 3)


def test_weights_beyond_half_precision_stay_whole(tmp_path: Path) -> None:
    graph = Graph("large")
    x = graph.add_input("x", TensorType("float32", (None, 20)))
    graph.set_outputs([x * graph.constant(np.full(20, 1e6, np.float32), "dense/kernel")], ["y"])
    write(graph, tmp_path / "a.tfjs", precision="float16")
    np.testing.assert_array_equal(runner.run(tmp_path / "a.tfjs", [np.ones((1, 20), np.float32)])[0], 1e6)


def test_shared_weights_are_written_once(tmp_path: Path) -> None:
    def twice(x: KerasTensor) -> KerasTensor:
        dense = layers.Dense(100)
        return dense(layers.ReLU()(dense(x)))

    write(model_of(twice, (100,)), tmp_path / "a.tfjs")
    assert (tmp_path / "a.tfjs" / "group1-shard1of1.bin").stat().st_size < 1.1 * 4 * 100 * 101


def test_the_contract_and_the_runtimes_own_test(tmp_path: Path, browser: RuntimeProcess) -> None:
    model = small()
    report = kport.convert(model, "tfjs", tmp_path / "a.tfjs")
    assert report.exit_status == 0 and report.targets[0].status == "passed"
    assert (report.targets[0].runtime or "").startswith("tfjs 4.22.0 (wasm, node ")
    found = TARGET.read_contract(tmp_path / "a.tfjs")
    assert found is not None and "passed in tfjs" in found[PARITY_KEY]
    contract = json.loads(found[KEY])
    assert [t["name"] for t in contract["inputs"]] == ["x"] and contract["golden"]
    assert browser.ask({"ask": "self-test", "artifact": str(tmp_path / "a.tfjs")})["passed"]
    assert kport.verify(model, tmp_path / "a.tfjs").exit_status == 0
    x = floats(4, 6)
    np.testing.assert_allclose(kport.predict(tmp_path / "a.tfjs", x)["y"], model.predict(x)["y"], rtol=1e-4, atol=1e-5)


def small() -> models.Functional:
    x = layers.Input((6,), name="x")
    y = layers.Dense(5, activation="tanh", name="hidden")(x)
    model = models.Functional([x], {"y": layers.Dense(3, name="last")(y)})
    model.set_weights(random_weights(model.weights, "small"))
    return model


def test_folders_of_others(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    assert not TARGET.recognises(folder) and TARGET.read_contract(folder) is None
    folder.mkdir()
    (folder / "kport.json").write_text(json.dumps({KEY: {}}))
    assert TARGET.read_contract(folder) is None
    for text in ("", "[]", "{}", '{"format": "graph-model"}', '{"modelTopology": {}, "weightsManifest": [], "format": "x"}'):
        (folder / "model.json").write_text(text)
        assert not TARGET.recognises(folder)
    (folder / "model.json").write_text('{"modelTopology": {}, "weightsManifest": [], "format": "graph-model"}')
    assert TARGET.recognises(folder)
    with pytest.raises(FileError, match=r"expected a TF\.js model that says its inputs"):
        (folder / "kport.json").unlink()
        reader.interface(folder)
    with pytest.raises(FileError, match=r"expected the folder of a TF\.js model"):
        reader.interface(tmp_path)


def test_a_corrupted_weight_is_noticed_and_its_layer_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def corrupted(graph: Graph, path: Path, contract: Any, options: Options) -> None:
        TARGET.write(graph, path, contract, options)
        shard = path / "group1-shard1of1.bin"
        data = np.frombuffer(shard.read_bytes(), np.float32).copy()
        data[:10] += 0.5
        shard.write_bytes(data.tobytes())

    monkeypatch.setattr(targets, "get", lambda name: replace(TARGET, write=corrupted))
    report = kport.convert(small(), "tfjs", tmp_path / "a.tfjs")
    assert report.targets[0].status == "failed" and report.targets[0].first_diverging_layer == "hidden"
    assert not (tmp_path / "a.tfjs").exists()


def test_without_the_runtime_the_artifact_is_written_and_reported_as_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPORT_HOME", str(tmp_path / "nothing"))
    with pytest.raises(MissingComponentError, match="kport runtimes install browser"):
        TARGET.runtime()
    report = kport.convert(small(), "tfjs", tmp_path / "a.tfjs")
    assert report.targets[0].status == "not run" and "kport runtimes install browser" in (report.targets[0].reason or "")
    assert TARGET.recognises(tmp_path / "a.tfjs")


def test_inputs_that_do_not_fit(tmp_path: Path) -> None:
    kport.convert(small(), "tfjs", tmp_path / "a.tfjs", verify=False)
    with pytest.raises(UsageError, match=r"expected 1 inputs: \['x'\]. Received: 2"):
        TARGET.run(tmp_path / "a.tfjs", [floats(1, 6), floats(1, 6)])


def test_a_real_model_by_the_command_line_without_tensorflow(tmp_path: Path) -> None:
    source = ROOT / "fixtures" / "gender_mini_xception.h5"
    program = (
        "import sys; from kport.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", program, "convert", str(source), "--to", "tfjs", "-o", str(tmp_path / "a.tfjs")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stdout


@pytest.mark.parametrize("backend", ["chromium-wasm", "chromium-webgl", "chromium-webgpu"])
def test_mobilenet_in_a_browser(backend: str, needs_chromium: RuntimeProcess, tmp_path: Path) -> None:
    """The blocks that MobileNetV2 is made of; a GPU in software is too slow for all of them."""

    def blocks(x: KerasTensor) -> KerasTensor:
        x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(x)))
        for stride in (1, 2):
            y = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(48, 1, use_bias=False)(x)))
            y = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(y)
            y = layers.Conv2D(16, 1, use_bias=False)(layers.ReLU(6.0)(layers.BatchNormalization()(y)))
            y = layers.BatchNormalization()(y)
            x = layers.Add()([x, y]) if stride == 1 else y
        return layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))

    agrees(model_of(blocks, (32, 32, 3)), [floats(2, 32, 32, 3)], tmp_path / "a.tfjs", backend)
