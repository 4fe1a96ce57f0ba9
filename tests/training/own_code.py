"""What users write themselves, each a function of the library: the same code runs with Keras and with kport.

A case gives a compiled model, and x and y to fit it to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

FEATURES, SAMPLES = 4, 24

Case = Callable[[Any], tuple[Any, Any, Any]]


def points(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors, and a number to predict from each."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(SAMPLES, FEATURES)).astype("float32"), rng.normal(size=(SAMPLES, 1)).astype("float32")


def sentences() -> np.ndarray:
    """Numbers of words (SAMPLES, 6), zeros behind the last."""
    rng = np.random.default_rng(1)
    return (rng.integers(1, 9, (SAMPLES, 6)) * (np.arange(6) < rng.integers(2, 7, (SAMPLES, 1)))).astype("int32")


def chain(keras: Any, *layers: Any, **compile_arguments: Any) -> Any:
    """A compiled Sequential of the layers for vectors."""
    model = keras.Sequential([keras.Input((FEATURES,)), *layers])
    model.compile(**({"optimizer": keras.optimizers.SGD(0.05), "loss": "mse", "metrics": ["mae"]} | compile_arguments))
    return model


# layers


def layer_in_tensorflow(keras: Any) -> Any:
    class Wave(keras.layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight((input_shape[-1],), "ones", name="scale")
            super().build(input_shape)

        def call(self, inputs: Any) -> Any:
            return tf.sin(inputs * self.scale) + tf.reduce_mean(inputs, axis=-1, keepdims=True)

    return chain(keras, Wave(), keras.layers.Dense(1)), *points()


def layer_in_ops(keras: Any) -> Any:
    """It has layers in it, which its `build` builds, as Keras's guides advise."""
    ops = keras.ops

    class Gated(keras.layers.Layer):
        def __init__(self, units: int, **kwargs: Any):
            super().__init__(**kwargs)
            self.value, self.gate = keras.layers.Dense(units), keras.layers.Dense(units, activation="sigmoid")

        def build(self, input_shape: Any) -> None:
            self.value.build(input_shape)
            self.gate.build(input_shape)
            self.sharpness = self.add_weight((), "ones", name="sharpness")

        def call(self, inputs: Any) -> Any:
            return ops.tanh(self.value(inputs)) * self.gate(inputs * self.sharpness)

    return chain(keras, Gated(5), keras.layers.Dense(1)), *points()


