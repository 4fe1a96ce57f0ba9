"""What layers become on TensorFlow in a step of training: no more operations than Keras's, the same numbers, XLA included."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import layers
from kport.models import Functional
from kport.ops.recurrent import Gru, Lstm, Recurrent, SimpleRnn
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

Build = Callable[[Any, Any], tuple[Any, Any]]
"""(a module of layers, its Input) → inputs and outputs"""


def dense(L: Any, Input: Any) -> tuple[Any, Any]:
    x = inputs = Input((12,))
    for units in (16, 8):
        x = L.Dense(units, activation="relu")(x)
    return inputs, L.Dense(3, activation="softmax")(x)


def images(L: Any, Input: Any) -> tuple[Any, Any]:
    x = inputs = Input((8, 8, 2))
    for filters in (4, 6):
        x = L.Conv2D(filters, 3, padding="same")(x)
        x = L.BatchNormalization()(x)
        x = L.Activation("relu")(x)
        x = L.MaxPooling2D(padding="same")(x)
    return inputs, L.Dense(3, activation="softmax")(L.Flatten()(x))


def decoder(L: Any, Input: Any) -> tuple[Any, Any]:
    x = inputs = Input((8, 8, 3))
    x = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    x = L.SeparableConv2D(6, 3, padding="same")(x)
    x = L.AveragePooling2D(2, padding="same")(x)
    x = L.Conv2DTranspose(4, 3, strides=2, padding="same")(x)
    x = L.LayerNormalization()(L.UpSampling2D()(x))
    x = L.GroupNormalization(2)(L.ZeroPadding2D()(x))
    return inputs, L.Dense(3, activation="softmax")(L.GlobalAveragePooling2D()(x))


def steps(L: Any, Input: Any) -> tuple[Any, Any]:
    x = inputs = Input((10, 4))
    x = L.Conv1D(6, 3, padding="causal", activation="relu")(x)
    x = L.Conv1D(6, 3, padding="same", dilation_rate=2)(x)
    x = L.Dense(5)(L.MaxPooling1D(2)(x))
    return inputs, L.Dense(3, activation="softmax")(L.GlobalMaxPooling1D()(x))


def recurrent(name: str, **config: Any) -> Build:
    def build(L: Any, Input: Any) -> tuple[Any, Any]:
        inputs = Input((6, 4))
        x = getattr(L, name)(5, return_sequences=True, **config)(inputs)
        return inputs, L.Dense(3, activation="softmax")(getattr(L, name)(5, **config)(x))

    return build


def two_directions(L: Any, Input: Any) -> tuple[Any, Any]:
    inputs = Input((6, 4))
    return inputs, L.Dense(3, activation="softmax")(L.Bidirectional(L.LSTM(5))(inputs))


def transformer(L: Any, Input: Any) -> tuple[Any, Any]:
    x = inputs = Input((6, 8))
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 4)(x, x)]))
    x = L.LayerNormalization()(L.Add()([x, L.Dense(8)(L.Dense(16, activation="gelu")(x))]))
    return inputs, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(x))


MODELS: dict[str, Build] = {
    "dense": dense,
    "images": images,
    "decoder": decoder,
    "steps": steps,
    "SimpleRNN": recurrent("SimpleRNN"),
    "GRU": recurrent("GRU"),
    "GRU, reset before": recurrent("GRU", reset_after=False),
    "LSTM": recurrent("LSTM"),
    "LSTM in two directions": two_directions,
    "transformer": transformer,
}
LOOPS = ("RNN", "GRU", "LSTM")


class Pair:
    """The same model of ours and of Keras, with the same weights, and a step's gradients as functions of inputs and targets."""

    def __init__(self, build: Build):
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(0)
        self.theirs = keras.Model(*build(keras.layers, keras.Input))
        self.ours = Functional(*build(layers, layers.Input))
        self.ours.set_weights([np.asarray(w) for w in self.theirs.weights])
        rng = np.random.default_rng(0)
        self.signature = [tf.TensorSpec((None, *self.theirs.inputs[0].shape[1:])), tf.TensorSpec((None, 3))]
        self.data = [tf.constant(rng.normal(size=(4, *spec.shape[1:])), tf.float32) for spec in self.signature]

    def step(self, whose: str, jit_compile: bool = False) -> Any:
        import tensorflow as tf

        model = getattr(self, whose)
        weights = [w.in_tensorflow() if whose == "ours" else w.value for w in model.trainable_weights]

        def gradients(x: Any, y: Any) -> Any:
            with tf.GradientTape() as tape:
                outputs = model(x, training=True)
                loss = tf.reduce_mean(tf.square(outputs - y))
            return outputs, tape.gradient(loss, weights)

        function = tf.function(gradients, self.signature, jit_compile=jit_compile, autograph=False)
        return function.get_concrete_function()


def operations(function: Any) -> Counter[str]:
    """How many of each kind a traced function has, loops and gradients included."""
    graph = function.graph.as_graph_def()
    nodes = itertools.chain(graph.node, *(inner.node_def for inner in graph.library.function))
    return Counter(node.op for node in nodes)


