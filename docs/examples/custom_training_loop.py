"""A training loop of one's own, twice: with tf.GradientTape around a model, and as the train_step of a model for `fit`.

    python docs/examples/custom_training_loop.py

Both do the same: they train a small network on scikit-learn's breast cancer data, with smoothed labels, and measure the loss, the
accuracy and the length of the gradient. They begin with the same weights, see the same batches, and end with the same numbers.
"""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import kport as keras
from kport import layers

EPOCHS, BATCH, SMOOTHING = 5, 32, 0.1

data, target = load_breast_cancer(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(data, target, test_size=0.25, random_state=0, stratify=target)
mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
x_train, x_test = (((x - mean) / spread).astype("float32") for x in (x_train, x_test))
y_train, y_test = (y.astype("float32")[:, np.newaxis] for y in (y_train, y_test))


def smooth(y: tf.Tensor) -> tf.Tensor:
    return y * (1.0 - SMOOTHING) + 0.5 * SMOOTHING


def network() -> tuple[tf.Tensor, tf.Tensor]:
    """Symbolic input and output; the seed gives both models the same initial weights."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((x_train.shape[1],))
    hidden = layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3))(inputs)
    return inputs, layers.Dense(1)(hidden)


# 1. The loop. Nothing is compiled by Keras: optimizer, loss and metrics are objects that the loop calls.

model = keras.Model(*network())
optimizer = keras.optimizers.Adam(1e-2)
loss_function = keras.losses.BinaryCrossentropy(from_logits=True)
loss_metric = keras.metrics.Mean("loss")
accuracy_metric = keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)  # of logits
length_metric = keras.metrics.Mean("gradient_norm")


@tf.function
def train_step(x: tf.Tensor, y: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = loss_function(smooth(y), logits) + sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
    loss_metric.update_state(loss, sample_weight=tf.shape(x)[0])
    accuracy_metric.update_state(y, logits)
    length_metric.update_state(tf.linalg.global_norm(gradients))


dataset = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(BATCH)
by_loop = []
for epoch in range(EPOCHS):
    for metric in (loss_metric, accuracy_metric, length_metric):
        metric.reset_state()
    for x, y in dataset:
        train_step(x, y)
    logs = {m.name: float(m.result()) for m in (loss_metric, accuracy_metric, length_metric)}
    by_loop.append(logs)
    print(f"loop, epoch {epoch + 1}: {', '.join(f'{name} {value:.4f}' for name, value in logs.items())}")


# 2. The same step in a model. `fit` brings batches, epochs, callbacks, validation and the progress bar.


class Smoothed(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.length_metric = keras.metrics.Mean("gradient_norm")  # found as an attribute: reset and reported by fit

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, smooth(y) if training else y, y_pred, sample_weight, training)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, training=True)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.length_metric.update_state(tf.linalg.global_norm(gradients))
        for metric in self.metrics:
            if metric.name == "loss":  # the mean that fit reports
                metric.update_state(loss, sample_weight=tf.shape(x)[0])
        return self.compute_metrics(x, y, y_pred)


smoothed = Smoothed(*network())
smoothed.compile(
    keras.optimizers.Adam(1e-2),
    keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)],
)
history = smoothed.fit(dataset, epochs=EPOCHS, verbose=2).history

for name in ("loss", "accuracy", "gradient_norm"):
    np.testing.assert_allclose(history[name], [logs[name] for logs in by_loop], rtol=1e-4, atol=1e-5, err_msg=name)
for one, other in zip(model.get_weights(), smoothed.get_weights(), strict=True):
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
_, accuracy, _ = smoothed.evaluate(x_test, y_test, verbose=0)
print(f"both give the same numbers; held-out accuracy {accuracy:.3f}")
assert accuracy > 0.94
