"""Circle loss. Source: Sun et al. 2020, https://arxiv.org/abs/2002.10857"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..registry import losses
from .loss import FunctionLoss
from .reduction import with_mask


def _column(labels: Any) -> Any:
    return ops.reshape(labels, (-1, 1)) if len(labels.shape) == 1 else labels


@losses()
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """softplus(ln Σ_pos e^(-gamma · a · (margin - d)) + ln Σ_neg e^(gamma · b · (1 - margin - d))) of each embedding.

    d: cosine distances to the references, at least 0; pos and neg: references with the same label and with others;
    a = max(margin + d, 0), b = max(1 + margin - d, 0).
    y_true: (N,) labels, y_pred: (N, D) embeddings of length 1 → (N,); references (M,) and (M, D), by default the embeddings
    themselves, of which each is none of its own with `remove_diagonal`. Embeddings without loss don't count in Loss's mean.
    """
    y_pred, y_true = ops.convert_to_tensor(y_pred), ops.cast(ops.convert_to_tensor(y_true), "int32")
    embeddings = y_pred if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings)
    labels = y_true if ref_labels is None else ops.cast(ops.convert_to_tensor(ref_labels), "int32")
    distances = ops.maximum(ops.subtract(1.0, ops.matmul(y_pred, ops.transpose(embeddings))), 0.0)
    y_true, labels = _column(y_true), _column(labels)
    positive = ops.equal(y_true, ops.transpose(labels))
    negative = ops.logical_not(positive)
    if remove_diagonal:
        itself = ops.equal(ops.expand_dims(ops.arange(ops.size(y_true)), -1), ops.arange(ops.size(labels)))
        positive = ops.logical_and(positive, ops.logical_not(itself))

    def log_sum(chosen: Any, weight: Any, distance: Any) -> Any:
        terms = ops.multiply(ops.multiply(weight, gamma), distance)
        return ops.logsumexp(ops.where(chosen, terms, -np.inf), 1)

    near = log_sum(positive, ops.maximum(ops.add(distances, margin), 0.0), ops.subtract(distances, margin))
    far = log_sum(negative, ops.maximum(ops.subtract(1 + margin, distances), 0.0), ops.subtract(1 - margin, distances))
    loss = ops.softplus(ops.add(near, far))
    return with_mask(loss, ops.greater(loss, 0.0))


@losses()
class Circle(FunctionLoss):
    """Pulls embeddings of one label together and pushes others away."""

    function = circle

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal
