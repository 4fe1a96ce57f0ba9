"""Operations as nodes of a file's graph: keras.ops in Keras 3, TensorFlow's functions in tf.keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.errors import UnknownLayerError
from kport.layers.operation import Operation
from kport.layers.tensorflow_functions import FUNCTIONS
from kport.saving import load
from tests.compare import assert_same
from tests.saving.fresh import floats

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own

KERAS: dict[str, Callable[[Any, Any], Any]] = {
    "absolute": lambda ops, x: ops.absolute(x),
    "any": lambda ops, x: ops.any(x > 0.5, axis=-1),
    "argmax": lambda ops, x: ops.argmax(x, axis=1),
    "average": lambda ops, x: ops.average(x, axis=1),
    "average_pool": lambda ops, x: ops.average_pool(x, 2, strides=1, padding="same"),
    "batch_normalization": lambda ops, x: ops.batch_normalization(x, floats(4), floats(4) ** 2, -1, floats(4), floats(4), 0.1),
    "broadcast_to": lambda ops, x: ops.broadcast_to(ops.mean(x, keepdims=True), (1, 3, 4)) + x,
    "cast": lambda ops, x: ops.cast(x * 9, "int32"),
    "clip": lambda ops, x: ops.clip(x, -0.5, 0.5),
    "concatenate": lambda ops, x: ops.concatenate([x, x * 2], axis=1),
    "conv": lambda ops, x: ops.conv(x, floats(2, 4, 5), 1, "same"),
    "cumsum": lambda ops, x: ops.cumsum(x, axis=1),
    "depthwise_conv": lambda ops, x: ops.depthwise_conv(x, floats(2, 4, 2), padding="same"),
    "dot_product_attention": lambda ops, x: ops.dot_product_attention(*[x[:, :, None]] * 3, is_causal=True),
    "einsum": lambda ops, x: ops.einsum("bij,bkj->bik", x, x),
    "expand_dims": lambda ops, x: ops.expand_dims(x, 1),
    "flip": lambda ops, x: ops.flip(x, axis=1),
    "getitem": lambda ops, x: x[:, 1:, ::-1][..., None, 0],
    "layer_normalization": lambda ops, x: ops.layer_normalization(x, axis=-1),
    "leaky_relu": lambda ops, x: ops.leaky_relu(x, 0.3),
    "logical_and": lambda ops, x: ops.logical_and(x > 0, x < 0.5),
    "logsumexp": lambda ops, x: ops.logsumexp(x, axis=-1),
    "matmul": lambda ops, x: ops.matmul(x, ops.transpose(x, (0, 2, 1))),
    "max": lambda ops, x: ops.max(x, axis=(1, 2)),
    "max_pool": lambda ops, x: ops.max_pool(x, 2),
    "mean": lambda ops, x: ops.mean(x, axis=1, keepdims=True),
    "moveaxis": lambda ops, x: ops.moveaxis(x, 1, 2),
    "normalize": lambda ops, x: ops.normalize(x, axis=-1),
    "one_hot": lambda ops, x: ops.one_hot(ops.argmax(x, axis=-1), 4),
    "pad": lambda ops, x: ops.pad(x, ((0, 0), (1, 2), (0, 0))),
    "power": lambda ops, x: ops.abs(x) ** 1.5,
    "psnr": lambda ops, x: ops.psnr(x, x * 0.5, 2.0) + x,
    "repeat": lambda ops, x: ops.repeat(x, 2, axis=1),
    "reshape": lambda ops, x: ops.reshape(x, (-1, 6, 2)),
    "rms_normalization": lambda ops, x: ops.rms_normalization(x, axis=-1),
    "roll": lambda ops, x: ops.roll(x, 1, axis=1),
    "separable_conv": lambda ops, x: ops.separable_conv(x, floats(2, 4, 2), floats(1, 8, 3)),
    "silu": lambda ops, x: ops.silu(x),
    "softmax": lambda ops, x: ops.softmax(x, axis=1),
    "split": lambda ops, x: ops.split(x, 2, axis=-1)[1],
    "squeeze": lambda ops, x: ops.squeeze(ops.expand_dims(x, -1), -1),
    "stack": lambda ops, x: ops.stack([x, -x], axis=1),
    "std": lambda ops, x: ops.std(x, axis=-1),
    "swapaxes": lambda ops, x: ops.swapaxes(x, 1, 2),
    "take": lambda ops, x: ops.take(x, [0, 2, 1], axis=1),
    "tile": lambda ops, x: ops.tile(x, (1, 2, 1)),
    "top_k": lambda ops, x: ops.top_k(x, 2)[0],
    "tril": lambda ops, x: ops.tril(x),
    "unstack": lambda ops, x: ops.unstack(x, axis=1)[2],
    "var": lambda ops, x: ops.var(x, axis=1),
    "where": lambda ops, x: ops.where(x > 0, x, 0.1 * x),
    "arithmetic": lambda ops, x: (1 - x) / (x**2 + 1) * 3 - (-x) + x % 0.3 + x // 0.4,
}


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("name", KERAS)
def test_keras_operation(name: str, suffix: str, tmp_path: Path) -> None:
    import keras

    x = keras.Input((3, 4))
    model = keras.Model(x, KERAS[name](keras.ops, x))
    model.save(tmp_path / f"model{suffix}")
    inputs = floats(2, 3, 4)
    assert_same(load(tmp_path / f"model{suffix}").predict(inputs), model(inputs))


TENSORFLOW: dict[str, Callable[[Any, Any], Any]] = {
    "abs": lambda tf, x: tf.abs(x),
    "add_n": lambda tf, x: tf.add_n([x, x, x * 2]),
    "argmax": lambda tf, x: tf.argmax(x, axis=1),
    "cast": lambda tf, x: tf.cast(x * 9, tf.int32),
    "clip_by_value": lambda tf, x: tf.clip_by_value(x, -0.5, 0.5),
    "concat": lambda tf, x: tf.concat([x, x * 2], axis=1),
    "cumsum": lambda tf, x: tf.cumsum(x, axis=1, exclusive=True, reverse=True),
    "expand_dims": lambda tf, x: tf.expand_dims(x, 1),
    "gather": lambda tf, x: tf.gather(x, [0, 2], axis=1),
    "getitem": lambda tf, x: x[:, 1:, ::-1][..., tf.newaxis][:, 0],
    "identity": lambda tf, x: tf.identity(x),
    "leaky_relu": lambda tf, x: tf.nn.leaky_relu(x, alpha=0.3),
    "l2_normalize": lambda tf, x: tf.math.l2_normalize(x, axis=-1),
    "log_softmax": lambda tf, x: tf.nn.log_softmax(x),
    "matmul": lambda tf, x: tf.matmul(x, x, transpose_b=True),
    "maximum": lambda tf, x: tf.maximum(x, 0.1),
    "one_hot": lambda tf, x: tf.one_hot(tf.argmax(x, axis=-1), 4),
    "pad": lambda tf, x: tf.pad(x, [[0, 0], [1, 2], [0, 0]], "REFLECT"),
    "reduce_max": lambda tf, x: tf.reduce_max(x, axis=[1, 2]),
    "reduce_mean": lambda tf, x: tf.reduce_mean(x, axis=1, keepdims=True),
    "reduce_std": lambda tf, x: tf.math.reduce_std(x, axis=-1),
    "repeat": lambda tf, x: tf.repeat(x, 2, axis=1),
    "reshape": lambda tf, x: tf.reshape(x, (-1, 6, 2)),
    "reverse": lambda tf, x: tf.reverse(x, [1]),
    "sigmoid": lambda tf, x: tf.sigmoid(x) + tf.nn.relu6(x * 9) + tf.nn.swish(x),
    "softmax": lambda tf, x: tf.nn.softmax(x, axis=1),
    "split": lambda tf, x: tf.split(x, 2, axis=-1)[1],
    "split sizes": lambda tf, x: tf.split(x, [1, 3], axis=-1)[1],
    "square": lambda tf, x: tf.square(x) - tf.sqrt(tf.abs(x)) * tf.exp(x),
    "squared_difference": lambda tf, x: tf.math.squared_difference(x, 0.3),
    "squeeze": lambda tf, x: tf.squeeze(tf.expand_dims(x, 1), axis=[1]),
    "stack": lambda tf, x: tf.stack([x, -x], axis=1),
    "tile": lambda tf, x: tf.tile(x, [1, 2, 1]),
    "transpose": lambda tf, x: tf.transpose(x, [0, 2, 1]),
    "unstack": lambda tf, x: tf.unstack(x, axis=1)[2],
    "where": lambda tf, x: tf.where(x > 0, x, 0.1 * x),
    "arithmetic": lambda tf, x: (1 - x) / (x**2 + 1) * 3 - (-x) + x % 0.3 + x // 0.4,
    "logic": lambda tf, x: tf.logical_and(x > 0, tf.logical_not(x >= 0.5)),
}


@pytest.mark.parametrize("name", TENSORFLOW)
def test_tensorflow_function(name: str, tmp_path: Path) -> None:
    import tensorflow as tf
    import tf_keras

    x = tf_keras.Input((3, 4))
    model = tf_keras.Model(x, TENSORFLOW[name](tf, x))
    model.save(tmp_path / "model.h5")
    inputs = floats(2, 3, 4)
    assert_same(load(tmp_path / "model.h5").predict(inputs), model(inputs))


x = floats(2, 3, 4)

KERNELS = [
    (
        "StridedSlice",
        {"begin_mask": 1, "end_mask": 1, "shrink_axis_mask": 2},
        {"1": [0, 1, 0], "2": [0, 2, 3], "3": [1, 1, 2]},
        x[:, 1, :3:2],
    ),
    ("StridedSlice", {"ellipsis_mask": 1, "new_axis_mask": 2}, {"1": [0, 0], "2": [0, 0], "3": [1, 1]}, x[..., None]),
    ("Mul", {}, {"1": 2.5}, x * np.float32(2.5)),
    ("Sub", {}, {"0": 1.0}, 1 - x),
    ("Mean", {"keep_dims": True}, {"1": [1, 2]}, x.mean((1, 2), keepdims=True)),
    (
        "ConcatV2",
        {"N": 2},
        {"1": [[[7.0] * 4], [[8.0] * 4]], "2": 1},
        np.concatenate([x, np.array([[[7.0] * 4], [[8.0] * 4]], "f")], 1),
    ),
    ("ClipByValue", {}, {"1": -0.2, "2": 0.2}, x.clip(-0.2, 0.2)),
    ("Cast", {"DstT": "DT_INT32"}, {}, x.astype("int32")),
    ("Reshape", {}, {"1": [-1, 2]}, x.reshape(-1, 2)),
    ("Pack", {"axis": 1}, {}, x[:, None]),
    ("PadV2", {}, {"1": [[0, 0], [1, 0], [0, 0]], "2": 5.0}, np.pad(x, [(0, 0), (1, 0), (0, 0)], constant_values=5)),
    ("Slice", {}, {"1": [0, 1, 0], "2": [-1, 2, 2]}, x[:, 1:3, :2]),
]


@pytest.mark.parametrize(
    ("kernel", "attributes", "constants", "expected"), KERNELS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_kernel_of_a_graph(kernel: str, attributes: Any, constants: Any, expected: np.ndarray) -> None:
    """TensorFlowOpLayer: the name of a kernel, its attributes, and the inputs that are constants by position."""
    layer = Operation(f"tf.raw_ops.{kernel}", attributes, constants)
    assert_same(layer(x), expected)
    assert_same(Operation.from_config(layer.get_config())(x), expected)


def test_unknown_operations_say_what_to_do() -> None:
    with pytest.raises(UnknownLayerError, match=r"'Frobnicate'.*kport\.register\(name='Frobnicate'\)"):
        Operation("Frobnicate", name="f")
    with pytest.raises(UnknownLayerError, match=r"'tf\.frobnicate'.*--custom"):
        Operation("tf.frobnicate")


def test_every_function_is_written() -> None:
    assert all(callable(f) for f in FUNCTIONS.values())