def layer_with_statistics(keras: Any) -> Any:
    """A weight that training updates without a gradient, and another computation outside of training."""
    ops = keras.ops

    class Centered(keras.layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.mean = self.add_weight((input_shape[-1],), "zeros", trainable=False, name="mean")

        def call(self, inputs: Any, training: bool = False) -> Any:
            if training:
                mean = ops.mean(inputs, axis=0)
                self.mean.assign(self.mean * 0.9 + mean * 0.1)
                return inputs - mean
            return inputs - self.mean

    return chain(keras, Centered(), keras.layers.Dense(3, "relu"), keras.layers.Dense(1)), *points()


def layer_with_metric(keras: Any) -> Any:
    class Watched(keras.layers.Layer):
        def __init__(self, **kwargs: Any):
            super().__init__(**kwargs)
            self.size = keras.metrics.Mean("size")

        def call(self, inputs: Any) -> Any:
            self.size.update_state(keras.ops.abs(inputs))
            return inputs

    return chain(keras, keras.layers.Dense(3), Watched(), keras.layers.Dense(1)), *points()


def lambda_layer(keras: Any) -> Any:
    ops = keras.ops
    cube = keras.layers.Lambda(lambda x: ops.concatenate([x, ops.power(x, 3)], axis=-1), name="cube")
    return chain(keras, keras.layers.Dense(4, "tanh"), cube, keras.layers.Dense(1)), *points()


def recurrent_cell(keras: Any) -> Any:
    """It starts from a state that is learned."""
    ops = keras.ops

    class Leaky(keras.layers.Layer):
        def __init__(self, units: int, **kwargs: Any):
            super().__init__(**kwargs)
            self.state_size = self.output_size = units
            self.seen = keras.layers.Dense(units)

        def build(self, input_shape: Any) -> None:
            self.seen.build(input_shape)
            self.first = self.add_weight((1, self.state_size), "zeros", name="first")
            self.leak = self.add_weight((self.state_size,), "zeros", name="leak")
            super().build(input_shape)

        def get_initial_state(self, batch_size: Any = None) -> Any:
            return [ops.tile(self.first, (batch_size, 1))]

        def call(self, inputs: Any, states: Any) -> Any:
            keep = ops.sigmoid(self.leak)
            state = keep * states[0] + (1.0 - keep) * ops.tanh(self.seen(inputs))
            return state, [state]

    x, y = points()
    model = keras.Sequential([keras.Input((FEATURES, 1)), keras.layers.RNN(Leaky(3)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model, x[..., None], y


# penalties


def add_loss(keras: Any) -> Any:
    ops = keras.ops

    class Bounded(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            self.add_loss(0.1 * ops.mean(ops.square(ops.relu(ops.abs(inputs) - 1.0))))
            return inputs

    return chain(keras, keras.layers.Dense(3), Bounded(), keras.layers.Dense(1)), *points()


def activity_regularizer(keras: Any) -> Any:
    own = keras.layers.Dense(3, activity_regularizer=lambda y: 0.01 * keras.ops.sum(keras.ops.square(y)))
    given = keras.layers.Dense(3, activity_regularizer=keras.regularizers.L1(0.02))
    return chain(keras, own, given, keras.layers.Dense(1)), *points()


def functions(keras: Any) -> Any:
    """Loss, metric, regularizer, constraint, initializer and activation as plain functions."""
    ops = keras.ops

    def pinball(y_true: Any, y_pred: Any) -> Any:
        error = y_true - y_pred
        return ops.mean(ops.maximum(0.7 * error, -0.3 * error), axis=-1)

    def worst(y_true: Any, y_pred: Any) -> Any:
        return ops.max(ops.abs(y_true - y_pred), axis=-1)

    dense = keras.layers.Dense(
        3,
        activation=lambda x: x * ops.sigmoid(x),
        kernel_initializer=lambda shape, dtype=None: ops.ones(shape, dtype=dtype) * 0.5,
        kernel_regularizer=lambda w: 0.01 * ops.sum(ops.abs(w)),
        kernel_constraint=lambda w: ops.clip(w, -0.6, 0.6),
    )
    return chain(keras, dense, keras.layers.Dense(1), loss=pinball, metrics=[worst, "mse"]), *points()


def classes(keras: Any) -> Any:
    """The same as classes."""
    ops = keras.ops

    class Pinball(keras.losses.Loss):
        def __init__(self, quantile: float = 0.7, **kwargs: Any):
            super().__init__(**kwargs)
            self.quantile = quantile

        def call(self, y_true: Any, y_pred: Any) -> Any:
            error = y_true - y_pred
            return ops.mean(ops.maximum(self.quantile * error, (self.quantile - 1.0) * error), axis=-1)

    class Within(keras.metrics.Metric):
        def __init__(self, distance: float, name: str = "within", **kwargs: Any):
            super().__init__(name=name, **kwargs)
            self.distance = distance
            self.right = self.add_weight(name="right", initializer="zeros")
            self.count = self.add_variable((), "zeros", name="count")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            near = ops.cast(ops.abs(y_true - y_pred) < self.distance, "float32")
            self.right.assign_add(ops.sum(near))
            self.count.assign_add(ops.cast(ops.size(near), "float32"))

        def result(self) -> Any:
            return self.right / self.count

    class Spread(keras.regularizers.Regularizer):
        def __call__(self, x: Any) -> Any:
            return 0.1 * ops.mean(ops.square(x - ops.mean(x)))

    class Positive(keras.constraints.Constraint):
        def __call__(self, w: Any) -> Any:
            return ops.maximum(w, 0.05)

    class Falling(keras.initializers.Initializer):
        def __call__(self, shape: Any, dtype: Any = None) -> Any:
            return ops.reshape(1.0 / (1.0 + ops.arange(int(np.prod(shape)), dtype="float32")), shape)

    dense = keras.layers.Dense(
        3, kernel_regularizer=Spread(), bias_regularizer=Spread(), kernel_constraint=Positive(), kernel_initializer=Falling()
    )
    return chain(keras, dense, keras.layers.Dense(1), loss=Pinball(0.6), metrics=[Within(0.5)]), *points()


def schedule_and_callback(keras: Any) -> Any:
    """A schedule and a callback; the callback is in the model's `fit`."""

    class Stairs(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: Any) -> Any:
            return 0.05 / (1.0 + keras.ops.floor(keras.ops.cast(step, "float32") / 2.0))

    return chain(keras, keras.layers.Dense(1), optimizer=keras.optimizers.SGD(Stairs(), momentum=0.9)), *points()


# models


def subclassed_model(keras: Any) -> Any:
    class Residual(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first = keras.layers.Dense(6)
            self.blocks = [keras.layers.Dense(6, activation="relu") for _ in range(2)]
            self.dropout = keras.layers.Dropout(0.0)
            self.heads = {"out": keras.layers.Dense(1)}

        def call(self, inputs: Any, training: bool = False) -> Any:
            x = self.first(inputs)
            for block in self.blocks:
                x = x + self.dropout(block(x), training=training)
            return self.heads["out"](x)

    model = Residual()
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model, *points()


def functional_subclass(keras: Any) -> Any:
    """A subclass of Model that is made of inputs and outputs, with a step of its own: gradients of one sign and length."""

    class Signed(keras.Model):
        def train_step(self, data: Any) -> Any:
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(map(tf.sign, gradients), self.trainable_weights, strict=True))
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
            return self.compute_metrics(x, y, y_pred)

    inputs = keras.Input((FEATURES,))
    model = Signed(inputs, keras.layers.Dense(1)(keras.layers.Dense(5, "tanh")(inputs)), name="signed")
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    return model, *points()


def graph_in_constructor(keras: Any) -> Any:
    """A subclass of Model whose constructor puts the graph together."""

    class Own(keras.Model):
        def __init__(self, units: int):
            inputs = keras.Input((FEATURES,))
            super().__init__(inputs=inputs, outputs=keras.layers.Dense(1)(keras.layers.Dense(units, "relu")(inputs)))
            self.units = units

    model = Own(5)
    model.compile("sgd", "mse", metrics=["mae"])
    return model, *points()


def own_loss_and_metrics_of_model(keras: Any) -> Any:
    ops = keras.ops

    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(1)
            self.bias = keras.metrics.Mean("bias")

        def call(self, inputs: Any) -> Any:
            return self.dense(inputs)

        def compute_loss(
            self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
        ) -> Any:
            return super().compute_loss(x, y, y_pred, sample_weight, training) + 0.1 * ops.mean(ops.abs(y_pred))

        def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            results = super().compute_metrics(x, y, y_pred, sample_weight)
            self.bias.update_state(y_pred - y)
            return {**results, "bias": self.bias.result()}

    model = Own()
    model.compile("sgd", "mse", metrics=["mae"])
    return model, *points()


def adversarial(keras: Any) -> Any:
    """Two networks, two optimizers, a `compile` and a `train_step` of its own. The noise is part of the data."""
    dense = keras.layers.Dense

    class Gan(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.generator = keras.Sequential([keras.Input((1,)), dense(6, "tanh"), dense(FEATURES)])
            self.discriminator = keras.Sequential([keras.Input((FEATURES,)), dense(6, "leaky_relu"), dense(1)])
            self.d_loss, self.g_loss = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

        def compile(self, d_optimizer: Any, g_optimizer: Any, loss_function: Any) -> None:
            super().compile()
            self.d_optimizer, self.g_optimizer, self.loss_function = d_optimizer, g_optimizer, loss_function

        @property
        def metrics(self) -> Any:
            return [self.d_loss, self.g_loss]

        def call(self, noise: Any) -> Any:
            return self.generator(noise)

        def train_step(self, data: Any) -> Any:
            real, noise = data
            with tf.GradientTape() as tape:
                both = tf.concat([self.generator(noise, training=True), real], axis=0)
                labels = tf.concat([tf.zeros((tf.shape(noise)[0], 1)), tf.ones((tf.shape(real)[0], 1))], axis=0)
                d_loss = self.loss_function(labels, self.discriminator(both, training=True))
            weights = self.discriminator.trainable_weights
            self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
            with tf.GradientTape() as tape:
                judged = self.discriminator(self.generator(noise, training=True), training=True)
                g_loss = self.loss_function(tf.ones_like(judged), judged)
            weights = self.generator.trainable_weights
            self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
            self.d_loss.update_state(d_loss)
            self.g_loss.update_state(g_loss)
            return {"d_loss": self.d_loss.result(), "g_loss": self.g_loss.result()}

    model = Gan()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.1), loss)
    return model, *points()


def masks_in_own_model(keras: Any) -> Any:
    """The mask goes from the embedding through layers of one's own to the recurrent layer, to the loss and to the metric."""
    layers = keras.layers

    class Doubled(layers.Layer):
        supports_masking = True

        def call(self, inputs: Any) -> Any:
            return inputs * 2.0

    class Counted(layers.Layer):
        """Takes the mask itself."""

        def call(self, inputs: Any, mask: Any = None) -> Any:
            count = keras.ops.sum(keras.ops.cast(mask, "float32"), axis=1)
            return inputs + keras.ops.expand_dims(keras.ops.expand_dims(count, -1), -1)

        def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
            return mask

    class Tagger(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.embed = layers.Embedding(9, 4, mask_zero=True)
            self.doubled, self.counted = Doubled(), Counted()
            self.read = layers.GRU(5, return_sequences=True)
            self.tag = layers.Dense(3, activation="softmax")

        def call(self, inputs: Any) -> Any:
            return self.tag(self.read(self.counted(self.doubled(self.embed(inputs)))))

    model = Tagger()
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    words = sentences()
    return model, words, words % 3


CASES: dict[str, Case] = {
    case.__name__: case
    for case in (
        layer_in_tensorflow,
        layer_in_ops,
        layer_with_statistics,
        layer_with_metric,
        lambda_layer,
        recurrent_cell,
        add_loss,
        activity_regularizer,
        functions,
        classes,
        schedule_and_callback,
        subclassed_model,
        functional_subclass,
        graph_in_constructor,
        own_loss_and_metrics_of_model,
        adversarial,
        masks_in_own_model,
    )
}
