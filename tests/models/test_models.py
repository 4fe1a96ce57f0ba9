"""Models built by the same code in kport and in Keras 3: same weights, same order of them, same outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import kport
from kport.check import check
from kport.interpret import interpret
from kport.layers.operation import OpLayer
from kport.models.masks import follow_version
from kport.trace import trace
from kport.tree import flatten, map_structure
from tests.compare import assert_same
from tests.data import Floats, Ints, make
from tests.layers.oracle import random_weights

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

Build = Callable[[Any], Any]
"""A function of a framework (kport or keras) that gives a model."""

CASES: dict[str, tuple[Build, Any]] = {}
"""By name: the function, and the inputs as `tests.data.make` takes them."""


def case(inputs: Any) -> Callable[[Build], Build]:
    def add(build: Build) -> Build:
        CASES[build.__name__] = (build, inputs)
        return build

    return add


@case((2, 5))
def sequential(k: Any) -> Any:
    return k.Sequential([k.Input((5,)), k.layers.Dense(4, activation="relu"), k.layers.Dense(3), k.layers.Activation("softmax")])


@case((2, 5))
def sequential_without_input(k: Any) -> Any:
    model = k.Sequential()
    model.add(k.layers.Dense(4, activation="tanh"))
    model.add(k.layers.Dense(3))
    model.add(k.layers.Dense(7))
    model.pop()
    return model


@case((2, 6, 6, 2))
def convolutional(k: Any) -> Any:
    layers = [
        k.layers.Conv2D(3, 3, activation="relu"),
        k.layers.BatchNormalization(),
        k.layers.MaxPooling2D(2),
        k.layers.Flatten(),
    ]
    return k.Sequential([k.Input((6, 6, 2)), *layers, k.layers.Dropout(0.5), k.layers.Dense(2)])


@case((2, 5))
def shared_layer(k: Any) -> Any:
    """A layer called twice has one set of weights."""
    x = k.Input((5,))
    shared = k.layers.Dense(5, activation="tanh")
    return k.Model(x, k.layers.Dense(2)(shared(shared(x))))


@case([(2, 5), (2, 5)])
def siamese(k: Any) -> Any:
    a, b = k.Input((5,)), k.Input((5,))
    encoder = k.Sequential([k.Input((5,)), k.layers.Dense(4, activation="tanh"), k.layers.Dense(3)])
    return k.Model([a, b], k.layers.Subtract()([encoder(a), encoder(b)]))


@case([(2, 5), (2, 3)])
def several_inputs_and_outputs(k: Any) -> Any:
    a, b = k.Input((5,)), k.Input((3,))
    x = k.layers.Concatenate()([k.layers.Dense(4)(a), k.layers.Dense(2)(b)])
    return k.Model([a, b], [k.layers.Dense(1)(x), x, k.layers.Dense(2)(b)])


@case({"a": (2, 5), "b": (2, 5)})
def dict_inputs(k: Any) -> Any:
    a, b = k.Input((5,), name="a"), k.Input((5,), name="b")
    return k.Model({"a": a, "b": b}, k.layers.Subtract()([k.layers.Dense(3)(a), k.layers.Dense(3)(b)]))


@case((2, 5))
def dict_outputs(k: Any) -> Any:
    x = k.Input((5,))
    return k.Model(x, {"first": k.layers.Dense(3)(x), "second": k.layers.Dense(2)(x)})


@case((2, 5))
def an_input_that_is_an_output(k: Any) -> Any:
    x = k.Input((5,))
    return k.Model(x, [x, k.layers.Dense(2)(x)])


@case((2, 6))
def nested(k: Any) -> Any:
    """Functional in Sequential in Functional."""
    inner_x = k.Input((4,))
    inner = k.Model(inner_x, k.layers.Add()([k.layers.Dense(4)(inner_x), inner_x]))
    middle = k.Sequential([k.Input((6,)), k.layers.Dense(4, activation="tanh"), inner, k.layers.Dense(3)])
    x = k.Input((6,))
    return k.Model(x, k.layers.Dense(2)(middle(x)))


@case((2, 6))
def nested_called_twice(k: Any) -> Any:
    inner_x = k.Input((6,))
    inner = k.Model(inner_x, k.layers.Dense(6, activation="tanh")(inner_x))
    x = k.Input((6,))
    return k.Model(x, k.layers.Average()([inner(x), inner(inner(x))]))


@case([(2, 3), (2, 4)])
def nested_with_several_inputs_and_outputs(k: Any) -> Any:
    a, b = k.Input((3,)), k.Input((4,))
    inner = k.Model([a, b], [k.layers.Dense(2)(b), k.layers.Dense(2)(a)])
    c, d = k.Input((3,)), k.Input((4,))
    first, second = inner([c, d])
    return k.Model([c, d], k.layers.Concatenate()([first, k.layers.Dense(3)(second)]))


@case(Ints((2, 6), 4))
def mask_through_layers(k: Any) -> Any:
    """The mask of an embedding reaches the LSTM behind a dense layer and dropout."""
    x = k.Input((6,), dtype="int32")
    y = k.layers.Embedding(4, 3, mask_zero=True)(x)
    y = k.layers.Dropout(0.5)(k.layers.Dense(3, activation="tanh")(y))
    return k.Model(x, k.layers.LSTM(4)(y))


@case(Ints((3, 6), 3))
def mask_through_nested_models(k: Any) -> Any:
    embedder = k.Sequential([k.Input((6,), dtype="int32"), k.layers.Embedding(3, 3, mask_zero=True), k.layers.Dense(3)])
    inner_x = k.Input((6, 3))
    encoder = k.Model(inner_x, k.layers.GRU(4, return_sequences=True)(inner_x))
    x = k.Input((6,), dtype="int32")
    return k.Model(x, k.layers.GlobalAveragePooling1D()(encoder(embedder(x))))


@case(Ints((3, 6), 3))
def mask_into_attention(k: Any) -> Any:
    """Query, value and key by keyword; their masks come along."""
    x = k.Input((6,), dtype="int32")
    y = k.layers.Embedding(3, 4, mask_zero=True)(x)
    y = k.layers.MultiHeadAttention(2, 3)(query=y, value=y, use_causal_mask=True)
    return k.Model(x, k.layers.GlobalAveragePooling1D()(k.layers.LayerNormalization()(y)))


@case([Ints((3, 6), 3), Ints((3, 4), 3)])
def masks_of_several_tensors(k: Any) -> Any:
    a, b = k.Input((6,), dtype="int32"), k.Input((4,), dtype="int32")
    embedding = k.layers.Embedding(3, 4, mask_zero=True)
    query, value = embedding(a), embedding(b)
    attended, weights = k.layers.Attention()([query, value], return_attention_scores=True)
    both = k.layers.Concatenate(axis=1)([attended, value])
    return k.Model([a, b], [k.layers.GlobalAveragePooling1D()(both), k.layers.GlobalAveragePooling1D()(weights)])


@case(Ints((3, 6), 3))
def an_operator_drops_the_mask(k: Any) -> Any:
    x = k.Input((6,), dtype="int32")
    y = k.layers.Embedding(3, 4, mask_zero=True)(x)
    return k.Model(x, [k.layers.LSTM(3)(y * 2.0), k.layers.LSTM(3)(y)])


@case([(2, 3, 4), (2, 4, 3)])
def operators(k: Any) -> Any:
    a, b = k.Input((3, 4)), k.Input((4, 3))
    product = k.layers.Dense(3)(a) @ k.layers.Dense(3)(b[:, :3])
    return k.Model([a, b], [product * 2 + 1, 1.0 - a[:, 0] / 2.0, -b[:, 1:, ::2], a[..., -1] ** 2])


@case((2, 3, 6, 6))
def channels_first(k: Any) -> Any:
    x = k.Input((3, 6, 6))
    y = k.layers.BatchNormalization(axis=1)(k.layers.Dense(6)(x))
    y = k.layers.GlobalAveragePooling2D(data_format="channels_first")(y)
    return k.Model(x, k.layers.Flatten(data_format="channels_first")(k.layers.Reshape((3, 1))(y)))


@case((2, 4))
def wide_graph(k: Any) -> Any:
    """Branches of different depths: the order of weights is that of depth."""
    x = k.Input((4,))
    deep = k.layers.Dense(4)(k.layers.Dense(4, activation="tanh")(k.layers.Dense(4)(x)))
    branches = [k.layers.Dense(4)(x), deep, *(k.layers.Dense(4, activation="tanh")(deep) for _ in range(3))]
    merged = k.layers.Add()(branches)
    late = k.layers.Dense(4)(x)
    return k.Model(x, [late, k.layers.Concatenate()([merged, k.layers.Dense(2)(late), branches[0]])])


@case((2, 4))
def shared_at_different_depths(k: Any) -> Any:
    x = k.Input((4,))
    shared, other = k.layers.Dense(4), k.layers.Dense(4, activation="tanh")
    return k.Model(x, k.layers.Add()([shared(other(shared(x))), shared(x), k.layers.Dense(4)(x)]))


@case((2, 4))
def from_an_inner_tensor(k: Any) -> Any:
    x = k.Input((4,))
    inner = k.layers.Dense(3, activation="tanh")(x)
    whole = k.Model(x, k.layers.Dense(2)(k.layers.Dense(4)(inner)))
    head = k.Model(inner, whole.output)
    features = k.Model(whole.input, whole.layers[1].output)
    y = k.Input((4,))
    return k.Model(y, head(features(y)))


@case((2, 7, 4))
def transformer_block(k: Any) -> Any:
    x = k.Input((None, 4))
    y = k.layers.LayerNormalization()(k.layers.Add()([x, k.layers.MultiHeadAttention(2, 3, dropout=0.1)(x, x)]))
    z = k.layers.Dense(4)(k.layers.Dense(8, activation="gelu")(y))
    return k.Model(x, k.layers.LayerNormalization(epsilon=1e-6)(y + z))


@case([Ints((3, 6), 4), Ints((3, 5), 4)])
def transformer_decoder(k: Any) -> Any:
    """Both lengths unknown, both padded. Keras's MultiHeadAttention takes the masks off its inputs as it runs."""
    a, b = k.Input((None,), dtype="int32"), k.Input((None,), dtype="int32")
    embedding = k.layers.Embedding(4, 4, mask_zero=True)
    x, memory = embedding(a), embedding(b)
    x = k.layers.LayerNormalization()(k.layers.Add()([x, k.layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)]))
    x = k.layers.Add()([x, k.layers.MultiHeadAttention(2, 3, dropout=0.1)(x, memory)])
    x = k.layers.Add()([x, k.layers.GroupQueryAttention(3, 4, 2)(x, memory, use_causal_mask=True)])
    attended, weights = k.layers.MultiHeadAttention(2, 3, attention_axes=1)(x, value=memory, return_attention_scores=True)
    return k.Model([a, b], [k.layers.AdditiveAttention()([attended, memory]), weights, x])


