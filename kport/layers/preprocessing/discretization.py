"""Continuous features in bins."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer
from .encoding import OUTPUT_MODES, encode, only_types, output_mode_of


@layers()
class Discretization(Layer):
    """The number of the bin that each x is in: how many of the rising `bin_boundaries` are ≤ x.

    x: (...) numbers → (...) int32, or by `output_mode` vectors of len(bin_boundaries) + 1 numbers. Without boundaries
    `adapt` finds those of `num_bins` bins with about the same number of values, from a summary accurate to `epsilon`.
    """

    def __init__(
        self,
        bin_boundaries: list[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if bin_boundaries is None and num_bins is None:
            raise LayerError("expected bin_boundaries or num_bins. Received: neither", self.name)
        self.bin_boundaries = None if bin_boundaries is None else [float(b) for b in bin_boundaries]
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = output_mode_of(output_mode, OUTPUT_MODES, self.name)
        self.sparse = sparse

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["trainable"]
        return config

    def adapt(self, data: Any) -> None:
        """Finds the boundaries from an array, or from an iterable of batches."""
        if self.num_bins is None:
            raise LayerError("expected num_bins to adapt. Received: bin_boundaries", self.name)
        summary = np.zeros((2, 0), np.float32)
        for batch in [data] if hasattr(data, "shape") else data:
            joined = np.concatenate((summarize(np.asarray(batch), self.epsilon), summary), axis=1)
            summary = compress(joined[:, np.argsort(joined[0])], self.epsilon)
        self.bin_boundaries = compress(summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def load_own_variables(self, store: Any) -> None:
        """Takes the boundaries from the summary that Keras 2 saves instead of them: (2, N), as "summary" or "0"."""
        summary = store.get("summary", store.get("0"))
        if self.bin_boundaries is None and summary is not None and self.num_bins is not None:
            self.bin_boundaries = compress(np.asarray(summary, np.float32), 1.0 / self.num_bins)[0, :-1].tolist()

    def call(self, inputs: Any) -> Any:
        boundaries = self.bin_boundaries
        if boundaries is None and only_types(inputs):
            boundaries = [0.0] * ((self.num_bins or 1) - 1)
        if boundaries is None:
            raise LayerError("expected bin_boundaries: give them, or call adapt() first", self.name)
        indices = ops.bucketize(inputs, boundaries)
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return encode(indices, self.output_mode, len(boundaries) + 1, dtype)


def summarize(values: np.ndarray, epsilon: float) -> np.ndarray:
    """(2, N) float32: about 1/epsilon of the sorted values, and how many values each stands for."""
    values = np.sort(values.astype(np.float32).ravel())
    step = max(values.size * epsilon, 1)
    chosen = values[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def compress(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """The summary at 1/epsilon even shares of its weight, by interpolation. Source: Keras's Discretization."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    total = summary[1].cumsum()
    values = np.interp(shares, total / total[-1], summary[0])
    weights = np.diff(np.interp(shares, total / total[-1], total), prepend=0)
    return np.stack((values, weights)).astype(np.float32)
