"""Images centered, divided by their standard deviation, and whitened: by their own statistics or by those of many."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UsageError
from .image_iterators import check_channels

_IMPLIED = (
    ("zca_whitening", "featurewise_center", True),
    ("zca_whitening", "featurewise_std_normalization", False),
    ("featurewise_std_normalization", "featurewise_center", True),
    ("samplewise_std_normalization", "samplewise_center", True),
)
"""(an option, another one, what the other one has to be with it)"""


class Standardization:
    """The half of an `ImageDataGenerator` that doesn't draw: `fit` learns statistics, `standardize` uses them."""

    featurewise_center: bool
    samplewise_center: bool
    featurewise_std_normalization: bool
    samplewise_std_normalization: bool
    zca_whitening: bool
    zca_epsilon: float
    rescale: float | None
    preprocessing_function: Callable[[Any], Any] | None
    dtype: Any
    row_axis: int
    col_axis: int
    channel_axis: int

    mean: Any = None
    """Of each channel: (1, 1, channels), or channels first. None before `fit`."""
    std: Any = None
    """As `mean`."""
    zca_whitening_matrix: Any = None
    """(n, n) for images of n numbers."""

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """One image, transformed at random."""
        raise NotImplementedError(f"{type(self).__name__} has no random_transform(x, seed)")

    def _imply(self) -> None:
        """Sets the options that others need, with a warning."""
        for option, other, value in _IMPLIED:
            if getattr(self, option) and bool(getattr(self, other)) != value:
                setattr(self, other, value)
                warnings.warn(f"{option}=True is used with {other}={value}", stacklevel=3)

    def standardize(self, x: Any) -> Any:
        """One image or a batch: preprocessing_function, rescale, then what was asked for. Changes `x` itself where it can."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._learned("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._learned("featurewise_std_normalization", self.std):
            x /= self.std + 1e-6
        if self.zca_whitening and self._learned("zca_whitening", self.zca_whitening_matrix):
            x = (x.reshape(-1, len(self.zca_whitening_matrix)) @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _learned(self, option: str, statistics: Any) -> bool:
        if statistics is None:
            warnings.warn(f"{option} needs fit(x) of images, which hasn't been called: it does nothing", stacklevel=3)
        return statistics is not None

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learns the statistics that featurewise_center, featurewise_std_normalization and zca_whitening need, after rescale.

        x: (samples, height, width, channels), or channels first. augment: from `rounds` random transformations of each.
        Mean and std: of each channel. Whitening: U · √samples / (S + zca_epsilon) · Uᵀ, the images as columns being U · S · Vᵀ.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise UsageError(f"expected images of rank 4. Received: shape={x.shape}")
        check_channels(x, self.channel_axis)
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.array([self.random_transform(image) for _ in range(rounds) for image in x], dtype=self.dtype)
        if self.featurewise_center:
            self.mean = self._of_channels(np.mean, x)
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = self._of_channels(np.std, x)
            x /= self.std + 1e-6
        if self.zca_whitening:
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T

    def _of_channels(self, statistic: Callable[..., Any], x: np.ndarray) -> Any:
        return statistic(x, axis=(0, self.row_axis, self.col_axis), keepdims=True)[0]
