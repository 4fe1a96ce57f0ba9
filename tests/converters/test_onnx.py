"""What an .onnx file is beyond its nodes: opsets, precision, names, weights, metadata, size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from kport import layers, models, ops
from kport.converters.border import ask_layout
from kport.converters.contract import KEY
from kport.converters.onnx import reader
from kport.converters.onnx.opset import NEWEST, OLDEST
from kport.converters.onnx.target import TARGET
from kport.converters.onnx.writer import write
from kport.converters.prepare import prepare
from kport.converters.target import Options, Tolerance
from kport.errors import FileError, UnsupportedError, UsageError
from kport.ir import Graph, TensorType
from kport.layers.keras_tensor import KerasTensor
from kport.trace import trace
from tests.converters.onnx_check import agrees, convert, kinds
from tests.layers.oracle import random_weights

RNG = np.random.default_rng(3)


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def model_of(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: str = "float32") -> Graph:
    """The graph of the functional model that `function` makes from inputs of these shapes (without the batch)."""
    inputs = [layers.Input(shape=shape, dtype=dtype, name=f"in_{i}") for i, shape in enumerate(shapes)]
    return traced(models.Functional(inputs, function(*inputs)))


def traced(model: models.Functional) -> Graph:
    """With random weights, biases and statistics included."""
    model.set_weights(random_weights(model.weights, "onnx"))
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


@pytest.mark.parametrize("opset", range(OLDEST, NEWEST + 1))
def test_every_opset(opset: int, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    model = agrees(model_of(images, (None, None, 3)), [floats(2, 9, 8, 3)], path, Options(opset=opset))
    assert model.opset_import[0].version == opset
    assert model.ir_version == onnx.helper.OP_SET_ID_VERSION_MAP["ai.onnx", opset]
    agrees(model_of(sequences, (None,), dtype="int32"), [TOKENS], path, Options(opset=opset))


def test_an_opset_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match=f"expected an opset from {OLDEST} to {NEWEST}. Received: opset=12"):
        prepare(model_of(images, (8, 8, 3)), TARGET, Options(opset=12))


def test_half_precision(tmp_path: Path) -> None:
    options = Options(precision="float16")
    path = tmp_path / "model.onnx"
    model = agrees(model_of(images, (None, None, 3)), [floats(2, 9, 8, 3)], path, options)
    weights = {w.data_type for w in model.graph.initializer if len(w.dims) > 1}
    assert weights == {onnx.TensorProto.FLOAT16}
    assert model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    agrees(model_of(sequences, (None,), dtype="int32"), [TOKENS], path, options)


def test_half_precision_keeps_large_sums_and_masks_finite(tmp_path: Path) -> None:
    def function(x: KerasTensor) -> KerasTensor:
        x = layers.Rescaling(100.0)(layers.Dense(600)(x))
        x = layers.LayerNormalization()(x)
        return layers.Softmax()(x, mask=ops.greater(x, 0.0))

    graph = model_of(function, (600,))
    agrees(graph, [floats(2, 600)], tmp_path / "model.onnx", Options(precision="float16"))


def test_names_and_order_are_those_of_the_keras_model(tmp_path: Path) -> None:
    second, first = layers.Input((3,), name="second"), layers.Input((4,), name="first")
    hidden = layers.Dense(2, name="hidden")(first)
    graph = traced(models.Functional([second, first], [layers.Activation("relu", name="out_b")(hidden), hidden, second]))
    model = agrees(graph, [floats(2, 3), floats(2, 4)], tmp_path / "model.onnx")
    assert [i.name for i in model.graph.input] == graph.input_names
    assert [o.name for o in model.graph.output] == graph.output_names
    assert {node.name for node in model.graph.node} >= {"hidden/Gemm", "out_b/Relu"}
    assert all(d.dim_param == "batch" for v in model.graph.input for d in v.type.tensor_type.shape.dim[:1])


def test_an_output_twice_a_constant_one_and_an_input_as_one(tmp_path: Path) -> None:
    graph = Graph("model")
    x = graph.add_input("x", TensorType("float32", (None, 2)))
    y = ops.relu(x)
    graph.set_outputs([y, y, x, graph.constant(floats(2))], ["y", "again", "same", "constant"])
    agrees(graph, [floats(3, 2)], tmp_path / "model.onnx")


def test_images_with_channels_first_at_the_border_need_no_transpose(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.MaxPooling2D()(layers.Conv2D(4, 3, activation="relu")(x)), (None, None, 3))
    assert kinds(convert(graph, tmp_path / "nhwc.onnx")).count("Transpose") == 2
    bordered, border = ask_layout(graph, "nchw")
    assert "Transpose" not in kinds(convert(bordered, tmp_path / "nchw.onnx"))
    x = [floats(2, 9, 8, 3)]
    same = border.outputs_to_keras(TARGET.run(tmp_path / "nchw.onnx", border.inputs_from_keras(x)))
    np.testing.assert_allclose(same, TARGET.run(tmp_path / "nhwc.onnx", x), 1e-5, 1e-6)


def test_shared_weights_are_written_once(tmp_path: Path) -> None:
    dense = layers.Dense(64, name="shared")

    def function(a: KerasTensor, b: KerasTensor) -> KerasTensor:
        return layers.Add()([dense(a), dense(b)])

    model = agrees(model_of(function, (64,), (64,)), [floats(2, 64), floats(2, 64)], tmp_path / "model.onnx")
    assert [w.name for w in model.graph.initializer if len(w.dims) == 2] == ["shared/kernel"]


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    graph = model_of(sequences, (None,), dtype="int32")
    for name in ("a", "b"):
        write(prepare(graph, TARGET, Options()), tmp_path / name, {"k": "v"}, Options())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_weights_beyond_the_limit_lie_outside(tmp_path: Path) -> None:
    shared = layers.Dense(30, name="shared")
    graph = model_of(lambda x: layers.Dense(40, name="c")(shared(layers.Dense(50, name="b")(shared(x))[:, :30])), (30,))
    path = tmp_path / "model.onnx"
    write(prepare(graph, TARGET, Options()), path, {}, Options(), limit=5000)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.onnx", "model.onnx.data"]
    assert path.stat().st_size < 3000
    outside = [w for w in onnx.load(path, load_external_data=False).graph.initializer if w.external_data]
    assert [w.name for w in outside] == ["shared/kernel", "b/kernel", "c/kernel"]  # what is shared, once
    onnx.checker.check_model(str(path), full_check=True)
    x = floats(2, 30)
    inside = tmp_path / "inside.onnx"
    agrees(graph, [x], inside)
    np.testing.assert_array_equal(TARGET.run(path, [x])[0], TARGET.run(inside, [x])[0])
    assert TARGET.observe is not None
    assert "shared/Linear" in TARGET.observe(path, [x])
    (tmp_path / "model.onnx.data").unlink()
    with pytest.raises(FileError, match=r"ONNX Runtime can't load .*model.onnx"):
        TARGET.run(path, [x])


def test_metadata(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    graph = prepare(model_of(layers.Dense(2), (3,)), TARGET, Options())
    write(graph, path, {KEY: "{}"}, Options())
    TARGET.annotate(path, {"kport.parity": "passed"})
    assert {p.key: p.value for p in onnx.load(path).metadata_props} == {KEY: "{}", "kport.parity": "passed"}
    assert TARGET.read_contract(path) == {KEY: "{}", "kport.parity": "passed"}
    onnx.checker.check_model(str(path), full_check=True)
    write(graph, path, {}, Options())
    assert TARGET.recognises(path)
    assert TARGET.read_contract(path) is None


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08", b"\x00" * 20, b"\x89HDF\r\n\x1a\n", b"\x3a\xff\xff\xff\x7f"])
def test_files_that_are_no_onnx_model(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not reader.recognises(path)
    assert TARGET.read_contract(path) is None
    assert not reader.recognises(tmp_path)


def test_predict_and_observe(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    graph = model_of(lambda x: layers.Dense(2, name="last")(layers.Dense(4, activation="relu", name="first")(x)), (3,))
    convert(graph, path)
    x = floats(2, 3)
    (output,) = TARGET.run(path, [x])
    np.testing.assert_array_equal(TARGET.predict(path, x)["last"], output)
    np.testing.assert_array_equal(TARGET.predict(path, {"in_0": x})["last"], output)
    np.testing.assert_array_equal(TARGET.predict(path, {"in_0": x.astype("float64")})["last"], output)
    np.testing.assert_array_equal(TARGET.predict(path, [x.tolist()])["last"], output)
    with pytest.raises(UsageError, match="expected samples of"):
        TARGET.predict(path, floats(2, 5))
    assert TARGET.observe is not None
    observed = TARGET.observe(path, [x])
    assert set(observed) == {"first/Linear", "first/Relu", "last"}
    with pytest.raises(UsageError, match="expected arrays for the inputs"):
        TARGET.predict(path, {"other": x})
    with pytest.raises(UsageError, match="expected 1 inputs"):
        TARGET.run(path, [x, x])
    with pytest.raises(UsageError, match=r"(?s)ONNX Runtime can't compute this: .*Got: 5 Expected: 3"):
        TARGET.run(path, [floats(2, 5)])


def test_a_file_that_onnx_runtime_does_not_take(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    model = convert(model_of(layers.Dense(2), (3,)), path)
    model.graph.node[0].op_type = "NoSuchThing"
    onnx.save(model, path)
    with pytest.raises(FileError, match=r"ONNX Runtime can't load .*model.onnx: .*NoSuchThing"):
        TARGET.run(path, [floats(2, 3)])


def test_no_loop_where_onnx_has_a_node(tmp_path: Path) -> None:
    model = agrees(model_of(sequences, (None,), dtype="int32"), [TOKENS], tmp_path / "model.onnx")
    assert not {"Loop", "Scan", "If"} & set(kinds(model))
    assert kinds(model).count("LSTM") == kinds(model).count("GRU") == 1


def test_stacked_bidirectional_layers_hand_over_with_time_first(tmp_path: Path) -> None:
    def function(x: KerasTensor) -> KerasTensor:
        for sequences in (True, True, False):
            x = layers.Bidirectional(layers.LSTM(4, return_sequences=sequences))(x)
        return x

    model = agrees(model_of(function, (None, 3)), [floats(2, 5, 3)], tmp_path / "model.onnx")
    assert kinds(model) == ["Transpose", *["LSTM", "Transpose", "Reshape"] * 3]


@pytest.mark.parametrize("layer", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("zero_output", [False, True])
def test_any_mask(layer: str, backwards: bool, zero_output: bool, tmp_path: Path) -> None:
    """Right-padded, left-padded, with holes, full and empty, with states of its own."""

    def function(x: KerasTensor, mask: KerasTensor, *states: KerasTensor) -> Any:
        config = {"return_sequences": True, "return_state": True, "go_backwards": backwards, "zero_output_for_mask": zero_output}
        return getattr(layers, layer)(4, **config)(x, mask=ops.greater(mask, 0.0), initial_state=list(states))

    mask = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 0, 0, 1, 0], [1] * 5, [0] * 5], np.float32)
    states = 2 if layer == "LSTM" else 1
    graph = model_of(function, (None, 3), (None,), *((4,),) * states)
    model = agrees(graph, [floats(5, 5, 3), mask, *(floats(5, 4) for _ in range(states))], tmp_path / "model.onnx")
    assert "Scan" not in kinds(model)


def test_a_cell_that_onnx_does_not_have_is_a_loop(tmp_path: Path) -> None:
    graph = model_of(lambda x: layers.LSTM(4, activation="silu", return_sequences=True)(x), (None, 3))
    assert "Scan" in kinds(agrees(graph, [floats(2, 6, 3)], tmp_path / "model.onnx"))


def test_text_that_onnx_can_say(tmp_path: Path) -> None:
    lookup = layers.StringLookup(vocabulary=["red", "green", "blue"], output_mode="int")
    graph = model_of(lambda x: layers.Embedding(5, 2)(lookup(x)), (3,), dtype="string")
    agrees(graph, [np.array([["red", "blue", "?"], ["green", "", "red"]], object)], tmp_path / "model.onnx")


def test_what_onnx_can_not_say_is_told_with_its_layer_and_reason() -> None:
    graph = model_of(layers.Hashing(8, name="bins"), (3,), dtype="string")
    with pytest.raises(UnsupportedError, match=r"layer 'bins': StringHash: ONNX has no hash functions"):
        prepare(graph, TARGET, Options())


def test_a_corrupted_weight_is_noticed(tmp_path: Path) -> None:
    graph = model_of(images, (8, 8, 3))
    path = tmp_path / "model.onnx"
    model = convert(graph, path)
    weight = max(model.graph.initializer, key=lambda w: len(w.raw_data))
    weight.raw_data = bytes(bytearray(weight.raw_data[:-4]) + np.float32(2).tobytes())
    onnx.save(model, path)
    from kport.interpret import interpret

    x = floats(2, 8, 8, 3)
    tolerance: Tolerance = TARGET.tolerances["float32"]
    (output,), (expected,) = TARGET.run(path, [x]), interpret(graph, [x])
    assert not np.allclose(output, expected, tolerance.rtol, tolerance.atol)
