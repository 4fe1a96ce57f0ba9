"""What old generations kept differently in a layer's arrays, as functions on lists of arrays.

Sources: keras/engine/topology.py of Keras 2 (preprocess_weights_for_loading) for Keras 1's orders, and
tf.keras's legacy/hdf5_format.py for cuDNN's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import LayerError
from .archive import LayerWeights, Stored

Arrays = list[Any]


@dataclass(frozen=True)
class Origin:
    """Who wrote the arrays: the generation of Keras, and whether on Theano, which convolves with flipped kernels."""

    generation: int
    theano: bool

    @classmethod
    def of(cls, weights: LayerWeights) -> Origin:
        """Keras 1 never records the backend; only TensorFlow's names end in ":0". Weights without a version are Keras 1's."""
        generation = int((weights.keras_version or "1")[0]) if (weights.keras_version or "1")[0] in "0123" else 2
        if weights.backend is not None:
            return cls(generation, weights.backend == "theano")
        named_by_tensorflow = any(array.name.endswith(":0") for array in weights)
        return cls(generation, generation < 2 and not named_by_tensorflow)


OLD_COUNTS: dict[str, tuple[int, int]] = {
    "LSTM": (12, 0),
    "GRU": (9, 0),
    "ConvLSTM2D": (12, 0),
}
"""How many arrays (trainable, others) a layer had in an older generation."""


def read(arrays: Arrays) -> Arrays:
    """The numbers, for arrays that can't be used as they are."""
    return [a.read() if isinstance(a, Stored) else a for a in arrays]


def _kernel_from_theano_order(kernel: np.ndarray) -> np.ndarray:
    """(C_out, C_in, *window) → (*window, C_in, C_out)"""
    return kernel.transpose(*range(2, kernel.ndim), 1, 0)


def _flipped(kernel: np.ndarray) -> np.ndarray:
    """The kernel turned by 180 degrees: Theano convolves where the others correlate."""
    return kernel[(slice(None, None, -1),) * (kernel.ndim - 2)]


def _convolution(layer: Any, arrays: Arrays, origin: Origin) -> Arrays:
    """Convolutions: Keras 0 and 1 kept channels_first kernels as (C_out, C_in, *window); Theano's are flipped."""
    if not arrays:
        return arrays
    transposed = type(layer).__name__.endswith("Transpose")
    wanted = (*layer.kernel_size, *((layer.filters,) if transposed else ()))
    if origin.generation >= 2 and not origin.theano and _fits(layer, arrays[0].shape):
        return arrays
    kernel, *rest = read(arrays)
    if origin.generation < 2:
        if type(layer).__name__ == "Conv1D":
            if kernel.ndim == 4 and (kernel.shape[:2] != (*layer.kernel_size, 1) or kernel.shape[3] != layer.filters):
                kernel = kernel.transpose(2, 3, 1, 0)  # Keras 1.0: (C_out, C_in, window, 1)
            kernel = kernel[:, 0] if kernel.ndim == 4 else kernel
        elif layer.data_format == "channels_first":
            kernel = kernel.transpose(2, 3, 0, 1) if transposed else _kernel_from_theano_order(kernel)
        elif transposed:
            kernel = kernel.swapaxes(-1, -2)
    elif kernel.shape[: len(wanted)] != wanted:
        kernel = _kernel_from_theano_order(kernel)
    return [_flipped(kernel) if origin.theano else kernel, *rest]


def _fits(layer: Any, shape: tuple[int, ...]) -> bool:
    return tuple(shape[: len(layer.kernel_size)]) == tuple(layer.kernel_size)


def _gates(arrays: Arrays, order: tuple[int, ...]) -> Arrays:
    """Kernel, recurrent kernel and bias from the arrays of each gate (W, U, b, of gates in the file's order)."""
    return [np.concatenate([arrays[3 * gate + part] for gate in order], axis=-1) for part in range(3)]


_LSTM_ORDER = (0, 2, 1, 3)
"""Keras 1 kept input, candidate, forget, output; since Keras 2 it is input, forget, candidate, output."""


def _by_gate(kernel: np.ndarray, gates: int, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    return np.hstack([function(k) for k in np.hsplit(kernel, gates)])


def _from_cudnn(arrays: Arrays, gates: int) -> Arrays:
    """cuDNN keeps each gate's kernels in Fortran order and transposed."""
    kernel = _by_gate(arrays[0], gates, lambda k: k.T.reshape(k.shape, order="F"))
    return [kernel, _by_gate(arrays[1], gates, lambda k: k.T), *arrays[2:]]


def _lstm(layer: Any, arrays: Arrays, origin: Origin) -> Arrays:
    if len(arrays) == 12:
        return _gates(read(arrays), _LSTM_ORDER)
    if len(arrays) == 3 and arrays[2].shape == (8 * layer.units,):
        kernel, recurrent, bias = _from_cudnn(read(arrays), 4)
        return [kernel, recurrent, bias[: 4 * layer.units] + bias[4 * layer.units :]]
    return arrays


def _gru(layer: Any, arrays: Arrays, origin: Origin) -> Arrays:
    if len(arrays) == 9:
        return _gates(read(arrays), (0, 1, 2))
    if len(arrays) == 3 and arrays[2].shape == (6 * layer.units,):
        if not layer.reset_after:
            raise LayerError("expected reset_after=True beside weights of a CuDNNGRU. Received: reset_after=False", layer.name)
        kernel, recurrent, bias = _from_cudnn(read(arrays), 3)
        return [kernel, recurrent, bias.reshape(2, -1)]
    return arrays


def _conv_lstm(layer: Any, arrays: Arrays, origin: Origin) -> Arrays:
    if len(arrays) == 12:
        arrays = _gates_of_convolutions(read(arrays), layer.data_format == "channels_first")
    if origin.theano:
        kernel, recurrent, *rest = read(arrays)
        return [_flipped(kernel), _flipped(recurrent), *rest]
    return arrays


def _gates_of_convolutions(arrays: Arrays, channels_first: bool) -> Arrays:
    kernel, recurrent, bias = _gates(arrays, _LSTM_ORDER)
    if channels_first:
        kernel, recurrent = _kernel_from_theano_order(kernel), _kernel_from_theano_order(recurrent)
    return [kernel, recurrent, bias]


def _batch_normalization(layer: Any, arrays: Arrays, origin: Origin) -> Arrays:
    """Keras 0 kept the standard deviation: (x - mean) / (std + ε), so the variance is (std + ε)² - ε."""
    if origin.generation > 0 or len(arrays) != len(layer.weights):
        return arrays
    *others, deviation = read(arrays)
    return [*others, (deviation + layer.epsilon) ** 2 - layer.epsilon]


CONVERSIONS: dict[str, Callable[[Any, Arrays, Origin], Arrays]] = {
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "Conv3D": _convolution,
    "Conv2DTranspose": _convolution,
    "ConvLSTM2D": _conv_lstm,
    "LSTM": _lstm,
    "GRU": _gru,
    "BatchNormalization": _batch_normalization,
}
"""By class of the built layer: its arrays as Keras 3 keeps them."""
