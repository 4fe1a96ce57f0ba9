"""What recurrent layers do beyond one call: state, masks that travel, symbolic states, unknown lengths, own cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers, models, ops
from kport.check import check
from kport.errors import LayerError
from kport.interpret import interpret
from kport.layers import Layer
from kport.registry import CUSTOM, register
from kport.registry import layers as registry
from kport.trace import trace
from tests.compare import assert_same
from tests.layers.oracle import random_weights

pytestmark = pytest.mark.filterwarnings("ignore")
RNG = np.random.default_rng(1)
X = RNG.uniform(-1, 1, (2, 5, 3)).astype("float32")


def graph_outputs(model: Any, *inputs: np.ndarray) -> list[Any]:
    graph = trace(model)
    check(graph)
    return interpret(graph, list(inputs))


def op_names(model: Any) -> list[str]:
    return [node.op.name for node in trace(model).nodes]


# state


def test_stateful_layer_goes_on_where_it_stopped() -> None:
    import keras

    oracle = keras.layers.LSTM(2, stateful=True, return_sequences=True)
    oracle.build((2, 5, 3))
    layer = layers.LSTM(2, stateful=True, return_sequences=True)
    layer.build((2, 5, 3))
    layer.built = True
    layer.set_weights(random_weights(oracle.weights, "stateful"))
    oracle.set_weights(layer.get_weights())
    for _ in range(3):
        assert_same(layer(X), oracle(X))
    layer.reset_state()
    oracle.reset_state()
    assert_same(layer(X), oracle(X))


def test_stateful_model_is_traced_from_zeros() -> None:
    x = layers.Input(batch_shape=(2, 5, 3))
    layer = layers.GRU(2, stateful=True)
    model = models.Functional(x, layer(x))
    first, second = model.predict(X), model.predict(X)
    assert np.abs(first - second).max() > 1e-3
    assert_same(graph_outputs(model, X), [first])
    layer.reset_states()
    assert_same(model.predict(X), first)
    layer.reset_states([np.ones((2, 2), "float32")])
    assert_same(model.predict(X), layer(X, initial_state=np.ones((2, 2), "float32")))


def test_stateful_model_predicts_in_batches_of_its_size() -> None:
    """Each batch goes on where the one before stopped, as in Keras's predict."""
    import keras

    def stack(layers: Any, model: Any) -> Any:
        x = layers.Input(batch_shape=(2, 5, 3))
        both = layers.Bidirectional(layers.LSTM(2, stateful=True, return_sequences=True))
        return model(x, layers.Dense(2)(both(layers.GRU(3, stateful=True, return_sequences=True)(x))))

    theirs, ours = stack(keras.layers, keras.Model), stack(layers, models.Model)
    ours.set_weights(theirs.get_weights())
    samples = np.concatenate([X, 2 * X])
    for _ in range(2):
        assert_same(ours.predict(samples), theirs.predict(samples, batch_size=2, verbose=0))


def test_stateful_wants_the_same_batch() -> None:
    layer = layers.SimpleRNN(2, stateful=True)
    layer(X)
    with pytest.raises(LayerError, match=r"batch of the states that this stateful layer keeps: 2. Received: batch=1"):
        layer(X[:1])


def test_initial_states_as_inputs() -> None:
    """Keras 3 passes them as `initial_state`, Keras 2 behind the sequences."""
    x, h, c = layers.Input(shape=(None, 3)), layers.Input(shape=(2,)), layers.Input(shape=(2,))
    layer = layers.LSTM(2, return_state=True)
    arrays = [X, *RNG.uniform(-1, 1, (2, 2, 2)).astype("float32")]
    expected = list(layer(X, initial_state=arrays[1:]))
    for outputs in (layer(x, initial_state=[h, c]), layer([x, h, c])):
        assert_same(graph_outputs(models.Functional([x, h, c], outputs), *arrays), expected)
    both = layers.Bidirectional(layers.GRU(2))
    assert_same(graph_outputs(models.Functional([x, h, c], both([x, h, c])), *arrays), [both(X, initial_state=arrays[1:])])


def test_number_of_states_is_checked() -> None:
    with pytest.raises(LayerError, match=r"expected 2 initial states. Received: 1 states"):
        layers.LSTM(2)(X, initial_state=[np.zeros((2, 2), "float32")])


# masks


def stack(module: Any) -> list[Any]:
    """Layers whose masks matter to the next one."""
    rnn = module.layers
    return [
        rnn.Embedding(7, 3, mask_zero=True),
        rnn.LSTM(3, return_sequences=True),
        rnn.TimeDistributed(rnn.Dense(4, activation="tanh")),
        rnn.Bidirectional(rnn.GRU(2, return_sequences=True)),
        rnn.RNN([rnn.SimpleRNNCell(3), rnn.LSTMCell(2)], return_sequences=True),
        rnn.Bidirectional(rnn.SimpleRNN(2), merge_mode="sum"),
    ]


