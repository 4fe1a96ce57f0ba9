"""Sound as spectra over time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...initializers import STFT
from ...ops.shapes import CHANNELS_FIRST
from ...registry import layers
from ..data_format import standardize
from ..layer import Layer

_EPSILON = 1e-7
_MAX_BANDS = 1 << 24
"""Most numbers of the matrix from frequencies to bands, which a file's small configuration asks for."""
_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


@layers()
class STFTSpectrogram(Layer):
    """The short-time Fourier transform as a convolution with kernels that may be trained.

    x: (batch, T, C) → (batch, T', C · F), with `expand_dims` (batch, T', F, C); with `data_format` "channels_first"
    (batch, C, T) → (batch, C · F, T') or (batch, C, T', F). F = fft_length // 2 + 1 (twice that for mode "stft").
    Weights: real_kernel (not in mode "imag"), imag_kernel (not in mode "real"): (frame_length, 1, F).

    Arguments: mode ("log" or "magnitude" of the spectrum, "psd" (power), "real", "imag", "angle", "stft" (both parts));
    frame_length; frame_step (half of it by default); fft_length (the next power of two by default); window, periodic,
    scaling: of the initializer STFT; padding ("valid" or "same").
    """

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if mode not in _MODES:
            raise LayerError(f"expected a mode among {', '.join(_MODES)}. Received: {mode=}", self.name)
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise LayerError(f"expected a frame_step of 1 to {frame_length=}. Received: {frame_step=}", self.name)
        if fft_length is not None and fft_length < frame_length:
            raise LayerError(f"expected fft_length of at least {frame_length=}. Received: {fft_length=}", self.name)
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.fft_length = fft_length
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = standardize(data_format)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if len(input_shape) != 3:
            raise LayerError(f"expected signals of rank 3. Received: shape={input_shape}", self.name)
        length = self.fft_length or 2 ** math.ceil(math.log2(self.frame_length))
        shape = (self.frame_length, 1, length // 2 + 1)

        def kernel(side: str) -> Any:
            initializer = STFT(side, self.window, self.scaling, self.periodic)
            return self.add_weight(shape, initializer, name=f"{side}_kernel")

        self.real_kernel = kernel("real") if self.mode != "imag" else None
        self.imag_kernel = kernel("imag") if self.mode != "real" else None

    def call(self, inputs: Any) -> Any:
        signals = inputs if self.data_format == CHANNELS_FIRST else ops.transpose(inputs, (0, 2, 1))
        _, channels, time = ops.shape(signals)
        signals = ops.reshape(signals, (-1, time, 1))
        parts = [self._convolve(signals, k, channels) for k in (self.real_kernel, self.imag_kernel) if k is not None]
        return self._arrange(self._combine(parts), channels)

    def _convolve(self, signals: Any, kernel: Any, channels: int) -> Any:
        """(batch, C, T', F): one part of the spectra."""
        step = self.frame_step or self.frame_length // 2
        y = ops.conv(signals, kernel, strides=step, padding=self.padding)
        _, frames, bins = ops.shape(y)
        return ops.reshape(y, (-1, channels, frames, bins))

    def _combine(self, parts: list[Any]) -> Any:
        if self.mode in ("real", "imag"):
            return parts[0]
        real, imaginary = parts
        if self.mode == "stft":
            return ops.concatenate(parts, -1)
        if self.mode == "angle":
            return ops.atan2(imaginary, real)
        power = ops.add(ops.square(real), ops.square(imaginary))
        if self.mode == "psd":  # all but the first and the last bin stand for two frequencies
            inner = ops.getitem(power, (..., slice(1, -1)))
            return ops.add(power, ops.pad(inner, ((0, 0), (0, 0), (0, 0), (1, 1))))
        magnitude = ops.sqrt(ops.maximum(power, _EPSILON))
        return magnitude if self.mode == "magnitude" else ops.log(ops.maximum(magnitude, _EPSILON))

    def _arrange(self, y: Any, channels: int) -> Any:
        """From (batch, C, T', F) to the output's layout."""
        _, _, frames, bins = ops.shape(y)
        if self.expand_dims:
            return y if self.data_format == CHANNELS_FIRST else ops.transpose(y, (0, 2, 3, 1))
        if self.data_format == CHANNELS_FIRST:
            return ops.reshape(ops.transpose(y, (0, 1, 3, 2)), (-1, channels * bins, frames))
        return ops.reshape(ops.transpose(y, (0, 2, 1, 3)), (-1, frames, channels * bins))


@layers()
class MelSpectrogram(Layer):
    """The power of sound in bands of the mel scale, over time.

    x: (batch, T) or (T,) → (batch, num_mel_bins, T // sequence_stride + 1). Frames lie around every `sequence_stride`-th
    step, the signal being mirrored at its ends. m = 1127 · ln(1 + hertz / 700).

    Arguments: fft_length; sequence_stride; sequence_length (of the window, fft_length by default); window ("hann",
    "hamming", values or None); sampling_rate in hertz; num_mel_bins; min_freq and max_freq in hertz; mag_exp (the
    exponent of the magnitude); power_to_db (10 · log10 of the power beside ref_power, of min_power at least, at most
    top_db below the loudest of the batch).
    """

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if (fft_length // 2 + 1) * num_mel_bins > _MAX_BANDS:
            raise LayerError(
                f"expected (fft_length / 2 + 1) · num_mel_bins of at most {_MAX_BANDS}. Received: {fft_length=}, {num_mel_bins=}",
                self.name,
            )
        self.fft_length = fft_length
        self.sequence_stride = sequence_stride
        self.sequence_length = sequence_length or fft_length
        if self.sequence_length > fft_length:
            raise LayerError(f"expected sequence_length of at most {fft_length=}. Received: {sequence_length=}", self.name)
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs: Any) -> Any:
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        signals = ops.cast(inputs, dtype)
        signals = ops.expand_dims(signals, 0) if len(inputs.shape) == 1 else signals
        parts = ops.stft(signals, self.sequence_length, self.sequence_stride, self.fft_length, self.window)
        power = ops.add(*map(ops.square, parts))
        if self.mag_exp != 2:
            power = ops.power(power, self.mag_exp / 2)
        bands = mel_matrix(self.fft_length // 2 + 1, self.num_mel_bins, self.sampling_rate, self.min_freq, self.max_freq)
        y = ops.matmul(power, ops.cast(bands, dtype))
        y = self._decibels(y) if self.power_to_db else y
        y = ops.cast(ops.transpose(y, (0, 2, 1)), self.compute_dtype)
        return ops.squeeze(y, 0) if len(inputs.shape) == 1 else y

    def _decibels(self, power: Any) -> Any:
        reference = 10 * math.log10(max(abs(self.ref_power), self.min_power))
        y = ops.subtract(ops.multiply(ops.log10(ops.maximum(power, self.min_power)), 10.0), reference)
        return ops.maximum(y, ops.subtract(ops.max(y), float(self.top_db)))


def mel_matrix(bins: int, bands: int, sampling_rate: float, low: float, high: float) -> np.ndarray:
    """(bins, bands) float32: triangles that are evenly spaced on the mel scale, 0 for the constant part."""

    def mel(hertz: Any) -> Any:
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    frequency = mel(np.linspace(0, sampling_rate / 2, bins)[1:, None])
    edge = np.linspace(mel(low), mel(high), bands + 2)
    rising = (frequency - edge[:-2]) / (edge[1:-1] - edge[:-2])
    falling = (edge[2:] - frequency) / (edge[2:] - edge[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    return np.pad(weights, ((1, 0), (0, 0))).astype(np.float32)
