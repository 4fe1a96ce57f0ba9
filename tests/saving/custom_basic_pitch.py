"""Spotify's basic-pitch (icassp_2022/nmp): the layers of its authors' own, as a user would give them with --custom.

The constant-Q transform is nnAudio's CQT2010v2: the filters of the highest octave, over the signal and over what is left of it
each time it is halved. Source: Schörkhuber and Klapuri, "Constant-Q transform toolbox for music processing", 2010.
"""

from typing import Any

import numpy as np

import kport
from kport import layers, ops
from kport.errors import LayerError


def octave_filters(quality: float, sample_rate: float, fmin: float, count: int, bins_per_octave: int) -> np.ndarray:
    """Complex filters (samples, bins): in the middle of each a wave of its frequency under a Hann window, whose absolute sum
    is 1. A wave lasts `quality` periods; the number of samples is the power of two that the longest one needs."""
    frequencies = fmin * 2.0 ** (np.arange(count) / bins_per_octave)
    lengths = np.ceil(quality * sample_rate / frequencies).astype(int)
    size = 1 << int(np.ceil(np.log2(lengths[0])))
    filters = np.zeros((size, count), complex)
    for i, (frequency, length) in enumerate(zip(frequencies, lengths, strict=True)):
        start = -((length - size) // 2) - length % 2  # an odd filter lies half a sample before the middle
        time = np.arange(length) - (length + 1) // 2
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
        wave = window * np.exp(2j * np.pi * frequency / sample_rate * time)
        filters[start : start + length, i] = wave / np.abs(wave).sum()
    return filters


def half_band_filter(size: int = 256, transition: float = 0.001) -> np.ndarray:
    """A low-pass filter (samples, 1, 1) at half the band: the Fourier transform of its response, under a Hamming window."""
    frequencies = np.linspace(0, 1, size + 1)
    response = np.interp(frequencies, [0, 0.5 / (1 + transition), 0.5 * (1 + transition), 1], [1, 1, 0, 0])
    delayed = response * np.exp(-0.5j * np.pi * (size - 1) * frequencies)
    return (np.fft.irfft(delayed)[:size] * np.hamming(size)).astype(np.float32).reshape(-1, 1, 1)


@kport.register
class ReflectionPad1D(layers.Layer):
    """Mirrors `padding` samples of (batch, samples, channels) at both ends."""

    def __init__(self, padding: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, x: Any) -> Any:
        return ops.pad(x, [[0, 0], [self.padding, self.padding], [0, 0]], mode="reflect")


@kport.register
class CQT2010v2(layers.Layer):
    """Constant-Q magnitudes (batch, frames, bins) of audio (batch, samples), times the roots of the filters' lengths."""

    def __init__(
        self,
        sample_rate: float = 22050,
        hop_length: int = 512,
        fmin: float = 32.70,
        fmax: float | None = None,
        n_bins: int = 84,
        filter_scale: float = 1,
        bins_per_octave: int = 12,
        norm: bool = True,
        basis_norm: int = 1,
        window: str = "hann",
        pad_mode: str = "reflect",
        output_format: str = "Magnitude",
        earlydownsample: bool = True,
        match_torch_exactly: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sample_rate = sample_rate
        self.hop_length = hop_length
        self.fmin = fmin
        self.fmax = fmax
        self.n_bins = n_bins
        self.filter_scale = filter_scale
        self.bins_per_octave = bins_per_octave
        self.norm = norm
        self.basis_norm = basis_norm
        self.window = window
        self.pad_mode = pad_mode
        self.output_format = output_format
        self.earlydownsample = earlydownsample
        self.match_torch_exactly = match_torch_exactly
        settings = (fmax, norm, basis_norm, window, pad_mode, output_format, earlydownsample)
        if settings != (None, True, 1, "hann", "reflect", "Magnitude", False):
            raise LayerError(f"expected the settings of basic-pitch's CQT2010v2. Received: {settings}", self.name)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        per_octave = min(self.bins_per_octave, self.n_bins)
        quality = self.filter_scale / (2 ** (1 / self.bins_per_octave) - 1)
        self.octaves = -(-self.n_bins // self.bins_per_octave)
        highest = self.fmin * 2 ** ((self.n_bins - per_octave) / self.bins_per_octave)
        filters = octave_filters(quality, self.sample_rate, highest, per_octave, self.bins_per_octave)
        self.filters = [part.astype(np.float32)[:, None] for part in (filters.real, filters.imag)]
        self.half_band = half_band_filter()
        frequencies = self.fmin * 2.0 ** (np.arange(self.n_bins) / self.bins_per_octave)
        self.scale = np.sqrt(np.ceil(quality * self.sample_rate / frequencies).astype(np.float32))
        self.padding = ReflectionPad1D(len(filters) // 2, name="reflection_pad1d")

    def call(self, x: Any) -> Any:
        signal, hop = ops.expand_dims(x, -1), self.hop_length
        margin = (len(self.half_band) - 1) // 2
        found = [self.octave(signal, hop)]
        for _ in range(self.octaves - 1):
            signal = ops.conv(ops.pad(signal, [[0, 0], [margin, margin], [0, 0]]), self.half_band, strides=2)
            hop //= 2
            found.insert(0, self.octave(signal, hop))
        parts = [ops.concatenate(part, axis=-1)[..., -self.n_bins :] * self.scale for part in zip(*found, strict=True)]
        return ops.sqrt(ops.add(*map(ops.square, parts)))

    def octave(self, signal: Any, hop: int) -> list[Any]:
        """The real and the imaginary part of the octave's bins; the sign of the latter plays no part in the magnitude."""
        padded = self.padding(signal)
        return [ops.conv(padded, part, strides=hop) for part in self.filters]


@kport.register
class NormalizedLog(layers.Layer):
    """Magnitudes (batch, frames, bins) in decibels, each sample's from 0 to 1."""

    def call(self, inputs: Any) -> Any:
        decibels = ops.log(ops.square(inputs) + 1e-10) / float(np.log(10)) * 10.0
        above = decibels - ops.min(decibels, axis=(1, 2), keepdims=True)
        return ops.divide_no_nan(above, ops.max(above, axis=(1, 2), keepdims=True))


@kport.register
class HarmonicStacking(layers.Layer):
    """Of (batch, frames, bins, 1), the bins of each harmonic of a bin beside it as channels, zeros where there are none."""

    def __init__(self, bins_per_semitone: int, harmonics: list[float], n_output_freqs: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bins_per_semitone = bins_per_semitone
        self.harmonics = harmonics
        self.n_output_freqs = n_output_freqs

    def call(self, x: Any) -> Any:
        shifts = [round(12 * self.bins_per_semitone * float(np.log2(h))) for h in self.harmonics]
        return ops.concatenate([shifted(x, s) for s in shifts], axis=-1)[:, :, : self.n_output_freqs]


def shifted(x: Any, shift: int) -> Any:
    """The bins `shift` above each."""
    size = x.shape[2]
    kept = x[:, :, max(shift, 0) : size + min(shift, 0)]
    return ops.pad(kept, [[0, 0], [0, 0], [max(-shift, 0), max(shift, 0)], [0, 0]])


@kport.register
class FlattenAudioCh(layers.Layer):
    """Audio of one channel (batch, samples, 1) as (batch, samples)."""

    def call(self, x: Any) -> Any:
        return ops.squeeze(x, -1)


@kport.register
class FlattenFreqCh(layers.Layer):
    """(batch, frames, bins, channels) as (batch, frames, bins times channels)."""

    def call(self, x: Any) -> Any:
        _, frames, bins, channels = x.shape
        return ops.reshape(x, (-1, frames, bins * channels))
