"""What a .tflite file is beyond its operators' numbers: fusion, names, signature, weights, metadata, loops, the runtime."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport import layers, models, ops
from kport.converters.border import ask_layout
from kport.converters.contract import KEY, decode
from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.converters.tflite import reader, runner
from kport.converters.tflite.flatbuffer import ALIGNMENT
from kport.converters.tflite.target import TARGET
from kport.converters.tflite.writer import SIGNATURE, write
from kport.errors import FileError, MissingComponentError, UnsupportedError, UsageError
from kport.ir import Graph, TensorType
from kport.layers.keras_tensor import KerasTensor
from kport.trace import trace
from tests.converters.tflite_check import agrees, convert, load, operators, options_of, versions
from tests.layers.oracle import random_weights

RNG = np.random.default_rng(3)
RELU, RELU6 = 1, 3
SAME, VALID = 0, 1


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def model_of(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: str = "float32") -> Graph:
    """The graph of the functional model that `function` makes from inputs of these shapes (without the batch)."""
    inputs = [layers.Input(shape=shape, dtype=dtype, name=f"in_{i}") for i, shape in enumerate(shapes)]
    return traced(models.Functional(inputs, function(*inputs)))


def traced(model: models.Functional) -> Graph:
    """With random weights, biases and statistics included."""
    model.set_weights(random_weights(model.weights, "tflite"))
    return trace(model)


def images(x: KerasTensor) -> KerasTensor:
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = layers.Activation("hard_silu")(layers.BatchNormalization()(x))
    x = layers.UpSampling2D(2)(layers.MaxPooling2D(2, padding="same")(x))
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


def test_unknown_sizes(tmp_path: Path) -> None:
    agrees(model_of(images, (None, None, 3)), [floats(2, 9, 8, 3)], tmp_path / "a.tflite")
    agrees(model_of(sequences, (None,), dtype="int32"), [TOKENS], tmp_path / "b.tflite")


def test_normalisation_padding_and_activation_are_part_of_the_convolution(tmp_path: Path) -> None:
    def block(x: KerasTensor, convolution: Any, limit: float | None) -> KerasTensor:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
        x = layers.BatchNormalization()(convolution(x))
        return layers.ReLU(limit)(x)

    def function(x: KerasTensor) -> KerasTensor:
        x = block(x, layers.Conv2D(8, 3, strides=2, use_bias=False), 6.0)
        x = block(x, layers.DepthwiseConv2D(3, strides=2), None)
        return layers.Dense(2, activation="relu")(layers.GlobalAveragePooling2D()(x))

    model = agrees(model_of(function, (32, 32, 3)), [floats(2, 32, 32, 3)], tmp_path / "model.tflite")
    assert operators(model) == ["CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED"]
    (first,), (second,), (last,) = (options_of(model, n) for n in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"))
    assert (first.padding, first.fusedActivationFunction) == (SAME, RELU6)
    assert (second.padding, second.fusedActivationFunction) == (SAME, RELU)
    assert last.fusedActivationFunction == RELU


def test_an_activation_is_not_fused_where_its_argument_is_read_elsewhere(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.Add()([y := layers.Conv2D(4, 3, name="c")(x), layers.ReLU()(y)]), (8, 8, 3))
    model = agrees(graph, [floats(2, 8, 8, 3)], tmp_path / "a.tflite")
    assert operators(model) == ["CONV_2D", "RELU", "ADD"]
    inputs = layers.Input((8, 8, 3))
    inner = layers.Conv2D(4, 3)(inputs)
    graph = traced(models.Functional(inputs, [layers.ReLU()(inner), inner]))
    assert operators(agrees(graph, [floats(2, 8, 8, 3)], tmp_path / "b.tflite")) == ["CONV_2D", "RELU"]


def test_what_kernels_do_not_fuse_stays_apart(tmp_path: Path) -> None:
    """The schema has TANH as a fused activation; the kernels let it pass without applying it."""
    graph = model_of(lambda x: layers.Conv2D(4, 3, activation="tanh")(x), (8, 8, 3))
    assert operators(agrees(graph, [floats(2, 8, 8, 3)], tmp_path / "model.tflite")) == ["CONV_2D", "TANH"]


def test_one_dimension_keeps_its_fused_activation(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.Conv1D(4, 3, activation="relu")(x), (None, 3))
    model = agrees(graph, [floats(2, 9, 3)], tmp_path / "model.tflite")
    assert "RELU" not in operators(model)
    assert options_of(model, "CONV_2D")[0].fusedActivationFunction == RELU


def test_upsampling_by_blocks_is_a_convolution(tmp_path: Path) -> None:
    """With a kernel that spans whole strides: XNNPACK has no TRANSPOSE_CONV for batches of unknown size."""
    graph = model_of(lambda x: layers.Conv2DTranspose(4, 2, strides=2)(x), (None, None, 3))
    model = agrees(graph, [floats(3, 5, 4, 3)], tmp_path / "model.tflite")
    assert operators(model) == ["CONV_2D", "DEPTH_TO_SPACE"]
    graph = model_of(lambda x: layers.Conv2DTranspose(4, 4, strides=2, padding="same")(x), (5, 4, 3))
    model = agrees(graph, [floats(3, 5, 4, 3)], tmp_path / "model.tflite")
    assert operators(model) == ["PAD", "CONV_2D", "DEPTH_TO_SPACE", "STRIDED_SLICE"]
    graph = model_of(lambda x: layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu")(x), (5, 4, 3))
    model = agrees(graph, [floats(3, 5, 4, 3)], tmp_path / "model.tflite")
    assert operators(model) == ["SHAPE", "STRIDED_SLICE", "PACK", "TRANSPOSE_CONV"]
    assert versions(model)["TRANSPOSE_CONV"] == 4


def test_a_product_with_a_transposed_matrix_needs_no_transpose(tmp_path: Path) -> None:
    graph = model_of(lambda x, y: ops.matmul(x, ops.swapaxes(y, -1, -2)), (4, 3), (5, 3))
    model = agrees(graph, [floats(2, 4, 3), floats(2, 5, 3)], tmp_path / "model.tflite")
    assert operators(model) == ["BATCH_MATMUL"]
    assert options_of(model, "BATCH_MATMUL")[0].adjY


def test_loops_are_subgraphs_that_share_weights(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.GRU(32, return_sequences=True)(x), (None, 16))
    path = tmp_path / "model.tflite"
    model = agrees(graph, [floats(2, 7, 16)], path)
    assert operators(model).count("WHILE") == 1
    assert len(model.subgraphs) == 3
    assert operators(model, 1) == ["LESS"] or "LESS" in operators(model, 1)
    assert path.stat().st_size < 4 * (32 * 96 + 16 * 96) + 16000


def test_outputs_of_a_loop_that_nothing_reads_are_not_stacked(tmp_path: Path) -> None:
    model = agrees(model_of(lambda x: layers.LSTM(4)(x), (None, 3)), [floats(2, 7, 3)], tmp_path / "model.tflite")
    assert "DYNAMIC_UPDATE_SLICE" not in operators(model, 2)


def test_a_second_call_starts_anew(tmp_path: Path) -> None:
    """TFLite's own sequence layers keep their state from call to call; a Keras layer doesn't."""
    path = tmp_path / "model.tflite"
    convert(model_of(lambda x: layers.LSTM(4)(x), (5, 3)), path)
    opened = runner.interpreter(path)
    x = floats(1, 5, 3)
    results = []
    for _ in range(2):
        runner._computed(opened, [x])
        results.append(opened.get_tensor(opened.get_output_details()[0]["index"]).copy())
    np.testing.assert_array_equal(*results)


def test_names_order_and_signature_are_those_of_the_keras_model(tmp_path: Path) -> None:
    second, first = layers.Input((3,), name="second"), layers.Input((4,), name="first")
    hidden = layers.Dense(2, name="hidden")(first)
    graph = traced(models.Functional([second, first], [layers.Activation("relu", name="out_b")(hidden), hidden, second]))
    path = tmp_path / "model.tflite"
    agrees(graph, [floats(2, 3), floats(2, 4)], path)
    opened = runner.interpreter(path)
    assert [d["name"] for d in opened.get_input_details()] == graph.input_names == ["second", "first"]
    assert list(reader.signature(path)[0]) == graph.input_names  # type: ignore[index]
    assert list(reader.signature(path)[1]) == graph.output_names  # type: ignore[index]
    found = opened.get_signature_list()[SIGNATURE]
    assert sorted(found["inputs"]) == sorted(graph.input_names)
    assert sorted(found["outputs"]) == sorted(graph.output_names)
    assert [list(d["shape_signature"]) for d in opened.get_input_details()] == [[-1, 3], [-1, 4]]
    x = {"second": floats(1, 3), "first": floats(1, 4)}
    called = opened.get_signature_runner(SIGNATURE)(**x)
    for name, output in TARGET.predict(path, x).items():
        np.testing.assert_array_equal(called[name], output)


def test_an_output_twice_a_constant_one_and_an_input_as_one(tmp_path: Path) -> None:
    graph = Graph("model")
    x = graph.add_input("x", TensorType("float32", (None, 2)))
    y = ops.relu(x)
    graph.set_outputs([y, y, x, graph.constant(floats(2))], ["y", "again", "same", "constant"])
    agrees(graph, [floats(3, 2)], tmp_path / "model.tflite")


def test_integers_of_64_bits_stay_so(tmp_path: Path) -> None:
    graph = Graph("model")
    x = graph.add_input("x", TensorType("int64", (None, 2)))
    graph.set_outputs([ops.add(x, np.int64(1 << 40))], ["y"])
    path = tmp_path / "model.tflite"
    agrees(graph, [np.array([[1, 2]], np.int64)], path)
    assert TARGET.run(path, [np.array([[1, 2]], np.int64)])[0].dtype == np.int64


def test_images_with_channels_first_at_the_border(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.MaxPooling2D()(layers.Conv2D(4, 3, activation="relu")(x)), (None, None, 3))
    assert "TRANSPOSE" not in operators(convert(graph, tmp_path / "nhwc.tflite"))
    bordered, border = ask_layout(graph, "nchw")
    assert operators(convert(bordered, tmp_path / "nchw.tflite")).count("TRANSPOSE") == 2
    x = [floats(2, 9, 8, 3)]
    same = border.outputs_to_keras(TARGET.run(tmp_path / "nchw.tflite", border.inputs_from_keras(x)))
    np.testing.assert_allclose(same, TARGET.run(tmp_path / "nhwc.tflite", x), 1e-5, 1e-6)


def test_half_precision_weights(tmp_path: Path) -> None:
    options = Options(precision="float16")
    path, whole = tmp_path / "half.tflite", tmp_path / "whole.tflite"
    graph = model_of(lambda x: layers.Dense(64)(layers.Dense(300, activation="relu")(x)), (100,))
    x = floats(2, 100) / 32  # so that the outputs are below 1
    model = agrees(graph, [x], path, options)
    agrees(graph, [x], whole)
    assert path.stat().st_size < whole.stat().st_size * 0.52
    assert set(operators(model)) == {"DEQUANTIZE", "FULLY_CONNECTED"}
    assert versions(model)["DEQUANTIZE"] == 3
    assert [t.type for t in model.subgraphs[0].tensors if t.name == b"in_0"] == [0]
    agrees(model_of(images, (None, None, 3)), [floats(2, 9, 8, 3)], tmp_path / "a.tflite", options)
    agrees(model_of(sequences, (None,), dtype="int32"), [TOKENS], tmp_path / "b.tflite", options)


def test_weights_that_half_precision_cannot_hold_stay(tmp_path: Path) -> None:
    graph = model_of(layers.Dense(20), (30,))
    kernel = next(v.data for v in graph.constants() if v.data is not None and v.data.ndim == 2)
    kernel[0, 0] = 1e6
    model = convert(graph, tmp_path / "model.tflite", Options(precision="float16"))
    assert "DEQUANTIZE" not in operators(model)


def test_shared_weights_are_written_once(tmp_path: Path) -> None:
    dense = layers.Dense(64, name="shared")

    def function(a: KerasTensor, b: KerasTensor) -> KerasTensor:
        return layers.Add()([dense(a), dense(b)])

    path = tmp_path / "model.tflite"
    model = agrees(model_of(function, (64,), (64,)), [floats(2, 64), floats(2, 64)], path)
    assert sum(b.data is not None and len(b.data) == 64 * 64 * 4 for b in model.buffers) == 1


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    graph = model_of(sequences, (None,), dtype="int32")
    for name in ("a", "b"):
        write(prepare(graph, TARGET, Options()), tmp_path / name, {"k": "v"}, Options())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_weights_lie_where_they_can_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    graph = model_of(layers.Dense(7), (5,))
    convert(graph, path)
    kernel = next(v.data for v in graph.constants() if v.data is not None and v.data.ndim == 2)
    assert path.read_bytes().index(np.ascontiguousarray(kernel.T).tobytes()) % ALIGNMENT == 0


def test_a_model_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    graph = prepare(model_of(layers.Dense(600), (600,)), TARGET, Options())
    with pytest.raises(UnsupportedError, match=r"a .tflite file holds at most 1 MB. Received: 2 MB of weights; what to do"):
        write(graph, tmp_path / "model.tflite", {}, Options(), limit=1 << 20)


def test_metadata(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    graph = model_of(layers.Dense(2), (3,))
    convert(graph, path, contract={KEY: "{}"})
    TARGET.annotate(path, {"kport.parity": "passed"})
    TARGET.annotate(path, {"kport.more": "ü"})
    assert TARGET.read_contract(path) == {KEY: "{}", "kport.parity": "passed", "kport.more": "ü"}
    model = load(path)
    assert model.description.startswith(b"kport ")
    assert [m.name for m in model.metadata] == [b"kport.contract", b"kport.added"]
    x = floats(2, 3)
    before = TARGET.run(path, [x])
    convert(graph, path)
    np.testing.assert_array_equal(TARGET.run(path, [x]), before)
    assert TARGET.recognises(path)
    assert TARGET.read_contract(path) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"no model", b"\x1c\0\0\0TFL3", b"\xff\xff\xff\xffTFL3" + b"\0" * 40, b"\x08\0\0\0TFL3" + b"\xff" * 60, b"\0" * 99],
)
def test_files_that_are_no_tflite_model(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not TARGET.recognises(path)
    assert TARGET.read_contract(path) is None
    assert not TARGET.recognises(tmp_path)
    with pytest.raises(FileError, match=r"LiteRT can't load .*file"):
        TARGET.run(path, [])


def test_a_damaged_file_is_never_taken_for_more_than_it_is(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    convert(model_of(layers.Dense(2), (3,)), path, contract={KEY: "{}"})
    content = bytearray(path.read_bytes())
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        TARGET.recognises(path)  # whatever it says, it doesn't raise


def test_predict_and_observe(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    graph = model_of(lambda x: layers.Dense(2, name="last")(layers.Dense(4, activation="relu", name="first")(x)), (3,))
    convert(graph, path)
    x = floats(2, 3)
    (output,) = TARGET.run(path, [x])
    for given in (x, {"in_0": x}, {"in_0": x.astype("float64")}, [x.tolist()]):
        np.testing.assert_array_equal(TARGET.predict(path, given)["last"], output)
    assert TARGET.observe is not None
    observed = TARGET.observe(path, [x])
    assert {"in_0", "first/Relu", "last"} <= set(observed)
    with pytest.raises(UsageError, match=r"expected 1 inputs: \['in_0'\]. Received: 2"):
        TARGET.run(path, [x, x])
    with pytest.raises(UsageError, match="LiteRT can't compute this"):
        TARGET.run(path, [floats(2, 4)])


def test_without_the_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PACKAGE", "no-such-package")
    with pytest.raises(MissingComponentError, match=r"pip install 'kport\[tflite\]'"):
        TARGET.runtime()


XNNPACK = """
import sys
from ai_edge_litert.interpreter import Interpreter
opened = Interpreter(sys.argv[1])
opened.allocate_tensors()
print([op["op_name"] for op in opened._get_ops_details()])
"""


def test_xnnpack_computes_a_whole_network(tmp_path: Path) -> None:
    """Every operator of an image network, the batch of unknown size included, is XNNPACK's."""
    path = tmp_path / "model.tflite"
    convert(model_of(images_for_xnnpack, (32, 32, 3)), path)
    done = subprocess.run([sys.executable, "-c", XNNPACK, str(path)], capture_output=True, text=True, check=True)
    assert "Created TensorFlow Lite XNNPACK delegate" in done.stderr
    names = done.stdout.replace("'", "").strip("[]\n").split(", ")
    assert names[-1] in ("DELEGATE", "TfLiteXNNPackDelegate")
    assert sum(name == names[-1] for name in names) == 1