def encoder_block(k: Any) -> Any:
    x = k.Input((None, 4))
    y = k.layers.LayerNormalization()(k.layers.Add()([x, k.layers.MultiHeadAttention(2, 3)(x, x)]))
    return k.Model(x, k.layers.Add()([y, k.layers.Dense(4, activation="gelu")(y)]))


@case(Ints((3, 6), 3))
def masks_that_attention_takes(k: Any) -> Any:
    """From the second block on nothing is masked; a recurrent layer got its mask when the model was put together."""
    x = k.Input((None,), dtype="int32")
    embedded = k.layers.Embedding(3, 4, mask_zero=True)(x)
    y = k.layers.Dropout(0.1)(embedded)
    for _ in range(2):
        y = k.layers.LayerNormalization()(k.layers.Add()([y, k.layers.MultiHeadAttention(2, 3)(y, y)]))
    return k.Model(x, [y, k.layers.LSTM(3)(y), k.layers.LSTM(2)(embedded), k.layers.GlobalAveragePooling1D()(y)])


@case(Ints((3, 6), 3))
def masks_that_attention_takes_in_nested_models(k: Any) -> Any:
    x = k.Input((None,), dtype="int32")
    y = k.layers.Embedding(3, 4, mask_zero=True)(x)
    for block in (encoder_block(k), encoder_block(k)):
        y = block(y)
    z = k.layers.Embedding(3, 4, mask_zero=True)(x)
    z = k.layers.Add()([z, k.Sequential([k.Input((None, 4)), k.layers.Dropout(0.1), encoder_block(k)])(z)])
    z = k.layers.MultiHeadAttention(2, 3)(z, z)
    return k.Model(x, [z, y, k.layers.LSTM(3)(y), k.layers.GlobalAveragePooling1D()(y)])


