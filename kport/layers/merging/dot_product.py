"""Scalar products of two inputs."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

from ... import ops
from ...errors import LayerError
from ...ops.shapes import normalize_axis
from ...registry import layers
from ..layer import Layer
from .merge import expect_two


@layers()
class Dot(Layer):
    """y = Σ x_1 · x_2 over one axis of each, sample by sample.

    x_1: (batch, ..., K, ...), x_2: (batch, ..., K, ...) → (batch, rest of x_1, rest of x_2); two vectors → (batch, 1).
    axes: the axis K of both, or one for each. normalize: the vectors are made 1 long first, so y is their cosine.
    """

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.axes = axes
        self.normalize = normalize

    def call(self, inputs: Any) -> Any:
        expect_two(inputs, self.name)
        a, b = inputs
        given = (self.axes, self.axes) if isinstance(self.axes, int) else tuple(self.axes)
        axis_a, axis_b = (normalize_axis(axis, len(x.shape)) for axis, x in zip(given, inputs, strict=True))
        if 0 in (axis_a, axis_b):
            raise LayerError(f"expected axes other than the batch. Received: axes={self.axes}", self.name)
        if self.normalize:
            a, b = ops.l2_normalize(a, axis=axis_a, epsilon=1e-7), ops.l2_normalize(b, axis=axis_b, epsilon=1e-7)
        # letters: the batch is a, the common axis z
        names = iter(ascii_lowercase[1:])
        left = ["a" if i == 0 else "z" if i == axis_a else next(names) for i in range(len(a.shape))]
        right = ["a" if i == 0 else "z" if i == axis_b else next(names) for i in range(len(b.shape))]
        rest = [letter for letter in (*left, *right[1:]) if letter != "z"]
        y = ops.einsum(f"{''.join(left)},{''.join(right)}->{''.join(rest)}", a, b)
        return ops.expand_dims(y, -1) if len(rest) == 1 else y


def dot(inputs: Sequence[Any], axes: int | Sequence[int] = -1, **kwargs: Any) -> Any:
    """As the layer Dot."""
    return Dot(axes=axes, **kwargs)(inputs)