def images_for_xnnpack(x: KerasTensor) -> KerasTensor:
    x = layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, padding="same")(x))
    x = layers.DepthwiseConv2D(3, padding="same")(layers.Activation("hard_silu")(x))
    x = layers.Add()([x, layers.Conv2D(8, 1, activation="relu")(layers.MaxPooling2D(3, 1, padding="same")(x))])
    x = layers.Conv2DTranspose(4, 2, strides=2, activation="sigmoid")(layers.AveragePooling2D()(x))
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))


def test_the_runtimes_notes_are_kept_from_the_user(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    convert(model_of(layers.Dense(2), (3,)), path)
    code = (
        "import sys, pathlib, numpy; from kport.converters.tflite.target import TARGET; print('own', file=sys.stderr);"
        "TARGET.run(pathlib.Path(sys.argv[1]), [numpy.ones((1, 3), 'float32')])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == "own\n"


def test_tables_of_text(tmp_path: Path) -> None:
    inputs = layers.Input((2,), dtype="string", name="words")
    places = layers.StringLookup(vocabulary=["the", "fôx"], name="places")(inputs)
    graph = trace(models.Functional(inputs, places))
    path = tmp_path / "model.tflite"
    words = np.array([["fôx", "the"], ["", "unknown"]], object)
    model = agrees(graph, [words], path)
    assert operators(model) == ["CALL_ONCE", "HASHTABLE", "HASHTABLE_FIND"]
    assert operators(model, 1) == ["HASHTABLE", "HASHTABLE_IMPORT"]
    np.testing.assert_array_equal(TARGET.predict(path, {"words": words})["places"], [[2, 1], [0, 0]])


def test_text_is_refused_with_the_reason() -> None:
    inputs = layers.Input((1,), dtype="string")
    graph = trace(models.Functional(inputs, layers.TextVectorization(vocabulary=["a"])(inputs)))
    with pytest.raises(UnsupportedError, match="TFLite has no operations on text"):
        prepare(graph, TARGET, Options())


FIXTURE = Path(__file__).parent.parent.parent / "fixtures" / "gender_mini_xception.h5"


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_real_model_from_file_to_checked_artifact(precision: str, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    (result,) = kport.convert(FIXTURE, "tflite", path, precision=precision).targets
    assert (result.status, result.runtime) == ("passed", TARGET.runtime())
    contract = TARGET.read_contract(path)
    assert contract is not None
    assert contract["kport.parity"].startswith("passed in LiteRT")
    golden = json.loads(contract[KEY])["golden"]
    output = TARGET.predict(path, {name: decode(array) for name, array in golden["inputs"].items()})
    for name, array in golden["outputs"].items():
        tolerance = TARGET.tolerances[precision]
        np.testing.assert_allclose(output[name], decode(array), tolerance.rtol, tolerance.atol)


def test_a_damaged_weight_is_found_and_its_layer_named(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    kport.convert(FIXTURE, "tflite", path)
    with reader.opened(path) as model:
        assert model is not None
        buffers = [(b.number("I", p), p) for b in model.tables(4) if (p := b.target(0)) is not None]
        names = {t.integer(2): t.text(3) for t in next(model.tables(2)).tables(0)}
        size, position = next(b for i, b in enumerate(buffers, 1) if names[i].startswith("separable_conv2d_1/pointwise"))
    with path.open("r+b") as file:
        file.seek(position + 4)
        file.write(b"\0" * size)
    (result,) = kport.verify(FIXTURE, path).targets
    assert result.status == "failed"
    # the convolution, the normalisation after it and this activation are one operator
    assert result.first_diverging_layer == "activation_3"