def test_masks_travel_through_recurrent_layers() -> None:
    """Right-padded, left-padded, with a hole, and nothing at all."""
    import keras

    import kport

    tokens = np.array([[1, 2, 3, 0, 0], [0, 0, 4, 5, 6], [1, 0, 2, 0, 3], [0, 0, 0, 0, 0]], "int32")
    oracle = keras.Sequential([keras.Input((5,), dtype="int32"), *stack(keras)])
    model = models.Sequential([layers.Input(shape=(5,), dtype="int32"), *stack(kport)])
    weights = random_weights(oracle.weights, "masks")
    oracle.set_weights(weights)
    model.set_weights(weights)
    expected = oracle(tokens).numpy()
    assert_same(model.predict(tokens), expected)
    assert_same(graph_outputs(model, tokens), [expected])


def test_mask_beside_initial_states() -> None:
    """Keras 3 leaves the mask away where `initial_state` is given; behind the sequences, as in Keras 2, it counts."""
    layer, states = layers.LSTM(2), [np.ones((2, 2), "float32")] * 2
    mask = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 0, 0]], bool)
    masked, unmasked = (layer(X, initial_state=states, mask=m) for m in (mask, None))
    assert_same(layer.call_with_masks((X,), {"initial_state": states}, (mask,))[0], unmasked)
    assert_same(layer.call_with_masks(([X, *states],), {}, ([mask, None, None],))[0], masked)
    assert np.abs(masked - unmasked).max() > 1e-3


def test_masks_of_outputs() -> None:
    mask = np.ones((2, 5), bool)
    cases: list[tuple[Any, Any]] = [
        (layers.LSTM(2), None),
        (layers.LSTM(2, return_sequences=True), mask),
        (layers.LSTM(2, return_sequences=True, return_state=True), [mask, None, None]),
        (layers.GRU(2, return_state=True), [None, None]),
        (layers.RNN([layers.LSTMCell(2), layers.GRUCell(2)], return_state=True), [None] * 4),
        (layers.Bidirectional(layers.LSTM(2, return_sequences=True)), mask),
        (layers.Bidirectional(layers.LSTM(2, return_sequences=True), merge_mode=None), [mask, mask]),
        (layers.Bidirectional(layers.GRU(2, return_sequences=True, return_state=True)), [mask, None, None]),
        (layers.ConvLSTM1D(2, 1, return_sequences=True), mask),
        (layers.TimeDistributed(layers.Dense(2)), mask),
    ]
    for layer, expected in cases:
        result = layer.compute_mask(X, mask)
        assert_same(result, expected, what=repr(layer))


# unknown lengths, TensorFlow


def test_time_distributed_model_of_unknown_length() -> None:
    inner = models.Sequential([layers.Input(shape=(4, 3)), layers.LSTM(2), layers.Dense(2)])
    x = layers.Input(shape=(None, 4, 3))
    layer = layers.TimeDistributed(inner)
    model = models.Functional(x, layer(x))
    array = RNG.uniform(-1, 1, (2, 3, 4, 3)).astype("float32")
    expected = np.stack([inner.predict(array[:, t]) for t in range(3)], 1)
    assert model.outputs.shape == (None, None, 2)
    assert_same(model.predict(array), expected)
    assert_same(graph_outputs(model, array), [expected])
    assert len(layer.weights) == 5


@pytest.mark.parametrize("activation", ["tanh", "softmax"])
def test_gradients_of_weights_for_any_length(activation: str) -> None:
    """As one operation and as a general loop, within tf.function, against Keras."""
    import keras
    import tensorflow as tf

    oracle = keras.layers.LSTM(2, activation=activation)
    oracle.build((None, None, 3))
    layer = layers.LSTM(2, activation=activation)
    layer(X)
    layer.set_weights(random_weights(oracle.weights, "gradients"))
    oracle.set_weights(layer.get_weights())
    for weight in layer.weights:
        weight._value = tf.Variable(weight.numpy())
    variables = [w.value for w in layer.weights]

    @tf.function(autograph=False, input_signature=[tf.TensorSpec((None, None, 3)), tf.TensorSpec((None, None), tf.bool)])
    def gradients(x: Any, mask: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x, mask=mask) ** 2)
        return tape.gradient(loss, variables)

    for length in (2, 5):
        mask = np.arange(length) < np.array([[1], [2]])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(oracle(X[:, :length], mask=mask) ** 2)
        expected = tape.gradient(loss, [w.value for w in oracle.weights])
        assert_same(gradients(X[:, :length], mask), expected, 1e-4, 1e-5)


# cells


