"""Normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops.norm import BatchNorm
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor
from .saying import FLOAT, emission


def _batch_norm(
    b: Builder,
    node: Node,
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
) -> Tensor:
    op: Any = node.op
    channels = node.output.shape[-1]
    gamma = gamma or b.constant(np.ones(channels or 1), "float32", "ones")
    beta = beta or b.constant(np.zeros(channels or 1), "float32", "zeros")
    return b("FusedBatchNormV3", x, gamma, beta, mean, variance, epsilon=float(op.epsilon))


def _accepts(node: Node, options: Options) -> str | None:
    rank, axis = node.output.type.rank, node.op.axis  # type: ignore[attr-defined]
    last = axis == rank - 1 and 2 <= rank <= 4 and node.output.shape[-1] is not None
    return None if last else "TF.js normalises batches along the last of at most four axes"


EMISSIONS: dict[type[Op], Emission] = {BatchNorm: emission(_batch_norm, _accepts, FLOAT)}
