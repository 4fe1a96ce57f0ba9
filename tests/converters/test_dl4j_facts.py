"""What DL4J 1.0.0-M2.1 itself computes wrong, or can't: why kport's files say it otherwise, or kport refuses.

Each test shows the fact in a Keras 2 file by hand, as Keras would write it. One that fails says that this DL4J does it right.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kport import ops
from kport.converters.runtime_process import RuntimeProcess
from kport.errors import KportError
from tests.converters.dl4j_check import LINEAR, By, floats, run


@pytest.fixture(scope="module")
def dl4j(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("jvm")


def reshape(*sizes: int) -> By:
    return By("Reshape", {"target_shape": list(sizes)})


def conv(rank: int, kernel: np.ndarray, **config: object) -> By:
    ones = [1] * rank
    base = {"filters": kernel.shape[-1], "kernel_size": list(kernel.shape[:rank]), "strides": ones, "padding": "valid"}
    layout = {"data_format": "channels_last", "dilation_rate": ones, "use_bias": False}
    return By(f"Conv{rank}D", {**base, **layout, **LINEAR, **config}, {"kernel": kernel})


def transposed(rank: int, kernel: np.ndarray, **config: object) -> By:
    inner = conv(rank, kernel, filters=kernel.shape[-2], output_padding=None, **config)
    return By(f"Conv{rank}DTranspose", inner.config, inner.weights)


POOL = {"strides": [2], "padding": "valid", "data_format": "channels_last"}
SEQUENCE, IMAGE, VOLUME = floats(2, 8, 3), floats(2, 6, 5, 3), floats(2, 4, 3, 5, 2)
SAME = {"padding": "same", "data_format": "channels_last"}

WRONG = {
    "AveragePooling1D": ([By("AveragePooling1D", {"pool_size": [2], **POOL})], SEQUENCE, lambda x: ops.average_pool(x, 2)),
    "ZeroPadding1D": ([By("ZeroPadding1D", {"padding": [1, 2]})], SEQUENCE, lambda x: np.pad(x, ((0, 0), (1, 2), (0, 0)))),
    "Cropping1D": ([By("Cropping1D", {"cropping": [1, 1]})], SEQUENCE, lambda x: x[:, 1:-1]),
    "UpSampling1D": ([By("UpSampling1D", {"size": 2})], SEQUENCE, lambda x: x.repeat(2, 1)),
    "ZeroPadding3D": (
        [By("ZeroPadding3D", {"padding": [[1, 0], [0, 1], [1, 1]]})],
        VOLUME,
        lambda x: np.pad(x, ((0, 0), (1, 0), (0, 1), (1, 1), (0, 0))),
    ),
    "Cropping3D": ([By("Cropping3D", {"cropping": [[1, 0], [0, 1], [1, 1]]})], VOLUME, lambda x: x[:, 1:, :-1, 1:-1]),
    "UpSampling3D": (
        [By("UpSampling3D", {"size": [2, 3, 1], "data_format": "channels_last"})],
        VOLUME,
        lambda x: x.repeat(2, 1).repeat(3, 2),
    ),
    "UpSampling2D after an input": (
        [By("UpSampling2D", {"size": [2, 3], "data_format": "channels_last"})],
        IMAGE,
        lambda x: x.repeat(2, 1).repeat(3, 2),
    ),
    "PReLU": (
        [By("PReLU", {"shared_axes": None}, {"alpha": floats(6, 5, 3)})],
        IMAGE,
        None,
    ),
    "Permute of an image": ([By("Permute", {"dims": [3, 1, 2]}), reshape(3, 6, 5)], IMAGE, lambda x: x.transpose(0, 3, 1, 2)),
    "Concatenate of images along height": (
        [By("Concatenate", {"axis": 1}, inbound=["in0", "in0"])],
        IMAGE,
        lambda x: np.concatenate([x, x], 1),
    ),
    "Dense of a sequence": (
        [By("Dense", {"units": 4, "use_bias": False, **LINEAR}, {"kernel": np.ones((3, 4), np.float32)})],
        SEQUENCE,
        lambda x: x @ np.ones((3, 4), np.float32),
    ),
    "Conv3DTranspose": (
        [transposed(3, np.ones((2, 1, 1, 3, 2), np.float32))],
        VOLUME,
        lambda x: ops.conv_transpose(x, np.ones((2, 1, 1, 3, 2), np.float32) * np.array([1, 2], np.float32)),
    ),
    "Conv2DTranspose 'same' with strides longer than the window": (
        [transposed(2, np.ones((1, 1, 1, 3), np.float32), strides=[3, 3], padding="same")],
        IMAGE,
        lambda x: ops.conv_transpose(x, np.ones((1, 1, 1, 3), np.float32), strides=3, padding="same"),
    ),
    "MaxPooling1D 'same' with strides longer than the window": (
        [By("MaxPooling1D", {"pool_size": [1], "strides": [3], **SAME})],
        floats(2, 9, 3),
        lambda x: ops.max_pool(x, 1, 3, "same"),
    ),
    "softplus of large numbers": ([By("Activation", {"activation": "softplus"})], floats(2, 6) * 300, ops.softplus),
    "an activation of an input that is read again": (
        [By("Activation", {"activation": "relu"}), By("Add", inbound=["in0", "l0"])],
        IMAGE,
        lambda x: x + np.maximum(x, 0),
    ),
    "SimpleRNN backwards": (
        [
            By(
                "SimpleRNN",
                {"units": 3, "return_sequences": True, "go_backwards": True, "use_bias": True, "unroll": False}
                | {"activation": "tanh", "dropout": 0.0, "recurrent_dropout": 0.0},
                {"kernel": np.eye(3, dtype=np.float32), "recurrent_kernel": np.eye(3, dtype=np.float32), "bias": np.zeros(3)},
            )
        ],
        SEQUENCE,
        lambda x: ops.flip(ops.simple_rnn(x, np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32), reverse=True)[0], 1),
    ),
    "groups of a convolution": (
        [conv(2, np.ones((1, 1, 1, 3), np.float32), groups=3)],
        IMAGE,
        lambda x: x,
    ),
}
"""What is wrong → layers, an input, and what Keras computes."""


@pytest.mark.parametrize("name", WRONG)
def test_dl4j_computes_this_wrong(name: str, dl4j: RuntimeProcess, tmp_path: Path) -> None:
    layers, x, keras = WRONG[name]
    expected = prelu(x, layers[0].weights["alpha"]) if keras is None else np.asarray(keras(x))  # type: ignore[no-untyped-call]
    actual = run(dl4j, tmp_path, layers, x)
    assert actual.shape != expected.shape or not np.allclose(actual, expected, 1e-4, 1e-5)


def prelu(x: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, alpha * x)


CANNOT = {
    "GRU": ([By("GRU", {"units": 2})], SEQUENCE),
    "LayerNormalization": ([By("LayerNormalization", {"axis": -1})], SEQUENCE),
    "Minimum": ([By("Minimum", inbound=["in0", "in0"])], SEQUENCE),
    "Dot": ([By("Dot", {"axes": 1}, inbound=["in0", "in0"])], SEQUENCE),
    "SeparableConv1D": ([By("SeparableConv1D", {"filters": 2})], SEQUENCE),
    "GlobalAveragePooling3D": ([By("GlobalAveragePooling3D")], VOLUME),
    "Flatten of a volume": ([By("Flatten")], VOLUME),
    "gelu": ([By("Activation", {"activation": "gelu"})], SEQUENCE),
    "exponential": ([By("Activation", {"activation": "exponential"})], SEQUENCE),
    "Multiply of images of different sizes": ([By("Multiply", inbound=["in0", "in1"])], IMAGE, floats(2, 1, 1, 3)),
    "DepthwiseConv2D after an input": (
        [
            By(
                "DepthwiseConv2D",
                {"kernel_size": [2, 2], "strides": [1, 1], "padding": "valid", "dilation_rate": [1, 1], "depth_multiplier": 1}
                | {"data_format": "channels_last", "use_bias": False, **LINEAR},
                {"depthwise_kernel": floats(2, 2, 3, 1)},
            )
        ],
        IMAGE,
    ),
}
"""What DL4J doesn't import → layers and inputs."""


@pytest.mark.parametrize("name", CANNOT)
def test_dl4j_does_not_import_this(name: str, dl4j: RuntimeProcess, tmp_path: Path) -> None:
    layers, *inputs = CANNOT[name]
    with pytest.raises(KportError, match="the DL4J runtime: "):
        run(dl4j, tmp_path, layers, *inputs)  # type: ignore[arg-type]


def test_dl4j_computes_the_same_file_right_where_it_can(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    """Files by hand are as DL4J wants them: what is wrong above is not the file."""
    kernel = floats(3, 2, 3, 4)
    expected = np.asarray(ops.conv(IMAGE, kernel, padding="same", strides=2))
    actual = run(dl4j, tmp_path, [conv(2, kernel, padding="same", strides=[2, 2])], IMAGE)
    np.testing.assert_allclose(actual, expected, 1e-4, 1e-5)
    tokens = np.array([[0.2, 3.7, 8.0]], np.float32)
    table = floats(9, 4)
    config = {"input_dim": 9, "output_dim": 4, "input_length": 3, "mask_zero": False}
    np.testing.assert_array_equal(
        run(dl4j, tmp_path, [By("Embedding", config, {"embeddings": table})], tokens), table[tokens.astype(int)]
    )
