"""Recurrent layers in training, against Keras: what dropout leaves out for the same seed, states that go on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers, models, ops
from kport.errors import LayerError
from tests.compare import assert_same
from tests.data import make
from tests.layers.oracle import random_weights

SEQUENCE, IMAGES = (3, 6, 4), (2, 3, 5, 6, 3)
RATES = [{"dropout": 0.4}, {"recurrent_dropout": 0.3}, {"dropout": 0.4, "recurrent_dropout": 0.3}]
CASES: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    *(
        (name, {"units": 5, **more, **rates}, SEQUENCE)
        for name, more in (("SimpleRNN", {}), ("LSTM", {}), ("GRU", {}), ("GRU", {"reset_after": False}))
        for rates in RATES
    ),
    ("LSTM", {"units": 5, "dropout": 0.4, "use_cudnn": False, "implementation": 1}, SEQUENCE),
    ("LSTM", {"units": 5, "dropout": 0.4, "recurrent_dropout": 0.3, "use_bias": False, "go_backwards": True}, SEQUENCE),
    ("GRU", {"units": 5, "recurrent_dropout": 0.3, "use_bias": False, "return_sequences": True}, SEQUENCE),
    ("GRU", {"units": 5, "dropout": 0.4, "activation": "gelu"}, SEQUENCE),
    ("SimpleRNN", {"units": 5, "dropout": 1.0}, SEQUENCE),
    ("LSTM", {"units": 5, "dropout": 1.0, "recurrent_dropout": 0.3}, SEQUENCE),
    ("ConvLSTM1D", {"filters": 4, "kernel_size": 3, "dropout": 0.4, "recurrent_dropout": 0.3}, IMAGES[:4]),
    ("ConvLSTM2D", {"filters": 4, "kernel_size": 3, "dropout": 0.4, "padding": "same", "use_bias": False}, IMAGES),
    ("ConvLSTM2D", {"filters": 4, "kernel_size": 3, "recurrent_dropout": 0.4, "return_sequences": True}, IMAGES),
]


def pair(make_layer: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """kport's layer and Keras's, built, with the same weights."""
    import keras

    ours, theirs = make_layer(layers), make_layer(keras.layers)
    for layer in (ours, theirs):
        layer.build(shape)
        layer.built = True
    theirs.set_weights(random_weights(theirs.weights, str(shape)))
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def agree(ours: Any, theirs: Any, shape: tuple[int, ...], how: str) -> None:
    """Two calls in training and one outside of it."""
    import tensorflow as tf

    x = make(shape, 1)
    call: Any = {
        "numpy": lambda x: ours(x, training=True),
        "eager": lambda x: ours(tf.constant(x), training=True),
        "function": tf.function(lambda x: ours(x, training=True), autograph=False),
    }[how]
    outputs = []
    for _ in range(2):
        outputs.append(np.asarray(call(x)))
        assert_same(outputs[-1], theirs(x, training=True), atol=1e-5)
    assert_same(ours(x, training=False), theirs(x, training=False), atol=1e-5)
    assert (outputs[0] != outputs[1]).any() or "dropout': 1.0" in str(ours.get_config())


@pytest.mark.parametrize(("name", "config", "shape"), CASES, ids=str)
@pytest.mark.parametrize("how", ["numpy", "function"])
def test_dropout_is_that_of_keras(name: str, config: dict[str, Any], shape: tuple[int, ...], how: str) -> None:
    agree(*pair(lambda module: getattr(module, name)(**config, seed=21), shape), shape, how)


@pytest.mark.parametrize("how", ["numpy", "eager", "function"])
@pytest.mark.parametrize("rate", ["dropout", "recurrent_dropout"])
def test_dropout_of_stacked_cells_is_that_of_keras(rate: str, how: str) -> None:
    def stack(module: Any) -> Any:
        cells = [module.LSTMCell(5, seed=1, **{rate: 0.3}), module.GRUCell(3, dropout=0.4, seed=2), module.SimpleRNNCell(2)]
        return module.RNN(cells, return_sequences=True)

    agree(*pair(stack, SEQUENCE), SEQUENCE, how)


def test_dropout_of_both_directions_is_that_of_keras() -> None:
    def both(module: Any) -> Any:
        return module.Bidirectional(module.LSTM(4, dropout=0.3, seed=5, return_sequences=True))

    agree(*pair(both, SEQUENCE), SEQUENCE, "function")


def test_dropout_with_masks_is_that_of_keras() -> None:
    x, mask = make(SEQUENCE, 1), np.arange(6) < np.array([[6], [2], [4]])
    ours, theirs = pair(lambda module: module.GRU(4, dropout=0.3, recurrent_dropout=0.2, seed=5), SEQUENCE)
    assert_same(ours(x, mask=mask, training=True), theirs(x, mask=mask, training=True), atol=1e-5)


@pytest.mark.parametrize("name", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_leaves_out_the_same_until_it_is_reset(name: str) -> None:
    x, h = make((3, 4), 1), make((3, 5), 2)
    ours, theirs = pair(lambda module: getattr(module, name)(5, dropout=0.4, recurrent_dropout=0.3, seed=3), (3, 4))
    states = [h, h] if name == "LSTMCell" else [h]
    for _ in range(2):
        first = ours(x, states, training=True)[0]
        for _ in range(2):
            assert_same(ours(x, states, training=True)[0], first)
            assert_same(first, theirs(x, states, training=True)[0], atol=1e-5)
        for cell in (ours, theirs):
            cell.reset_dropout_mask()
            cell.reset_recurrent_dropout_mask()


def test_a_cell_leaves_a_traced_function_without_its_tensors() -> None:
    import tensorflow as tf

    cell = layers.GRUCell(5, dropout=0.5)
    x, h = tf.ones((3, 4)), [tf.zeros((3, 5))]
    tf.function(lambda: cell(x, h, training=True), autograph=False)()
    tf.function(lambda: cell(x, h, training=True), autograph=False)()
    assert np.isfinite(np.asarray(cell(x, h, training=True)[0])).all()


def test_gradients_with_dropout_are_those_of_keras() -> None:
    import tensorflow as tf

    ours, theirs = pair(lambda module: module.LSTM(5, dropout=0.4, recurrent_dropout=0.3, seed=2), SEQUENCE)
    x, gradients = tf.constant(make(SEQUENCE, 1)), []
    for layer in (ours, theirs):

        def step(layer: Any = layer) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(layer(x, training=True) ** 2)
            return tape.gradient(loss, [getattr(w, "value", w) for w in layer.trainable_weights])

        if layer is ours:
            for weight in layer.weights:
                weight.in_tensorflow()
        gradients.append(tf.function(step, autograph=False)())
    for mine, other in zip(*gradients, strict=True):
        assert_same(mine, other, rtol=1e-4, atol=1e-5)


# state


@pytest.mark.parametrize(
    ("name", "config", "shape"),
    [
        ("SimpleRNN", {"units": 3}, SEQUENCE),
        ("LSTM", {"units": 3, "return_sequences": True}, SEQUENCE),
        ("GRU", {"units": 3, "dropout": 0.4, "seed": 3}, SEQUENCE),
        ("ConvLSTM1D", {"filters": 4, "kernel_size": 3, "padding": "same"}, IMAGES[:4]),
    ],
    ids=str,
)
@pytest.mark.parametrize("known", [True, False])
def test_states_go_on_in_a_traced_function(name: str, config: dict[str, Any], shape: tuple[int, ...], known: bool) -> None:
    """Traced once; `known`: with the size of batches that the layer was built for."""
    import tensorflow as tf

    ours, theirs = pair(lambda module: getattr(module, name)(**config, stateful=True), shape)
    signature = tf.TensorSpec((shape[0] if known else None, *shape[1:]))
    call = tf.function(lambda x: ours(x, training=True), input_signature=[signature], autograph=False)
    for seed in range(3):
        assert_same(call(make(shape, seed)), theirs(make(shape, seed), training=True), atol=1e-5)
    ours.reset_state()
    theirs.reset_state()
    for seed in range(2):
        assert_same(call(make(shape, seed)), theirs(make(shape, seed), training=True), atol=1e-5)
    assert_same([s.numpy() for s in ours.states], [np.asarray(s) for s in theirs.states], atol=1e-5)
    assert not any(s is v for s in ours.states for v in ours.variables)


def test_states_may_be_set() -> None:
    layer = layers.GRU(2, stateful=True)
    x, given = make(SEQUENCE, 1), make((3, 2), 2)
    expected = layers.GRU(2)
    expected(x)
    layer(x)
    expected.set_weights(layer.get_weights())
    layer.reset_states([given])
    assert_same(layer(x), expected(x, initial_state=given))
    layer.reset_states()
    assert_same(layer(x), expected(x))


def test_own_stateful_cells_go_on() -> None:
    class Sum(layers.Layer):
        state_size = 4

        def call(self, inputs: Any, states: Any) -> Any:
            total = ops.add(states[0], inputs)
            return total, [total]

    layer, x = layers.RNN(Sum(), stateful=True), make(SEQUENCE, 1)
    assert_same(layer(x), x.sum(1), atol=1e-5)
    assert_same(layer(x), 2 * x.sum(1), atol=1e-5)


def test_unknown_batches_have_no_state() -> None:
    import tensorflow as tf

    layer = layers.GRU(2, stateful=True)
    call = tf.function(lambda x: layer(x), input_signature=[tf.TensorSpec((None, 6, 4))], autograph=False)
    with pytest.raises(LayerError, match=r"expected batches of a known size for a stateful layer.*batch_shape"):
        call(make(SEQUENCE, 1))


def test_a_graph_holds_no_dropout() -> None:
    from kport.interpret import interpret
    from kport.trace import trace

    x = layers.Input(SEQUENCE[1:])
    layer = layers.LSTM(3, dropout=0.5, recurrent_dropout=0.5)
    model = models.Model(x, layer(x, training=True))
    data = make(SEQUENCE, 1)
    assert_same(interpret(trace(model), [data]), [layer(data, training=False)])
