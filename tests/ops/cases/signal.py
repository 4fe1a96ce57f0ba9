"""Signals."""

from typing import Any

from kport.ops.signal import STFT
from tests.data import Floats
from tests.ops.case import OpCase


def tf_stft(step: int) -> Any:
    def call(x: Any, window: Any) -> Any:
        import tensorflow as tf

        length = window.shape[0]
        y = tf.signal.stft(x, length, step, length, window_fn=lambda *_, **__: window)
        return tf.stack([tf.math.real(y), tf.math.imag(y)], -1)

    return call


CASES = [
    OpCase(
        "STFT",
        lambda x, window, step=step: STFT(step=step)(x, window),
        [Floats((2, 20)), Floats((length,), 0.1, 1)],
        expected_tf=tf_stft(step),
        source="TensorFlow",
        skip={"unknown sizes": "the window's length is the transform's"},
    )
    for length, step in ((8, 3), (7, 7), (20, 1))
]
