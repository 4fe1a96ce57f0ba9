"""Convolution kernels that compute a short-time Fourier transform."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError, UsageError
from ..registry import initializers
from .initializer import Initializer

# weights of cos(0), cos(τ), cos(2τ), ... with alternating signs, τ = 2π n / length. Source: Harris 1978; SciPy's names
_COSINE_SUMS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}


def window(name: str, length: int, periodic: bool) -> np.ndarray[Any, Any]:
    """w[n] = Σ_k (-1)^k a_k cos(2π k n / N); N is the length if periodic, or else one less (symmetric)."""
    if name not in _COSINE_SUMS:
        raise UsageError(f"expected a window among {', '.join(sorted(_COSINE_SUMS))}, or its values. Received: window={name!r}")
    angle = 2 * np.pi * np.arange(length) / max(length if periodic else length - 1, 1)
    if length == 1:
        return np.ones(1)
    return np.sum([(-1) ** k * a * np.cos(k * angle) for k, a in enumerate(_COSINE_SUMS[name])], axis=0)


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
