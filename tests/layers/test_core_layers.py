"""What no row of the layer grid shows of the core, merging and foreign layers: messages, options kept for files, names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import kport
from kport import activations, initializers, layers, models, ops
from kport.errors import LayerError, ShapeError
from kport.ir import Graph, TensorType
from kport.registry import CUSTOM
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")

X = np.arange(6, dtype="float32").reshape(2, 3)
BYTECODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": None, "closure": None}}


@pytest.fixture
def clean_registry() -> Iterator[None]:
    before = dict(CUSTOM)
    yield
    CUSTOM.clear()
    CUSTOM.update(before)


class TestLambda:
    def test_function_from_code(self) -> None:
        layer = layers.Lambda(lambda x, factor: ops.multiply(x, factor), arguments={"factor": 3.0})
        assert_same(layer(X), X * 3)
        x = layers.Input((3,))
        assert_same(models.Model(x, layer(x)).predict(X), X * 3)

    def test_mask_goes_to_the_function_and_comes_from_the_layer(self) -> None:
        layer = layers.Lambda(lambda x, mask: ops.where(mask, x, 0), mask=lambda inputs, mask: ops.logical_not(mask))
        mask = np.array([[True, False, True], [False, True, True]])
        y, out = layer.call_with_masks((X,), {}, (mask,))
        assert_same(y, X * mask)
        assert_same(out, ~mask)

    @pytest.mark.parametrize("name", ["relu6", "square"])
    def test_known_name(self, name: str) -> None:
        function = {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
        layer = layers.Lambda.from_config({"function": function})
        assert layer.function is getattr(activations, name, getattr(ops, name))
        assert layers.Lambda.from_config({"function": name})(X).shape == X.shape

    def test_registered_under_the_name_of_the_function_or_the_layer(self, clean_registry: None) -> None:
        kport.register(lambda x: ops.multiply(x, 2.0), name="twice")
        kport.register(lambda x: ops.multiply(x, 5.0), name="lambda_7")
        assert_same(layers.Lambda.from_config({"function": "twice"})(X), X * 2)
        assert_same(layers.Lambda.from_config({"function": BYTECODE, "name": "lambda_7"})(X), X * 5)

    @pytest.mark.parametrize("function", [BYTECODE, ["4wEAAAAA", None, None]], ids=["keras 3", "keras 2"])
    def test_python_code_in_a_file_is_never_executed(self, function: Any) -> None:
        with pytest.raises(LayerError) as error:
            layers.Lambda.from_config({"function": function, "name": "scale"})
        message = str(error.value)
        assert message.startswith("layer 'scale': expected the name of a function")
        assert "Python code in the file, which is never executed" in message
        assert "@kport.register(name='scale')" in message
        assert "--custom FILE" in message

    def test_unknown_name(self) -> None:
        with pytest.raises(LayerError, match=r"layer 'lambda': expected the name of a function .* Received: function=nothing"):
            layers.Lambda.from_config({"function": "nothing"})


@pytest.mark.parametrize("name", ["Dense", "EinsumDense", "Embedding"])
def test_lora_is_kept_for_files(name: str) -> None:
    import keras

    arguments = {
        "Dense": {"units": 2},
        "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 2},
        "Embedding": {"input_dim": 3, "output_dim": 2},
    }
    theirs = getattr(keras.layers, name)(**arguments[name], lora_rank=2, lora_alpha=4, name="x").get_config()
    ours = getattr(layers, name).from_config(theirs).get_config()
    assert (ours["lora_rank"], ours["lora_alpha"]) == (2, 4)
    assert getattr(keras.layers, name).from_config(ours).get_config()["lora_alpha"] == 4


def test_embedding_starts_with_given_weights() -> None:
    matrix = np.arange(8, dtype="float32").reshape(4, 2)
    layer = layers.Embedding(4, 2, weights=[matrix])
    assert_same(layer(np.array([3, 0])), matrix[[3, 0]])
    assert "weights" not in layer.get_config()


def test_embedding_reads_numbers_beyond_16_bits() -> None:
    matrix = np.arange(5000, dtype="float32").reshape(5000, 1) / 5000
    layer = layers.Embedding(5000, 1, weights=matrix, dtype="mixed_float16")
    assert_same(layer(np.array([4097.0], "float32")), matrix[[4097]].astype("float16"))


def test_einsum_dense_tells_its_initializer_the_axes() -> None:
    layer = layers.EinsumDense("abc,cde->abde", (None, 8, 16), kernel_initializer=initializers.GlorotUniform(seed=1))
    layer(np.zeros((1, 2, 50), "float32"))
    limit = (6 / (50 + 8 * 16)) ** 0.5
    kernel = layer.kernel.numpy()
    assert 0.98 * limit < np.abs(kernel).max() <= limit
    assert layer.get_config()["kernel_initializer"]["config"] == {"seed": 1, "input_axes": None, "output_axes": None}


def test_functions_stand_for_merging_layers() -> None:
    a, b = X, X + 1
    assert_same(layers.add([a, b]), a + b)
    assert_same(layers.subtract([a, b]), a - b)
    assert_same(layers.multiply([a, b]), a * b)
    assert_same(layers.average([a, b]), (a + b) / 2)
    assert_same(layers.maximum([a, b]), b)
    assert_same(layers.minimum([a, b]), a)
    assert_same(layers.concatenate([a, b], axis=0), np.concatenate([a, b], 0))
    assert_same(layers.dot([a, b], axes=1), (a * b).sum(1, keepdims=True))
    assert layers.add([layers.Input((3,)), layers.Input((3,))]).shape == (None, 3)


def test_a_graph_holds_dropout_as_it_is_outside_of_training() -> None:
    graph = Graph()
    x = graph.add_input("x", TensorType("float32", (None, 3)))
    assert layers.Dropout(0.5)(x, training=True) is x


FOREIGN = {
    "FlaxLayer": "a Flax module",
    "JaxLayer": "a JAX function",
    "TorchModuleWrapper": "a pickled PyTorch module",
    "TFSMLayer": "the path of a TensorFlow SavedModel",
}


@pytest.mark.parametrize(("name", "holds"), FOREIGN.items())
def test_foreign_layers_say_what_they_are(name: str, holds: str) -> None:
    with pytest.raises(LayerError, match=f"layer 'outside': .* Received: {name}, which holds {holds}\\. (Write|Open)"):
        layers.get({"class_name": name, "config": {"name": "outside", "module": "...", "filepath": "x"}})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.Add(name="a")(X), "layer 'a': expected a list of inputs"),
        (lambda: layers.Concatenate(name="a")(X), "layer 'a': expected a list of inputs"),
        (lambda: layers.Subtract(name="a")([X, X, X]), "layer 'a': expected two inputs. Received: 3 inputs"),
        (lambda: layers.Dot(0, name="a")([X, X]), "layer 'a': expected axes other than the batch. Received: axes=0"),
        (lambda: layers.Dot(1, name="a")([layers.Input((3,)), layers.Input((2,))]), "layer 'a'"),
        (lambda: layers.Add(name="a")([layers.Input((3,)), layers.Input((2,))]), "layer 'a': .* shapes that broadcast"),
        (lambda: layers.ReLU(-1.0, name="a"), "layer 'a': expected max_value ≥ 0 of ReLU. Received: max_value=-1.0"),
        (lambda: layers.LeakyReLU(None, name="a"), "layer 'a': expected negative_slope ≥ 0 .* Received: negative_slope=None"),
        (lambda: layers.EinsumDense("ab->a", 2, name="a")(X), r"layer 'a': expected an equation like .* equation='ab->a'"),
        (lambda: layers.EinsumDense("...ab,bc->ac", 2, name="a")(X), "layer 'a': expected an equation like"),
        (lambda: layers.EinsumDense("abc,cd->abd", 2, name="a")(X), r"expected an input with the axes of .*=\(2, 3\)"),
        (lambda: layers.EinsumDense("ab,bc->ad", 2, name="a")(X), "expected each letter of the kernel in input or output"),
        (lambda: layers.EinsumDense("ab,bc->ac", (2, 2), name="a")(X), "a size of every output axis"),
        (lambda: layers.EinsumDense("ab,bc->ac", 2, "relu", "x", name="a")(X), "expected bias_axes among .* bias_axes='x'"),
        (lambda: layers.Dense(2, name="a")(layers.Input((None,))), "layer 'a': expected a known shape for weight 'kernel'"),
        (lambda: layers.Dense.from_config({"units": 2, "unit": 3, "name": "a"}), "layer 'a': .* Received: unit=3"),
    ],
)
def test_messages(call: Any, message: str) -> None:
    with pytest.raises((LayerError, ShapeError), match=message):
        call()
