"""Convolution kernels that compute a short-time Fourier transform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ShapeError, UsageError
from ..registry import initializers
from .initializer import Initializer

Window = Callable[[np.ndarray[Any, Any], int], np.ndarray[Any, Any]]


def _cosines(*weights: float) -> Window:
    """Σ_k (-1)^k a_k cos(2π k n / (M - 1))"""
    return lambda n, size: np.sum([(-1) ** k * a * np.cos(2 * np.pi * k * n / (size - 1)) for k, a in enumerate(weights)], axis=0)


def _parzen(n: np.ndarray[Any, Any], size: int) -> np.ndarray[Any, Any]:
    d = np.abs(2 * n - (size - 1)) / size
    return np.where(d <= 0.5, 1 - 6 * d**2 * (1 - d), 2 * (1 - d) ** 3)


def _bohman(n: np.ndarray[Any, Any], size: int) -> np.ndarray[Any, Any]:
    d = np.abs(2 * n / (size - 1) - 1)
    return (1 - d) * np.cos(np.pi * d) + np.sin(np.pi * d) / np.pi


# w[n] for n = 0 ... M - 1. Source: Harris 1978, https://doi.org/10.1109/PROC.1978.10837; the names are SciPy's
_WINDOWS: dict[str, Window] = {
    "barthann": lambda n, size: 0.62 - 0.48 * np.abs(n / (size - 1) - 0.5) - 0.38 * np.cos(2 * np.pi * n / (size - 1)),
    "bartlett": lambda n, size: 1 - np.abs(2 * n / (size - 1) - 1),
    "blackman": _cosines(0.42, 0.5, 0.08),
    "blackmanharris": _cosines(0.35875, 0.48829, 0.14128, 0.01168),
    "bohman": _bohman,
    "boxcar": _cosines(1.0),
    "cosine": lambda n, size: np.sin(np.pi * (n + 0.5) / size),
    "flattop": _cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
    "hamming": _cosines(0.54, 0.46),
    "hann": _cosines(0.5, 0.5),
    "nuttall": _cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "parzen": _parzen,
    "triang": lambda n, size: 1 - np.abs(2 * n - (size - 1)) / (size + size % 2),
}


def window(name: str, length: int, periodic: bool) -> np.ndarray[Any, Any]:
    """The window of this name: symmetric, or if periodic, without the last of length + 1 symmetric values."""
    if name not in _WINDOWS:
        raise UsageError(f"expected a window among {', '.join(sorted(_WINDOWS))}, or its values. Received: window={name!r}")
    if length == 1:
        return np.ones(1)
    size = length + 1 if periodic else length
    return _WINDOWS[name](np.arange(size), size)[:length]


@initializers("stft", "STFTInitializer")
class STFT(Initializer):
    """kernel[t, 0, f] = w[t] · cos(-2π t f / N) (side "real") or sin ("imag"), divided by the window's norm.

    Shape (T, 1, N / 2 + 1): T steps of a frame, N bins of the transform. window: a name, T values, or None;
    scaling: "density" (norm √Σw²), "spectrum" (Σ|w|) or None; periodic: the window's period is T, not T - 1.
    """

    def __init__(self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False):
        if side not in ("real", "imag"):
            raise UsageError(f"expected side real or imag of the initializer STFT. Received: side={side!r}")
        if scaling not in (None, "density", "spectrum"):
            raise UsageError(f"expected scaling density, spectrum or None of the initializer STFT. Received: scaling={scaling!r}")
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def values(self, shape: tuple[int, ...]) -> Any:
        if len(shape) != 3:
            raise ShapeError(f"expected a shape (T, 1, N / 2 + 1) for the initializer STFT. Received: shape={shape}")
        length, _, bins = shape
        time, frequency = np.arange(length).reshape(-1, 1, 1), np.arange(bins) / max(2 * (bins - 1), 1)
        angle = -2 * np.pi * time * frequency
        kernel = np.cos(angle) if self.side == "real" else np.sin(angle)
        if self.window is None:
            return kernel
        w = window(self.window, length, self.periodic) if isinstance(self.window, str) else np.asarray(self.window)
        if w.shape != (length,):
            raise ShapeError(f"expected {length} values of the window of the initializer STFT. Received: shape={w.shape}")
        norm = {None: 1.0, "density": np.sqrt(np.sum(w**2)), "spectrum": np.sum(np.abs(w))}[self.scaling]
        return kernel * w.reshape(-1, 1, 1) / norm