@pytest.mark.parametrize("name", MODELS)
def test_a_step_has_at_most_keras_operations_and_its_numbers(name: str) -> None:
    pair = Pair(MODELS[name])
    ours, theirs = pair.step("ours"), pair.step("theirs")
    counts = operations(ours), operations(theirs)
    assert counts[0].total() <= counts[1].total(), counts[0] - counts[1]
    assert_same(ours(*pair.data), theirs(*pair.data), 1e-4, 1e-6)
    assert_same([w.numpy() for w in pair.ours.weights], [w.numpy() for w in pair.theirs.weights], 1e-5, 1e-6)


@pytest.mark.parametrize("name", ["images", "decoder", "steps", "LSTM", "transformer"])
def test_a_step_compiles_under_xla(name: str) -> None:
    pair = Pair(MODELS[name])
    plain, compiled = pair.step("ours"), pair.step("ours", jit_compile=True)
    assert_same(compiled(*pair.data), plain(*pair.data), 1e-4, 1e-5)


@pytest.mark.parametrize("name", [name for name in MODELS if any(loop in name for loop in LOOPS)])
def test_loops_multiply_as_little_as_they_can(name: str) -> None:
    """States and inputs once in a step forward, and in one back once for their gradients and once for their weights'."""
    pair = Pair(MODELS[name])
    graph = pair.step("ours").graph.as_graph_def()
    bodies = {node.attr["body"].func.name for node in graph.node if "While" in node.op}
    products = [
        sum(node.op == "MatMul" for node in function.node_def)
        for function in graph.library.function
        if function.signature.name in bodies
    ]
    assert set(products) == {2, 4}, products


# gradients of recurrent operations, derived by hand

OPS: list[type[Recurrent]] = [SimpleRnn, Lstm, Gru]
OPTIONS = [
    dict(zip(("reverse", "masked", "zero_output_for_mask", "initial"), values, strict=True))
    for values in itertools.product((False, True), repeat=4)
    if values[1] or not values[2]
]


def results(op: type[Recurrent], options: dict[str, bool], training: bool, graph: bool, whole: bool = True) -> Any:
    """Outputs and the gradients of everything; but for the `whole`, only those that come through the final states."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    batch, time, features, units = 3, 5, 4, 6

    def normal(*shape: int) -> Any:
        return tf.constant(rng.normal(size=shape), tf.float32)

    width = op.gates * units
    x, kernel, recurrent_kernel = normal(batch, time, features), normal(features, width), normal(units, width)
    bias = None if options["initial"] and options["reverse"] else normal(*op().bias_shape(width))
    states = [normal(batch, units) if options["initial"] else None for _ in range(op.states)]
    mask = tf.constant(rng.uniform(size=(batch, time)) > 0.4) if options["masked"] else None
    shares = [normal(batch, time, units), *(normal(batch, units) for _ in range(op.states))]
    sources = [t for t in (x, kernel, recurrent_kernel, bias, *states) if t is not None]
    attributes = {name: options[name] for name in ("reverse", "zero_output_for_mask")}
    record = op(training=training, output_gradients=whole or not training, **attributes)

    def gradients() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(sources)
            outputs = record(x, kernel, recurrent_kernel, bias, *states, mask)
            pairs = list(zip(outputs, shares, strict=True))
            loss = tf.add_n([tf.reduce_sum(y * share) for y, share in pairs[0 if whole else 1 :]])
        return list(outputs), tape.gradient(loss, sources)

    return tf.function(gradients, autograph=False)() if graph else gradients()


@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_own_gradients_are_those_of_tensorflow(op: type[Recurrent], graph: bool) -> None:
    """Without `training` TensorFlow derives them from the loop."""
    for options in OPTIONS[::4] if graph else OPTIONS:
        expected = results(op, options, training=False, graph=graph)
        assert_same(results(op, options, training=True, graph=graph), expected, 1e-4, 1e-5, str(options))


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_own_gradients_through_the_final_states_alone(op: type[Recurrent]) -> None:
    for options in OPTIONS[::2]:
        expected = results(op, options, training=False, graph=True, whole=False)
        assert_same(results(op, options, training=True, graph=True, whole=False), expected, 1e-4, 1e-5, str(options))


@pytest.mark.parametrize("activation", ["relu", "linear", "sigmoid", "softsign"])
def test_own_gradients_of_other_activations(activation: str) -> None:
    """Those whose derivative isn't known are left to TensorFlow."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    x, kernel, recurrent_kernel = (tf.constant(rng.normal(size=s) / 2, tf.float32) for s in ((2, 3, 4), (4, 12), (3, 12)))

    def gradients(training: bool) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, kernel, recurrent_kernel])
            y = Lstm(activation=activation, training=training)(x, kernel, recurrent_kernel, None, None, None, None)[0]
            loss = tf.reduce_sum(tf.square(y))
        return tape.gradient(loss, [x, kernel, recurrent_kernel])

    assert_same(gradients(True), gradients(False), 1e-4, 1e-5)
