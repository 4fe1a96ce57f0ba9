"""Keras 0 and 1, cuDNN, Theano: configurations step by step, and weights against tf.keras's own conversions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from kport import layers
from kport.errors import LayerError
from kport.saving import load
from kport.saving.conversions import CONVERSIONS, Origin
from kport.saving.dialects import keras0, keras1, keras2
from tests.compare import assert_same
from tests.saving.fresh import floats

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own

TENSORFLOW_1, THEANO_2 = Origin(1, False), Origin(2, True)


def convert(layer: Any, arrays: list[np.ndarray], origin: Origin) -> list[np.ndarray]:
    return [np.asarray(a) for a in CONVERSIONS[type(layer).__name__](layer, arrays, origin)]


def random(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    return [floats(*shape, seed=i) for i, shape in enumerate(shapes)]


GATES = [(3, 2), (2, 2), (2,)]
WINDOWS = [(3, 3, 4, 2), (3, 3, 2, 2), (2,)]
KERAS_1 = [
    ("LSTM", {"units": 2}, GATES * 4),
    ("GRU", {"units": 2, "reset_after": False}, GATES * 3),
    ("Conv1D", {"filters": 5, "kernel_size": 3}, [(3, 1, 4, 5), (5,)]),
    ("Conv1D", {"filters": 5, "kernel_size": 3}, [(5, 4, 3, 1), (5,)]),
    ("Conv2D", {"filters": 5, "kernel_size": (3, 2)}, [(3, 2, 4, 5), (5,)]),
    ("Conv2D", {"filters": 5, "kernel_size": (3, 2), "data_format": "channels_first"}, [(5, 4, 3, 2), (5,)]),
    ("Conv3D", {"filters": 5, "kernel_size": (3, 2, 1), "data_format": "channels_first"}, [(5, 4, 3, 2, 1), (5,)]),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": (3, 2)}, [(3, 2, 4, 5), (5,)]),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": (3, 2), "data_format": "channels_first"}, [(5, 4, 3, 2), (5,)]),
    ("ConvLSTM2D", {"filters": 2, "kernel_size": 3}, WINDOWS * 4),
]
CUDNN = [
    ("LSTM", {"units": 2}, [(3, 8), (2, 8), (16,)]),
    ("GRU", {"units": 2, "reset_after": True}, [(3, 6), (2, 6), (12,)]),
]
SHAPES = {"LSTM": (None, 5, 3), "GRU": (None, 5, 3), "Conv1D": (None, 9, 4), "ConvLSTM2D": (None, 5, 7, 7, 4)}


def oracle_conversion(name: str, config: dict[str, Any], arrays: list[np.ndarray], version: str) -> list[np.ndarray]:
    """tf.keras's conversion, for its layer built on an input of a fitting shape."""
    import tf_keras
    from tf_keras.src.saving.legacy.hdf5_format import preprocess_weights_for_loading

    layer = getattr(tf_keras.layers, name)(**config)
    rank = 4 + name.startswith("Conv3D")
    first = config.get("data_format") == "channels_first"
    layer.build(SHAPES.get(name, (None, 4, *[9] * (rank - 2)) if first else (None, *[9] * (rank - 2), 4)))
    return [np.asarray(a) for a in preprocess_weights_for_loading(layer, list(arrays), version, None)]


