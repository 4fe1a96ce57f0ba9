"""TensorFlow.NET's model of a leak test: a subclassed model with subclassed layers, as a user would give them with --custom."""

from typing import Any

import kport
from kport import layers, ops


@kport.register
class Enc(layers.Layer):
    """Sums what was drawn, scales it to 0..1, and encodes the strip laid out in two columns."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conv = layers.Conv1D(16, 3, strides=8, padding="same", activation="relu", name="conv1d")

    def call(self, inputs: Any) -> Any:
        total = ops.sum(inputs, axis=-2)
        low, high = ops.min(total, axis=-1, keepdims=True), ops.max(total, axis=-1, keepdims=True)
        scaled = ops.divide_no_nan(ops.subtract(total, low), ops.subtract(high, low))
        columns = ops.reshape(ops.concatenate([scaled, scaled], axis=-1), (-1, 96, 2))
        return ops.reshape(self.conv(columns), (-1, 192))


@kport.register
class Dec(layers.Layer):
    """Was never called, so the file has no weights of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.t_conv = layers.Conv1DTranspose(2, 3, strides=8, padding="same", activation="relu", name="conv1d_transpose")

    def call(self, inputs: Any) -> Any:
        return self.t_conv(inputs)


@kport.register
class Tiny(kport.Model):
    """What its signature serves: the code, three times."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.encoder = Enc(name="enc")
        self.decoder = Dec(name="dec")

    def call(self, inputs: Any) -> Any:
        code = self.encoder(inputs)
        return [code, code, code]
