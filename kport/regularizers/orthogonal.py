"""A penalty on vectors that aren't at right angles."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..errors import ShapeError, UsageError
from ..registry import regularizers
from .regularizer import Regularizer, penalty_factor


@regularizers("orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """factor · mean over all pairs of rows (or columns, by `mode`) of |cosine of the angle between them|.

    Another rank than 2 is a ShapeError.
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        if mode not in ("rows", "columns"):
            raise UsageError(f"expected mode rows or columns of OrthogonalRegularizer. Received: mode={mode!r}")
        self.factor = penalty_factor(factor, "factor")
        self.mode = mode

    def __call__(self, x: Any) -> Any:
        if len(x.shape) != 2:
            raise ShapeError(f"expected a matrix for OrthogonalRegularizer. Received: shape={tuple(x.shape)}")
        vectors = ops.l2_normalize(x if self.mode == "rows" else ops.transpose(x), axis=1, epsilon=1e-7)
        count = vectors.shape[0]
        others = (1 - np.eye(count)).astype(np.float32)
        cosines = ops.multiply(ops.absolute(ops.matmul(vectors, ops.transpose(vectors))), others)
        return ops.multiply(ops.sum(cosines), self.factor / (count * (count - 1)))
