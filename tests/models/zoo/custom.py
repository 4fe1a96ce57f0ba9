"""Layers of a user's: as Keras knows them, and as the file for `--custom` says them."""

from __future__ import annotations

from typing import Any


def class_token(k: Any) -> Any:
    """A layer class of the framework that puts a learnt token before a sequence and adds positions."""

    @k.utils.register_keras_serializable("zoo")
    class ClassToken(k.layers.Layer):  # type: ignore[misc, name-defined]
        def build(self, shape: Any) -> None:
            self.token = self.add_weight(name="token", shape=(1, 1, shape[-1]), initializer="uniform")
            self.positions = self.add_weight(name="positions", shape=(1, shape[1] + 1, shape[-1]), initializer="uniform")
            super().build(shape)

        def call(self, x: Any) -> Any:
            import tensorflow as tf

            token = tf.tile(tf.convert_to_tensor(self.token), (tf.shape(x)[0], 1, 1))
            return tf.concat([token, x], 1) + self.positions

        def compute_output_shape(self, shape: Any) -> Any:
            return (shape[0], shape[1] + 1, shape[2])

    return ClassToken


def sampling(k: Any) -> Any:
    """A layer class of the framework for variational autoencoders; the mean where nothing is trained."""

    @k.utils.register_keras_serializable("zoo")
    class Sampling(k.layers.Layer):  # type: ignore[misc, name-defined]
        def __init__(self, scale: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.scale = scale

        def call(self, inputs: Any, training: bool = False) -> Any:
            import tensorflow as tf

            mean, log_variance = inputs
            if not training:
                return mean + 0.0 * log_variance
            return mean + self.scale * tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))

        def get_config(self) -> Any:
            return {**super().get_config(), "scale": self.scale}

        def compute_output_shape(self, shapes: Any) -> Any:
            return shapes[0]

    return Sampling


CUSTOM = """
import kport
from kport import ops


@kport.register("zoo")
class ClassToken(kport.layers.Layer):
    def build(self, shape):
        self.token = self.add_weight((1, 1, shape[-1]), name="token")
        self.positions = self.add_weight((1, shape[1] + 1, shape[-1]), name="positions")

    def call(self, x):
        token = ops.broadcast_to(self.token, (ops.shape(x)[0], 1, x.shape[-1]))
        return ops.concatenate([token, x], 1) + self.positions


@kport.register("zoo")
class Sampling(kport.layers.Layer):
    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        mean, log_variance = inputs
        return mean + 0.0 * log_variance
"""
"""What a user gives as `--custom`."""