@pytest.mark.parametrize(
    ("name", "config", "shapes", "version"),
    [*((*case, "1") for case in KERAS_1), *((*case, "2") for case in CUDNN)],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_weights_become_those_of_today(name: str, config: dict[str, Any], shapes: list[tuple[int, ...]], version: str) -> None:
    arrays = random(*shapes)
    layer = getattr(layers, name)(**config)
    assert_same(convert(layer, arrays, Origin(int(version), False)), oracle_conversion(name, config, arrays, version))


@pytest.mark.parametrize(("name", "shapes"), [("Conv2D", [(3, 2, 4, 5), (5,)]), ("Conv2DTranspose", [(3, 2, 5, 4), (5,)])])
def test_theano_turned_kernels(name: str, shapes: list[tuple[int, ...]]) -> None:
    kernel, bias = random(*shapes)
    layer = getattr(layers, name)(5, (3, 2))
    assert_same(convert(layer, [kernel, bias], THEANO_2), [kernel[::-1, ::-1], bias])


def test_keras_0_kept_standard_deviations() -> None:
    """(x - mean) / (std + ε) · gamma + beta"""
    gamma, beta, mean, deviation = random((4,), (4,), (4,), (4,))
    deviation = np.abs(deviation)
    layer = layers.BatchNormalization(epsilon=1e-3)
    x = floats(2, 4)
    layer(x)
    layer.set_weights(convert(layer, [gamma, beta, mean, deviation], Origin(0, True)))
    assert_same(layer(x), (x - mean) / (deviation + np.float32(1e-3)) * gamma + beta, atol=1e-5)


@pytest.mark.parametrize(
    ("names", "backend", "version", "expected"),
    [
        (["conv_W:0"], None, "1.2.2", Origin(1, False)),
        (["conv_W"], None, "1.2.2", Origin(1, True)),
        (["conv_W"], None, None, Origin(1, True)),
        (["conv/kernel:0"], "theano", "2.0.8", Origin(2, True)),
        (["conv/kernel:0"], "tensorflow", "2.0.8", Origin(2, False)),
        (["conv/kernel"], None, "3.3.3", Origin(3, False)),
    ],
)
def test_who_wrote_the_weights(names: list[str], backend: str | None, version: str | None, expected: Origin) -> None:
    from kport.saving.archive import LayerWeights, Stored

    weights = LayerWeights({"conv": [Stored.of(n, np.zeros(1)) for n in names]}, version, backend)
    assert Origin.of(weights) == expected


# configurations

KERAS_1_LAYERS = [
    (
        "Convolution2D",
        {"nb_filter": 4, "nb_row": 3, "nb_col": 2, "border_mode": "same", "subsample": [2, 1], "dim_ordering": "tf"},
        "Conv2D",
        {"filters": 4, "kernel_size": [3, 2], "padding": "same", "strides": [2, 1], "data_format": "channels_last"},
    ),
    (
        "AtrousConvolution1D",
        {"nb_filter": 4, "filter_length": 3, "atrous_rate": 2},
        "Conv1D",
        {"filters": 4, "kernel_size": 3, "dilation_rate": 2},
    ),
    (
        "Deconvolution2D",
        {"nb_filter": 4, "nb_row": 3, "nb_col": 2, "output_shape": [None, 4, 8, 8], "dim_ordering": "th"},
        "Conv2DTranspose",
        {"filters": 4, "kernel_size": [3, 2], "data_format": "channels_first"},
    ),
    (
        "MaxPooling1D",
        {"pool_length": 2, "stride": 2, "border_mode": "valid"},
        "MaxPooling1D",
        {"pool_size": 2, "strides": 2, "padding": "valid"},
    ),
    ("Dropout", {"p": 0.3}, "Dropout", {"rate": 0.3}),
    (
        "Embedding",
        {"input_dim": 9, "output_dim": 4, "input_length": 7, "mask_zero": True},
        "Embedding",
        {"input_dim": 9, "output_dim": 4, "mask_zero": True},
    ),
    ("TimeDistributedDense", {"output_dim": 3, "bias": False}, "Dense", {"units": 3, "use_bias": False}),
    (
        "LSTM",
        {"output_dim": 3, "inner_activation": "hard_sigmoid", "dropout_W": 0.1, "dropout_U": 0.2, "consume_less": "gpu"},
        "LSTM",
        {"units": 3, "recurrent_activation": "hard_sigmoid_keras2", "dropout": 0.1, "recurrent_dropout": 0.2},
    ),
    (
        "GRU",
        {"output_dim": 3, "inner_activation": "sigmoid"},
        "GRU",
        {"units": 3, "recurrent_activation": "sigmoid", "reset_after": False},
    ),
    (
        "BatchNormalization",
        {"mode": 0, "axis": 1, "epsilon": 1e-5, "momentum": 0.9, "beta_init": "zero"},
        "BatchNormalization",
        {"axis": 1, "epsilon": 1e-5, "momentum": 0.9, "beta_initializer": "zero"},
    ),
    ("GaussianNoise", {"sigma": 0.1}, "GaussianNoise", {"stddev": 0.1}),
    ("UpSampling1D", {"length": 3}, "UpSampling1D", {"size": 3}),
    (
        "ZeroPadding2D",
        {"padding": [1, 2, 3, 4], "dim_ordering": "tf"},
        "ZeroPadding2D",
        {"padding": [[1, 2], [3, 4]], "data_format": "channels_last"},
    ),
    ("LeakyReLU", {"alpha": 0.2}, "LeakyReLU", {"negative_slope": 0.2}),
    ("Merge", {"mode": "concat", "concat_axis": 1}, "Concatenate", {"axis": 1, "trainable": True}),
    ("Merge", {"mode": "dot", "dot_axes": [1, 1]}, "Dot", {"axes": [1, 1], "trainable": True}),
    ("Merge", {"mode": "ave", "concat_axis": -1}, "Average", {"trainable": True}),
]


@pytest.mark.parametrize(("old", "config", "new", "expected"), KERAS_1_LAYERS, ids=lambda v: v if isinstance(v, str) else "")
def test_keras_1_layer(old: str, config: dict[str, Any], new: str, expected: dict[str, Any]) -> None:
    upgraded = keras2.upgrade(keras1.upgrade({"class_name": old, "config": {"name": "x", **config}}))
    assert (upgraded["class_name"], upgraded["config"]) == (new, {"name": "x", **expected})
    getattr(layers, new).from_config(upgraded["config"])


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        ({"class_name": "BatchNormalization", "config": {"mode": 1, "W_regularizer": None}}, "mode=0"),
        ({"class_name": "Merge", "config": {"mode": "code", "mode_type": "lambda"}}, "never run"),
        ({"class_name": "LSTM", "config": {"units": 2, "time_major": True}}, "time_major=False"),
        ({"class_name": "Conv2DTranspose", "config": {"filters": 2, "groups": 2}}, "groups=1"),
        ({"class_name": "BatchNormalization", "config": {"renorm": True}}, "renorm=False"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_has_no_equal_today(entry: dict[str, Any], match: str) -> None:
    with pytest.raises(LayerError, match=match):
        keras2.upgrade(keras1.upgrade(entry) if "mode" in entry["config"] else entry)


def write(path: Path, config: Any, weights: dict[str, dict[str, np.ndarray]], version: str = "1.2.2") -> Path:
    """A file as Keras 1 wrote it."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(config).encode(), version.encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            layer = group.create_group(name)
            layer.attrs["weight_names"] = [a.encode() for a in arrays] or np.zeros(0)
            for key, array in arrays.items():
                layer[key] = array
    return path


def dense(name: str, units: int, **config: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"name": name, "output_dim": units, "W_regularizer": None, "bias": True, **config}}


@pytest.mark.parametrize("mode", ["sum", "concat", "mul", "max", "ave", "dot", "cos"])
def test_sequential_that_begins_by_merging(mode: str, tmp_path: Path) -> None:
    branches = [{"class_name": "Sequential", "config": [dense(n, 3, batch_input_shape=[None, 4])]} for n in ("a", "b")]
    merged = {
        "class_name": "Merge",
        "config": {"name": "m", "mode": mode, "concat_axis": -1, "dot_axes": [[1], [1]], "layers": branches},
    }
    end = {"class_name": "Activation", "config": {"name": "end", "activation": "linear"}}
    w, v = random((4, 3), (4, 3))
    weights = {n: {f"{n}_W:0": k, f"{n}_b:0": np.zeros(3, "float32")} for n, k in (("a", w), ("b", v))}
    model = load(write(tmp_path / "m.h5", {"class_name": "Sequential", "config": [merged, end]}, weights))
    assert model.input_names == ["a_input", "b_input"]
    x, y = random((2, 4), (2, 4))
    a, b = x @ w, y @ v
    dot = (a * b).sum(1, keepdims=True)
    size = np.sqrt((a * a).sum(1, keepdims=True) * (b * b).sum(1, keepdims=True))
    expected = {
        "sum": a + b,
        "concat": np.concatenate([a, b], 1),
        "mul": a * b,
        "max": np.maximum(a, b),
        "ave": (a + b) / 2,
        "dot": dot,
        "cos": (dot / size)[:, None],
    }[mode]
    assert_same(model.predict([x, y]), expected)


def test_layers_that_only_keras_1_had(tmp_path: Path) -> None:
    layer = {"name": "maxout", "output_dim": 2, "nb_feature": 3, "init": "glorot_uniform", "W_regularizer": None, "bias": True}
    highway = {"name": "highway", "init": "glorot_uniform", "activation": "tanh", "b_constraint": None, "bias": True}
    config = [
        {"class_name": "MaxoutDense", "config": {**layer, "batch_input_shape": [None, 4], "input_dtype": "float32"}},
        {"class_name": "Highway", "config": {**highway, "input_dim": 2}},
    ]
    w, b, hw, hc, hb, hd = random((3, 4, 2), (3, 2), (2, 2), (2, 2), (2,), (2,))
    weights = {"maxout": {"m_W:0": w, "m_b:0": b}, "highway": {"h_W:0": hw, "h_Wc:0": hc, "h_b:0": hb, "h_bc:0": hd}}
    model = load(write(tmp_path / "m.h5", {"class_name": "Sequential", "config": config}, weights))
    x = floats(3, 4)
    y = (np.einsum("bk,fko->bfo", x, w) + b).max(1)
    gate = 1 / (1 + np.exp(-(y @ hc + hd)))
    assert_same(model.predict(x), gate * np.tanh(y @ hw + hb) + (1 - gate) * y)


def test_keras_0_sequential() -> None:
    """Layers were dictionaries with their class as name; weights are numbered in their order."""
    old = {
        "name": "Sequential",
        "layers": [{"name": "Dense", "output_dim": 3, "input_shape": [4], "cache_enabled": True, "W_regularizer": None}],
    }
    upgraded = keras2.upgrade(keras1.upgrade(keras0.upgrade(old)))
    start, layer = upgraded["config"]["layers"]
    assert start["config"]["batch_shape"] == [None, 4]
    assert layer == {"class_name": "Dense", "config": {"name": "layer_0", "units": 3}}


def test_order_of_early_upsampling_follows_its_neighbours() -> None:
    """Keras 1.0 left the ordering of some layers to the user's settings."""
    conv = {"nb_filter": 2, "nb_row": 1, "nb_col": 1, "dim_ordering": "th", "batch_input_shape": [None, 3, 8, 8], "name": "c"}
    config = [
        {"class_name": "Convolution2D", "config": conv},
        {"class_name": "UpSampling2D", "config": {"size": [2, 2], "name": "u"}},
    ]
    upgraded = keras1.upgrade({"class_name": "Sequential", "config": config})
    assert upgraded["config"]["layers"][1]["config"]["data_format"] == "channels_first"
