"""Arguments with which Keras 3 lacks a layer that it has, or computes something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...layers.attention.attention import AdditiveAttention, Attention
from ...layers.convolutional.base import BaseConvolution
from ...layers.convolutional.conv import Conv1D
from ...layers.convolutional.conv_transpose import BaseConvTranspose
from ...layers.layer import Layer
from ...layers.merging import Average
from ...layers.normalization.batch_normalization import BatchNormalization
from ...layers.preprocessing.hashing import HashedCrossing
from ...layers.preprocessing.resizing import Resizing
from ...layers.preprocessing.spectrogram import STFTSpectrogram
from ...layers.rnn.bidirectional import Bidirectional
from ...layers.rnn.conv_lstm import ConvLSTM
from ...layers.rnn.time_distributed import TimeDistributed
from ...ops.promotion import is_float
from ...tree import flatten

ALONG_LAST = ("glu", "log_softmax", "softmax", "sparsemax")
"""Activations along the last axis, which isn't that of the channels where these come first."""
INTERPOLATIONS = ("area", "bicubic", "bilinear", "lanczos3", "lanczos5", "nearest")


def _inputs(layer: Layer) -> list[Any]:
    """What the layer was called on when the model was put together."""
    call = getattr(layer, "_keras_last_call", None)
    return [] if call is None or not call.args else flatten(call.args[0])


def _has_activation_along_channels(layer: Any) -> bool:
    return layer.data_format == "channels_first" and getattr(layer.activation, "__name__", "") in ALONG_LAST


def _has_further_axes(layer: Any) -> bool:
    """Keras 2 convolved data with more axes in front than the batch."""
    return any(x.ndim != len(layer.kernel_size) + 2 for x in _inputs(layer))


def _is_channels_first(layer: Layer) -> bool:
    return isinstance(layer, ConvLSTM) and layer.data_format == "channels_first"


EXCEPTIONS: list[tuple[type[Layer] | tuple[type[Layer], ...], Callable[[Any], bool]]] = [
    ((AdditiveAttention, Attention), lambda layer: bool(layer.causal)),  # Keras 3 says it by an argument of the call
    (Average, lambda layer: any(not is_float(x.dtype) for x in _inputs(layer))),  # back ends differ in the dtype
    (BaseConvTranspose, lambda layer: max(layer.dilation_rate) > 1),  # TensorFlow has no kernel for it on a CPU
    (BaseConvolution, lambda layer: layer.padding == "causal" and not isinstance(layer, Conv1D)),
    (BaseConvolution, _has_activation_along_channels),
    (BaseConvolution, _has_further_axes),
    (BatchNormalization, lambda layer: isinstance(layer.axis, (list, tuple))),
    (Bidirectional, lambda layer: _is_channels_first(layer.forward_layer)),  # TensorFlow has no kernel for it on a CPU
    (HashedCrossing, lambda layer: len(_inputs(layer)) > 2),  # not where a functional model is put together
    (Resizing, lambda layer: layer.interpolation not in INTERPOLATIONS),
    (STFTSpectrogram, lambda layer: layer.data_format == "channels_first"),  # TensorFlow has no kernel for it on a CPU
    (TimeDistributed, lambda layer: layer.layer_masks),  # Keras 2's rule for masks
]


def is_exception(layer: Layer) -> bool:
    return any(isinstance(layer, kinds) and applies(layer) for kinds, applies in EXCEPTIONS)
