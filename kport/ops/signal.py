"""Operations on signals: windows and spectra."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .conv import conv
from .elementwise import cast, multiply
from .op import Op, fail
from .promotion import dtype_of, promote
from .shape import expand_dims, reshape, shape


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


def stft(x: Any, window: Any, step: int) -> Any:
    """The short-time Fourier transform of signals (batch, T) under a window (N,) that moves by `step`."""
    return STFT(step=int(step))(*promote(x, window))


__all__ = ["STFT", "stft"]
