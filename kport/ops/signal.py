"""Operations on signals: spectra. Complex numbers are pairs of real and imaginary parts, as in keras.ops."""

from __future__ import annotations

import builtins
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .backend import tf
from .casting import cast
from .conv import conv
from .conv_transpose import conv_transpose
from .elementwise import add, multiply, subtract
from .extend import pad
from .indexing import getitem
from .linear import matmul
from .op import Op, fail
from .promotion import dtype_of
from .shape import concatenate, expand_dims, reshape, shape, split


class STFT(Op):
    """y[b, i, f] = Σ_t x[b, i·step + t] · window[t] · exp(-2πi·t·f/N), the short-time Fourier transform of real signals.

    x: (batch, T), window: (N,) → (batch, (T - N) // step + 1, N // 2 + 1, 2): real and imaginary parts last.
    """

    step: int

    def infer(self, x: TensorType, window: TensorType) -> TensorType:
        if x.rank != 2 or window.rank != 1 or window.shape[0] is None:
            raise fail(self, "signals (batch, T) and a window (N,)", x=x, window=window)
        batch, time = x.shape
        length = window.shape[0]
        if time is not None and time < length:
            raise fail(self, f"signals of at least {length} steps", x=x)
        frames = None if time is None else (time - length) // self.step + 1
        return x.with_shape((batch, frames, length // 2 + 1, 2))

    def numpy(self, x: np.ndarray, window: np.ndarray) -> np.ndarray:
        frames = np.lib.stride_tricks.sliding_window_view(x, len(window), axis=1)[:, :: self.step]
        spectrum = np.fft.rfft(frames * window)
        return np.stack([spectrum.real, spectrum.imag], axis=-1).astype(x.dtype, copy=False)

    def tensorflow(self, x: Any, window: Any) -> Any:
        length = window.shape[0]
        spectrum = tf.signal.stft(x, length, self.step, length, window_fn=lambda *_, **__: window)
        return tf.stack([tf.math.real(spectrum), tf.math.imag(spectrum)], axis=-1)

    def decompose(self, x: Any, window: Any) -> Any:
        """A convolution whose kernel is window times cosines and sines."""
        (length,) = window.shape
        kernel = multiply(cast(fourier_kernel(length), dtype_of(x) or "float32"), reshape(window, (length, 1, 1)))
        y = conv(expand_dims(x, -1), kernel, strides=self.step)
        batch, frames, _ = shape(y)
        return reshape(y, (batch, frames, length // 2 + 1, 2))


@lru_cache(maxsize=8)
def fourier_kernel(length: int) -> np.ndarray:
    """(N, 1, (N // 2 + 1) · 2) float32: cos(2πtf/N) and -sin(2πtf/N), taking turns."""
    product = np.outer(np.arange(length), np.arange(length // 2 + 1)) % length  # keeps the angles small and exact
    angle = 2 * np.pi / length * product
    return np.stack([np.cos(angle), -np.sin(angle)], axis=-1).reshape(length, 1, -1).astype(np.float32)


def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> tuple[Any, Any]:
    """The short-time Fourier transform of x: (..., T), as real and imaginary parts (..., frames, fft_length // 2 + 1).

    window: "hann", "hamming" (periodic where the length is even), `sequence_length` values, or None; it lies in the middle
    of `fft_length` steps. center: the signal is mirrored by half of `fft_length` on both sides: frames lie around their steps.
    """
    if fft_length < sequence_length:
        raise ShapeError(f"expected fft_length of at least {sequence_length=}. Received: {fft_length=}")
    *batch, time = shape(x)
    signals = reshape(x, (-1, time))
    if center:
        half = fft_length // 2
        signals = pad(signals, ((0, 0), (half, half)), "reflect")
    values = window_values(window, sequence_length, fft_length)
    y = STFT(step=int(sequence_stride))(signals, cast(values.astype(np.float32), dtype_of(x) or "float32"))
    real, imaginary = split(y, 2, -1)
    _, frames, bins, _ = shape(y)
    return reshape(real, (*batch, frames, bins)), reshape(imaginary, (*batch, frames, bins))


def istft(
    x: tuple[Any, Any],
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """The signal (..., T) whose `stft` has the parts x: two of (..., frames, fft_length // 2 + 1).

    Frames are weighted so that they add up to the signal; with `center` half of `fft_length` is cut off at both ends.
    T is `length`, or what the frames give. As one transposed convolution.
    """
    real, imaginary = x
    *batch, frames, bins = shape(real)
    values = np.ones(fft_length)
    if window is not None:
        values = window_values(window, sequence_length, fft_length)
        turns = -(-fft_length // sequence_stride)
        power = np.pad(values**2, (0, turns * sequence_stride - fft_length)).reshape(turns, sequence_stride).sum(axis=0)
        values = values / np.tile(power, turns)[:fft_length]
    cosine, sine = _inverse_waves(fft_length)
    kernel = np.concatenate([cosine, -sine]).T[:, None] * values[:, None, None]
    spectra = reshape(concatenate([real, imaginary], -1), (-1, frames, 2 * bins))
    y = conv_transpose(spectra, cast(kernel.astype(np.float32), dtype_of(real) or "float32"), strides=sequence_stride)
    y = reshape(y, (*batch, shape(y)[1]))
    half = fft_length // 2 if center else 0
    end = half + length if length is not None else -half if half else None
    return getitem(y, (..., builtins.slice(half, end)))


def window_values(window: Any, length: int, fft_length: int) -> np.ndarray:
    """`fft_length` values: a window of `length` in the middle, of its name or given; all 1 for None."""
    if window is None:
        return np.ones(fft_length)
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ShapeError(f"expected a window 'hann', 'hamming', values or None. Received: {window=}")
        offset = 0.5 if window == "hann" else 0.54
        period = length - length % 2  # as TensorFlow, whose windows of odd length end as they begin
        values = offset - (1 - offset) * np.cos(2 * np.pi * np.arange(length) / period) if length > 1 else np.ones(1)
    else:
        values = np.asarray(window)
    if values.shape != (length,):
        raise ShapeError(f"expected {length} values of the window. Received: shape={values.shape}")
    missing = fft_length - length
    return np.pad(values, (missing // 2, missing - missing // 2))


def rfft(x: Any, fft_length: int | None = None) -> tuple[Any, Any]:
    """The Fourier transform of real x: (..., N), as real and imaginary parts (..., fft_length // 2 + 1).

    The signal is cut or filled with zeros to `fft_length`, N by default. As a product with cosines and sines.
    """
    real, imaginary = _transform(_with_length(x, fft_length), None, -1, forward=True)
    bins = real.shape[-1] // 2 + 1
    return getitem(real, (..., builtins.slice(bins))), getitem(imaginary, (..., builtins.slice(bins)))


def irfft(x: tuple[Any, Any], fft_length: int | None = None) -> Any:
    """The real signal (..., fft_length) whose Fourier transform has the parts x: two of (..., fft_length // 2 + 1)."""
    bins = x[0].shape[-1]
    length = fft_length or 2 * (bins - 1)
    real, imaginary = (_with_length(part, length // 2 + 1) for part in x)
    cosine, sine = _inverse_waves(length)
    return subtract(matmul(real, cosine.astype(np.float32)), matmul(imaginary, sine.astype(np.float32)))


def _inverse_waves(length: int) -> tuple[np.ndarray, np.ndarray]:
    """(N // 2 + 1, N) each: what the real and the (negative) imaginary part of each frequency add to each step."""
    bins = np.arange(length // 2 + 1)
    angle = 2 * np.pi / length * (np.outer(bins, np.arange(length)) % length)
    weight = np.where((bins == 0) | (2 * bins == length), 1, 2)[:, None] / length  # the others stand for two frequencies
    return weight * np.cos(angle), weight * np.sin(angle)


def fft(x: tuple[Any, Any]) -> tuple[Any, Any]:
    """The Fourier transform along the last axis of complex numbers, given and returned as real and imaginary parts."""
    return _transform(*x, -1, forward=True)


def fft2(x: tuple[Any, Any]) -> tuple[Any, Any]:
    """The Fourier transform along the last two axes, in parts."""
    return _transform(*_transform(*x, -1, forward=True), -2, forward=True)


def ifft2(x: tuple[Any, Any]) -> tuple[Any, Any]:
    """The inverse of `fft2`, in parts."""
    return _transform(*_transform(*x, -1, forward=False), -2, forward=False)


def _with_length(x: Any, length: int | None) -> Any:
    """The last axis cut or filled with zeros."""
    size = x.shape[-1]
    if size is None:
        raise ShapeError(f"expected a signal of known length. Received: shape={tuple(x.shape)}")
    if length is None or length == size:
        return x
    if length < size:
        return getitem(x, (..., builtins.slice(length)))
    return pad(x, [(0, 0)] * (len(x.shape) - 1) + [(0, length - size)])


def _transform(real: Any, imaginary: Any, axis: int, *, forward: bool) -> tuple[Any, Any]:
    """(real + i·imaginary) times exp(∓2πi·t·f/N) summed over t, the `axis`; divided by N if it isn't `forward`."""
    length = real.shape[axis]
    if length is None:
        raise ShapeError(f"expected a signal of known length. Received: shape={tuple(real.shape)}")
    angle = 2 * np.pi / length * (np.outer(np.arange(length), np.arange(length)) % length)
    scale = 1 if forward else 1 / length
    cosine = (scale * np.cos(angle)).astype(np.float32)
    sine = ((-scale if forward else scale) * np.sin(angle)).astype(np.float32)

    def product(x: Any, matrix: np.ndarray) -> Any:
        return matmul(x, matrix) if axis == -1 else matmul(matrix, x)

    if imaginary is None:
        return product(real, cosine), product(real, sine)
    return (
        subtract(product(real, cosine), product(imaginary, sine)),
        add(product(real, sine), product(imaginary, cosine)),
    )


__all__ = ["STFT", "fft", "fft2", "ifft2", "irfft", "istft", "rfft", "stft"]
