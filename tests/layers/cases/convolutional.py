"""Convolutional layers."""

from __future__ import annotations

from typing import Any

from tests.layers.case import LayerCase

# Keras 3 adds the bias along the wrong axis where channels-first data have as many steps as channels: no row has
FIRST = {"data_format": "channels_first"}


def rows(layer: str, inputs: tuple[int, ...], base: dict[str, Any], *configs: dict[str, Any]) -> list[LayerCase]:
    """One case for each of `configs`, which are added to `base`."""
    return [LayerCase(layer, inputs, base | config) for config in configs]


def local(layer: str, inputs: tuple[int, ...], *configs: dict[str, Any]) -> list[LayerCase]:
    return [LayerCase(layer, inputs, {"filters": 3} | config, oracle="tf_keras") for config in configs]


CASES = [
    *rows(
        "Conv1D",
        (2, 7, 4),
        {"filters": 6},
        {"kernel_size": 3},
        {"kernel_size": 2, "strides": 2, "padding": "same", "activation": "relu"},
        {"kernel_size": 4, "padding": "same", "use_bias": False},
        {"kernel_size": 3, "dilation_rate": 2, "padding": "same"},
        {"kernel_size": 3, "padding": "causal", "dilation_rate": 2},
        {"kernel_size": 3, "padding": "causal", "strides": 2},
        {"kernel_size": 2, "groups": 2},
    ),
    *rows(
        "Conv1D",
        (2, 4, 8),
        {"filters": 5} | FIRST,
        {"kernel_size": 3, "padding": "causal"},
        {"kernel_size": 2, "strides": 2, "padding": "same", "activation": "softmax"},
    ),
    *rows(
        "Conv2D",
        (2, 7, 6, 4),
        {"filters": 6},
        {"kernel_size": 3},
        {"kernel_size": 1, "strides": 2},
        {"kernel_size": [2, 3], "strides": [2, 1], "padding": "same"},
        {"kernel_size": 4, "padding": "same", "activation": "relu"},
        {"kernel_size": 3, "dilation_rate": [2, 1], "padding": "same"},
        {"kernel_size": [3, 2], "groups": 2, "padding": "same", "strides": 2},
        {"kernel_size": 2, "groups": 2, "use_bias": False},
        {"kernel_size": 3, "strides": 3, "activation": "softmax"},
    ),
    *rows(
        "Conv2D",
        (2, 4, 7, 6),
        {"filters": 5} | FIRST,
        {"kernel_size": 2, "strides": 2, "padding": "same"},
        {"kernel_size": 3, "dilation_rate": 2, "activation": "softmax"},
    ),
    LayerCase("Conv1D", (2, 3, 6, 4), {"filters": 3, "kernel_size": 2, "padding": "causal"}, oracle="tf_keras"),
    LayerCase("Conv2D", (2, 3, 6, 5, 2), {"filters": 3, "kernel_size": 2, "strides": 2}, oracle="tf_keras"),
    *rows(
        "Conv3D",
        (2, 5, 4, 5, 2),
        {"filters": 4},
        {"kernel_size": 2, "strides": [1, 2, 2], "padding": "same"},
        {"kernel_size": [2, 1, 3], "groups": 2},
        {"kernel_size": 2, "dilation_rate": [2, 1, 1], "padding": "same"},
    ),
    *rows("Conv3D", (2, 2, 4, 5, 4), {"filters": 3} | FIRST, {"kernel_size": 3, "padding": "same", "strides": 2}),
    *rows(
        "Conv1DTranspose",
        (2, 5, 3),
        {"filters": 4},
        {"kernel_size": 3},
        {"kernel_size": 2, "strides": 3},
        {"kernel_size": 4, "strides": 2, "padding": "same", "activation": "relu"},
        {"kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1, "use_bias": False},
    ),
    *rows("Conv1DTranspose", (2, 3, 5), {"filters": 5, "kernel_size": 3} | FIRST, {"strides": 2, "padding": "same"}),
    *rows(
        "Conv2DTranspose",
        (2, 4, 3, 3),
        {"filters": 4},
        {"kernel_size": 3, "strides": 2},
        {"kernel_size": [2, 3], "strides": [3, 2], "padding": "same"},
        {"kernel_size": [3, 2], "strides": [2, 3], "padding": "valid", "output_padding": [1, 2]},
        {"kernel_size": 5, "strides": 3, "padding": "same", "output_padding": [1, 2]},
        {"kernel_size": 5, "strides": 3, "padding": "same", "output_padding": 0},
        {"kernel_size": 4, "padding": "same"},
        {"kernel_size": 2, "strides": 4, "padding": "same", "activation": "relu"},
        {"kernel_size": [3, 2], "dilation_rate": [2, 3]},
        {"kernel_size": 2, "dilation_rate": [2, 2], "padding": "same"},
    ),
    *rows("Conv2DTranspose", (2, 3, 4, 3), {"filters": 2} | FIRST, {"kernel_size": 3, "strides": 2, "padding": "same"}),
    *rows(
        "Conv3DTranspose",
        (1, 3, 2, 3, 2),
        {"filters": 3},
        {"kernel_size": [2, 3, 2], "strides": [1, 2, 2]},
        {"kernel_size": 3, "strides": [2, 2, 1], "padding": "same", "output_padding": [1, 0, 0]},
    ),
    *rows("Conv3DTranspose", (1, 2, 3, 2, 3), {"filters": 3} | FIRST, {"kernel_size": 2, "strides": 2, "padding": "same"}),
    *rows(
        "DepthwiseConv1D",
        (2, 7, 3),
        {},
        {"kernel_size": 3},
        {"kernel_size": 2, "strides": 2, "padding": "same", "depth_multiplier": 2, "activation": "relu"},
        {"kernel_size": 3, "dilation_rate": 2, "padding": "same", "use_bias": False},
        {"kernel_size": 3, "dilation_rate": 2, "strides": 2, "padding": "same"},
    ),
    *rows("DepthwiseConv1D", (2, 3, 7), FIRST, {"kernel_size": 2, "depth_multiplier": 2, "padding": "same"}),
    *rows(
        "DepthwiseConv2D",
        (2, 7, 6, 3),
        {},
        {"kernel_size": 3},
        {"kernel_size": [2, 3], "strides": 2, "padding": "same", "depth_multiplier": 2},
        {"kernel_size": 3, "dilation_rate": [2, 2], "padding": "same", "activation": "relu"},
        {"kernel_size": 2, "dilation_rate": [1, 2], "use_bias": False},
        {"kernel_size": 2, "dilation_rate": [2, 2], "strides": [2, 2], "padding": "same"},
    ),
    *rows("DepthwiseConv2D", (2, 3, 7, 6), FIRST, {"kernel_size": 3, "strides": 2, "padding": "same", "depth_multiplier": 2}),
    *rows(
        "SeparableConv1D",
        (2, 7, 3),
        {"filters": 4},
        {"kernel_size": 3, "activation": "relu"},
        {"kernel_size": 2, "strides": 2, "padding": "same", "depth_multiplier": 2},
        {"kernel_size": 3, "dilation_rate": 2, "padding": "same", "use_bias": False},
    ),
    *rows("SeparableConv1D", (2, 3, 7), {"filters": 5} | FIRST, {"kernel_size": 3, "strides": 2, "padding": "same"}),
    LayerCase("SeparableConv1D", (2, 7, 3), {"filters": 4, "kernel_size": 3, "padding": "causal"}, oracle="tf_keras"),
    *rows(
        "SeparableConv2D",
        (2, 7, 6, 3),
        {"filters": 4},
        {"kernel_size": 3, "activation": "relu"},
        {"kernel_size": [2, 3], "strides": 2, "padding": "same", "depth_multiplier": 2},
        {"kernel_size": 3, "dilation_rate": 2, "padding": "same", "use_bias": False},
    ),
    *rows("SeparableConv2D", (2, 3, 7, 6), {"filters": 5} | FIRST, {"kernel_size": 2, "strides": 2, "padding": "same"}),
    *local(
        "LocallyConnected1D",
        (2, 6, 3),
        {"kernel_size": 2, "strides": 2, "activation": "relu"},
        {"kernel_size": 3, "implementation": 2, "padding": "same"},
        {"kernel_size": 2, "implementation": 2, "strides": 2, "use_bias": False},
        {"kernel_size": 4, "implementation": 3, "padding": "same", "strides": 2},
    ),
    *local(
        "LocallyConnected1D",
        (2, 3, 6),
        FIRST | {"kernel_size": 3, "strides": 2},
        FIRST | {"kernel_size": 2, "implementation": 2, "padding": "same"},
        FIRST | {"kernel_size": 3, "implementation": 3},
    ),
    *local(
        "LocallyConnected2D",
        (2, 5, 4, 2),
        {"kernel_size": [2, 3], "strides": [2, 1]},
        {"kernel_size": 3, "implementation": 2, "padding": "same", "strides": 2},
        {"kernel_size": [2, 1], "implementation": 2, "activation": "relu"},
        {"kernel_size": 2, "implementation": 3, "padding": "same"},
        {"kernel_size": [3, 2], "implementation": 3, "strides": [1, 2], "use_bias": False},
    ),
    *local(
        "LocallyConnected2D",
        (2, 2, 5, 4),
        FIRST | {"kernel_size": [3, 2], "strides": [1, 2]},
        FIRST | {"kernel_size": 2, "implementation": 2, "strides": 2},
        FIRST | {"kernel_size": [2, 3], "implementation": 3, "padding": "same"},
    ),
]