@case((2, 3, 4, 5))
def attention_over_unknown_axes(k: Any) -> Any:
    x = k.Input((None, None, 5))
    y = k.layers.MultiHeadAttention(2, 3, attention_axes=(1, 2))(x, x)
    return k.Model(x, k.layers.GroupNormalization(5)(k.layers.MultiHeadAttention(2, 3, attention_axes=2)(y, x)))


@pytest.fixture(scope="module")
def pair(request: pytest.FixtureRequest) -> tuple[Any, Any, Any, Any]:
    """kport's model with Keras's weights, the inputs, Keras's outputs, and Keras's model."""
    import keras

    build, specification = CASES[request.param]
    inputs = make(specification, 7)
    ours, theirs = build(kport), build(keras)
    theirs(inputs)
    ours.predict(inputs)
    theirs.set_weights(random_weights(theirs.weights, request.param))
    ours.set_weights([w.numpy() for w in theirs.weights if "seed" not in w.name])
    expected = map_structure(lambda t: t.numpy(), theirs(inputs))
    return ours, inputs, expected, theirs


every = pytest.mark.parametrize("pair", CASES, indirect=True)


@every
def test_numpy_agrees_with_keras(pair: Any) -> None:
    model, inputs, expected, _ = pair
    assert_same(model.predict(inputs), expected)
    assert_same(model.predict(inputs, batch_size=1), expected)


