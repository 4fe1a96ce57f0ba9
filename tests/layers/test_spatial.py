"""Convolution, pooling and reshaping beyond the grid: real files, sizes that aren't known, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import layers, models
from kport.check import check
from kport.converters.passes.rewrite import rewrite
from kport.errors import LayerError
from kport.interpret import interpret
from kport.ir import Node
from kport.layers import Layer
from kport.ops.conv_transpose import ConvTranspose
from kport.trace import trace
from tests.compare import assert_same
from tests.conftest import MODELS

EXAMPLES = MODELS / "dl4j-test-resources/src/main/resources/modelimport/keras/examples"
GOLDEN = sorted(EXAMPLES.glob("*conv1d/*_model.h5"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_computes_what_keras_2_did(path: Path) -> None:
    """Files that hold a Conv1D with an input and the output that the Keras of its time computed."""
    import h5py

    with h5py.File(path) as file, h5py.File(str(path).replace("_model.", "_inputs_and_outputs.")) as golden:
        model = json.loads(file.attrs["model_config"])["config"]
        (config,) = model if isinstance(model, list) else model["layers"]
        layer = layers.Conv1D.from_config({k: v for k, v in config["config"].items() if k != "batch_input_shape"})
        (x,), (expected,) = ([array[()] for array in golden[part].values()] for part in ("inputs", "outputs"))
        weights = file["model_weights"][layer.name]
        layer(x)
        layer.set_weights([weights[name][()] for name in weights.attrs["weight_names"]])
        assert_same(layer(x), expected)


UNKNOWN = [
    layers.Conv2D(4, 3, strides=2, padding="same"),
    layers.Conv2D(4, 2, padding="same", data_format="channels_first"),
    layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
    layers.Conv2DTranspose(4, (3, 2), strides=3, padding="same", output_padding=(0, 2)),
    layers.Conv2DTranspose(4, 2, strides=3),
    layers.DepthwiseConv2D(2, strides=(2, 1), padding="same"),
    layers.DepthwiseConv2D(3, strides=2, dilation_rate=2, padding="same"),
    layers.SeparableConv2D(4, 3, strides=2, padding="same"),
    layers.MaxPooling2D(3, strides=2, padding="same"),
    layers.AveragePooling2D(3, strides=2, padding="same"),
    layers.AveragePooling2D(2, data_format="channels_first"),
    layers.GlobalAveragePooling2D(),
    layers.Cropping2D(1),
    layers.ZeroPadding2D(1, data_format="channels_first"),
    layers.UpSampling2D(2),
    layers.UpSampling2D(2, interpolation="bilinear"),
    layers.Reshape((-1, 3)),
    layers.Permute((3, 1, 2)),
]


def model_of(layer: Layer) -> models.Functional:
    """A model whose input has unknown height and width, where the layer allows that of its channels."""
    first = getattr(layer, "data_format", None) == "channels_first"
    shape = (3, None, None) if first else (None, None, 3)
    x = layers.Input(shape)
    return models.Functional(x, type(layer).from_config(layer.get_config())(x))


def transposed_by_parts(node: Node, inputs: list[Any]) -> Any:
    return node.op.decompose(*inputs) if isinstance(node.op, ConvTranspose) else None


def image(model: models.Functional) -> np.ndarray:
    shape = [5 if d is None else d for d in model.inputs.shape[1:]]
    return np.random.default_rng(0).uniform(-1, 1, (2, *shape)).astype("float32")


@pytest.mark.parametrize("layer", UNKNOWN, ids=lambda layer: type(layer).__name__)
def test_graph_with_unknown_sizes(layer: Layer) -> None:
    model = model_of(layer)
    x = image(model)
    graph = trace(model)
    (output,) = interpret(graph, [x])
    assert_same(output, model(x))
    assert all(d in (None, s) for d, s in zip(graph.outputs[0].shape, output.shape, strict=True))
    decomposed, _ = rewrite(graph, transposed_by_parts)
    check(decomposed)
    assert_same(interpret(decomposed, [x]), [output], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", UNKNOWN, ids=lambda layer: type(layer).__name__)
def test_tensorflow_with_unknown_sizes(layer: Layer) -> None:
    import tensorflow as tf

    model = model_of(layer)
    x = image(model)
    traced = tf.function(lambda t: model(t), input_signature=[tf.TensorSpec((None, *model.inputs.shape[1:]), "float32")])
    assert_same(traced(tf.constant(x)), model(x), rtol=1e-4, atol=1e-5)


REFUSED = [
    (lambda: layers.Conv2D(4, 0), "kernel_size of at least 1. Received: kernel_size=(0, 0)"),
    (lambda: layers.Conv2D(4, (3, 3, 3)), "2 numbers for kernel_size"),
    (lambda: layers.Conv2D(4, 3, padding="causal"), "valid, same. Received: padding='causal'"),
    (lambda: layers.Conv2D(4, 3, data_format="NCHW"), "Received: data_format='NCHW'"),
    (lambda: layers.Conv2D(5, 3, groups=2), "multiple of groups=2. Received: filters=5"),
    (lambda: layers.Conv2D(4, 3, groups=2)(np.ones((1, 5, 5, 3), "f")), "multiple of groups=2. Received: 3 channels"),
    (lambda: layers.Conv2D(4, 3)(np.ones((1, 5, 5), "f")), "rank 4. Received: shape=(1, 5, 5)"),
    (lambda: layers.Conv2D(4, 3)(layers.Input((5, 5, None))), "known number of channels"),
    (lambda: layers.Conv2D(4, 3)(layers.Input((2, 5, 3))), "at least 3"),
    (lambda: layers.Conv2DTranspose(4, 3, strides=2, output_padding=2), "less than strides=(2, 2)"),
    (lambda: layers.LocallyConnected1D(4, 3, padding="same"), "'valid' with implementation=1"),
    (lambda: layers.LocallyConnected1D(4, 3, implementation=4), "Received: implementation=4"),
    (lambda: layers.LocallyConnected1D(4, 3)(np.ones((1, 2, 3), "f")), "at least (3,). Received: size=2"),
    (lambda: layers.MaxPooling2D(padding="full"), "Received: padding='full'"),
    (lambda: layers.GlobalMaxPooling1D()(np.ones((1, 5), "f")), "rank 3"),
    (lambda: layers.AdaptiveMaxPooling1D(2)(layers.Input((None, 3))), "known spatial sizes"),
    (lambda: layers.Reshape((-1, -1)), "at most one -1"),
    (lambda: layers.Reshape((4, -1))(np.ones((1, 6), "f")), "multiple of 4"),
    (lambda: layers.Permute((0, 1)), "permutation of 1 to 2"),
    (lambda: layers.RepeatVector(0), "n of at least 1"),
    (lambda: layers.Cropping2D((1, 2, 3)), "each of 2 axes"),
    (lambda: layers.ZeroPadding1D((-1, 0)), "none negative"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_says_what_it_expected(make: Any, message: str) -> None:
    with pytest.raises(LayerError) as error:
        make()
    assert message in str(error.value)


def test_adaptation_is_in_the_kernel_that_files_hold() -> None:
    """A Keras layer with LoRA stores its kernel with the adaptation added; the two agree when that is given."""
    import keras

    x = np.ones((2, 5, 3), "float32")
    theirs = keras.layers.Conv1D(4, 2, lora_rank=2, lora_alpha=3.0)
    theirs(x)
    theirs.set_weights([np.random.default_rng(0).normal(size=w.shape) for w in theirs.get_weights()])
    ours = layers.Conv1D.from_config(theirs.get_config())
    ours(x)
    ours.set_weights([np.asarray(theirs.kernel), np.asarray(theirs.bias)])
    assert_same(ours(x), np.asarray(theirs(x)))
    assert (ours.get_config()["lora_rank"], ours.get_config()["lora_alpha"]) == (2, 3.0)
