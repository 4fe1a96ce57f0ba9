"""Normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops.norm import BatchNorm, GroupNorm, LayerNorm
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder, Var
from .saying import FLOATS, constant, emission, given


def _batch_norm(b: Builder, node: Node, x: Var, mean: Var, variance: Var, gamma: Var = None, beta: Var = None) -> Var:
    op: Any = node.op
    order = _with_channels_second(node.output.type.rank, op.axis)
    y = b(
        "batch_norm",
        x=b.transpose(x, order),
        mean=mean,
        variance=variance,
        gamma=gamma,
        beta=beta,
        epsilon=b.number(op.epsilon, x, "epsilon"),
    )
    return b.transpose(y, _inverse(order))


def _layer_norm(b: Builder, node: Node, x: Var, gamma: Var = None, beta: Var = None) -> Var:
    """coremltools takes a beta only beside a gamma."""
    op: Any = node.op
    if gamma is None and beta is not None:
        gamma = b.constant(np.ones_like(b.data(beta)), "ones")
    return b("layer_norm", x=x, axes=list(op.axes), gamma=gamma, beta=beta, epsilon=b.number(op.epsilon, x, "epsilon"))


def _group_norm(b: Builder, node: Node, x: Var, gamma: Var = None, beta: Var = None) -> Var:
    """With a group for every channel it is an instance normalisation."""
    op: Any = node.op
    order = _with_channels_second(node.output.type.rank, op.axis)
    y = b("instance_norm", x=b.transpose(x, order), gamma=gamma, beta=beta, epsilon=b.number(op.epsilon, x, "epsilon"))
    return b.transpose(y, _inverse(order))


def _with_channels_second(rank: int, axis: int) -> list[int]:
    axis %= rank
    return [0, axis, *(a for a in range(1, rank) if a != axis)]


def _inverse(order: list[int]) -> list[int]:
    return [order.index(i) for i in range(len(order))]


def _batch_norm_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    rank = node.output.type.rank
    if not 3 <= rank <= 5 or op.axis % rank == 0:
        return "CoreML's batch_norm takes (batch, channels, *spatial) of rank 3 to 5"
    return None if constant(node, 1, 2, 3, 4) else "CoreML's batch_norm has constant weights"


def _layer_norm_accepts(node: Node, options: Options) -> str | None:
    return None if constant(node, 1, 2) else "CoreML's layer_norm has constant weights"


def _group_norm_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    value = given(node.inputs[0])
    if not 3 <= value.type.rank <= 4 or value.shape[op.axis] != op.groups:
        return "CoreML has instance_norm, for one channel a group, of rank 3 and 4"
    return None if constant(node, 1, 2) else "CoreML's instance_norm has constant weights"


EMISSIONS: dict[type[Op], Emission] = {
    BatchNorm: emission(_batch_norm, _batch_norm_accepts, FLOATS),
    GroupNorm: emission(_group_norm, _group_norm_accepts, FLOATS),
    LayerNorm: emission(_layer_norm, _layer_norm_accepts, FLOATS),
}