@every
def test_tensorflow_agrees_with_keras(pair: Any) -> None:
    import tensorflow as tf

    model, inputs, expected, _ = pair
    assert_same(model(map_structure(tf.convert_to_tensor, inputs)), expected)


@every
def test_graph_agrees_with_keras(pair: Any) -> None:
    model, inputs, expected, _ = pair
    graph = trace(model)
    check(graph)
    assert all(v.shape[0] is None for v in graph.inputs)
    assert_same(interpret(graph, flatten(inputs)), flatten(expected))


@every
def test_layers_and_weights_are_in_keras_order(pair: Any) -> None:
    model, _, _, theirs = pair
    own = [type(x).__name__ for x in model.layers if not isinstance(x, OpLayer)]  # Keras counts no operations
    assert own == [type(x).__name__ for x in theirs.layers]
    ours = [(w.name, w.shape) for w in model.weights]
    assert ours == [(w.name, tuple(w.shape)) for w in theirs.weights if "seed" not in w.name]
    assert model.count_params() == sum(int(np.prod(shape)) for _, shape in ours)


@every
def test_configuration_round_trip(pair: Any) -> None:
    model, inputs, expected, _ = pair
    again = type(model).from_config(model.get_config())
    again.predict(inputs)
    again.set_weights(model.get_weights())
    assert_same(again.predict(inputs), expected)


@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_masks_as_keras_2_treats_them(dropout: float) -> None:
    """There attention takes no masks, so the second block is masked as well; padded queries attend to all alike."""
    import tf_keras

    def build(k: Any) -> Any:
        x = k.Input((None,), dtype="int32")
        y = k.layers.Embedding(3, 4, mask_zero=True)(x)
        for _ in range(2):
            y = k.layers.Add()([y, k.layers.MultiHeadAttention(2, 3, dropout=dropout)(y, y)])
        return k.Model(x, [y, k.layers.LSTM(3)(y)])

    inputs = make(Ints((3, 6), 3), 7)
    ours, theirs = build(kport), build(tf_keras)
    follow_version(ours, (2, 15))
    theirs.set_weights(random_weights(theirs.weights, "masks"))
    ours.set_weights(theirs.get_weights())
    assert_same(ours.predict(inputs), [t.numpy() for t in theirs(inputs)])


def test_subclass_computes_and_is_traced() -> None:
    """A model written as a class; its inputs follow from the data."""

    class Residual(kport.Model):
        def __init__(self) -> None:
            super().__init__(name="residual")
            self.blocks = [kport.layers.Dense(4, activation="tanh", name=f"block_{i}") for i in range(2)]
            self.head = kport.layers.Dense(2, name="head")

        def call(self, inputs: Any, training: bool = False) -> Any:
            x = inputs["x"]
            for block in self.blocks:
                x = kport.ops.add(block(x), x)
            return self.head(x) * inputs["scale"]

    model = Residual()
    data = {"x": make((5, 4), 0), "scale": make(Floats((5, 1)), 1)}
    y = model.predict(data, batch_size=2)
    graph = trace(model)
    check(graph)
    assert graph.input_names == ["scale", "x"]  # sorted, as Keras has inputs by name
    assert graph.outputs[0].shape == (None, 2)
    assert_same(interpret(graph, data), [y])
    assert [w.path for w in model.weights] == [f"{n}/{w}" for n in ("block_0", "block_1", "head") for w in ("kernel", "bias")]
    outer_x, outer_scale = kport.Input((4,)), kport.Input((1,))
    outer = kport.Model([outer_x, outer_scale], model({"x": outer_x, "scale": outer_scale}))
    assert_same(outer.predict([data["x"], data["scale"]]), y)


def test_training_reaches_the_layers() -> None:
    """Batch normalization inside a nested model uses the batch's own statistics."""
    inner = kport.Sequential([kport.Input((3,)), kport.layers.BatchNormalization()])
    x = kport.Input((3,))
    model = kport.Model(x, inner(x))
    data = make((8, 3), 0)
    assert abs(np.asarray(model(data, training=True)).mean()) < 1e-6
    assert abs(np.asarray(model(data)).mean() - data.mean()) < 0.02
    assert np.abs(model.weights[2].numpy()).max() > 0