class Leaky(Layer):
    """A user's cell: h' = h / 2 + x @ kernel, the output is 2 h'; its state has another name than its output."""

    def __init__(self, units: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight((input_shape[-1], self.units), name="kernel")

    def call(self, inputs: Any, states: Any) -> Any:
        h = 0.5 * states[0] + ops.matmul(inputs, self.kernel)
        return 2 * h, [h]


def test_own_cell() -> None:
    layer = layers.RNN(Leaky(4), return_state=True)
    output, state = layer(X)
    h = np.zeros((2, 4), "float32")
    for t in range(5):
        h = 0.5 * h + X[:, t] @ layer.cell.kernel.numpy()
    assert_same([output, state], [2 * h, h])
    x = layers.Input(shape=(None, 3))
    assert_same(graph_outputs(models.Functional(x, layer(x)), X), [2 * h, h])
    register(Leaky)
    try:
        assert layers.RNN.from_config(layer.get_config()).get_config() == layer.get_config()
    finally:
        for name in ("Leaky", "Custom>Leaky"):
            del CUSTOM[name]


class Biased(Leaky):
    """And a constant of every step, as Keras 2 has them."""

    def call(self, inputs: Any, states: Any, constants: Any = ()) -> Any:
        h = 0.5 * states[0] + ops.matmul(inputs, self.kernel) + constants[0]
        return h, [h]


def test_constants_of_keras_2() -> None:
    layer = layers.RNN(Biased(4))
    constant = np.arange(8, dtype="float32").reshape(2, 4)
    mask = np.array([[1, 1, 0, 1, 1], [0, 1, 1, 1, 0]], bool)
    h = np.zeros((2, 4), "float32")
    layer(X, constants=[constant])
    for t in range(5):
        h = np.where(mask[:, t : t + 1], 0.5 * h + X[:, t] @ layer.cell.kernel.numpy() + constant, h)
    assert_same(layer(X, constants=[constant], mask=mask), h)
    assert_same(layer.call_with_masks((X,), {"constants": [constant]}, (mask,))[0], h)
    x, c = layers.Input(shape=(5, 3)), layers.Input(shape=(4,))
    model = models.Functional([x, c], layer(x, constants=[c]))
    assert_same(graph_outputs(model, X, constant), [layer(X, constants=[constant])])


def test_not_a_cell() -> None:
    with pytest.raises(LayerError, match="expected a cell with `state_size`"):
        layers.RNN(layers.Dense(2))


def test_keras_2_gate_activation() -> None:
    """`hard_sigmoid` meant 0.2 x + 0.5 before Keras 3."""
    import tf_keras

    oracle = tf_keras.layers.LSTM(2, recurrent_activation="hard_sigmoid")
    expected = oracle(X)
    layer = layers.LSTM(2, recurrent_activation="hard_sigmoid_keras2")
    layer(X)
    layer.set_weights(oracle.get_weights())
    assert_same(layer(X), expected)


def test_cudnn_layers_are_their_ordinary_kin() -> None:
    assert registry.find("CuDNNLSTM") is layers.LSTM
    assert registry.find("CuDNNGRU") is layers.GRU
    assert layers.GRU(2).reset_after


# graphs


def test_one_operation_where_possible() -> None:
    x = layers.Input(shape=(None, 3))
    stacked = layers.RNN([layers.LSTMCell(2), layers.GRUCell(2)])
    assert op_names(models.Functional(x, stacked(x))) == ["Lstm", "Gru"]
    assert op_names(models.Functional(x, layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x))) == [
        "Lstm",
        "Lstm",
        "Concatenate",
    ]
    assert "Scan" in op_names(models.Functional(x, layers.LSTM(2, activation="softmax")(x)))


def test_bidirectional_arguments() -> None:
    with pytest.raises(LayerError, match=r"expected one of .*Received: merge_mode='max'"):
        layers.Bidirectional(layers.LSTM(2), merge_mode="max")
    with pytest.raises(LayerError, match=r"expected layers of two directions. Received: go_backwards=False in both"):
        layers.Bidirectional(layers.LSTM(2), backward_layer=layers.LSTM(2))
    with pytest.raises(LayerError, match=r"expected the same return_state of both layers"):
        layers.Bidirectional(layers.LSTM(2), backward_layer=layers.LSTM(2, go_backwards=True, return_state=True))


def test_mixed_precision() -> None:
    """Computed in the compute dtype, weights kept in float32; traced in full precision."""
    layer = layers.Bidirectional(layers.LSTM(2, dtype="mixed_float16"), dtype="mixed_float16")
    y = layer(X)
    assert y.dtype == np.float16 and {w.numpy().dtype.name for w in layer.weights} == {"float32"}
    x = layers.Input(shape=(5, 3))
    (full,) = graph_outputs(models.Functional(x, layer(x)), X)
    assert full.dtype == np.float32
    np.testing.assert_allclose(y, full, atol=2e-3)
