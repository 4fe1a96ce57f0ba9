"""Reductions: pooling over windows as long as the axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ir import Node
from ...ops.op import Op
from ...ops.reduce import ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum
from ..target import Emission
from . import parts
from .batch import batch_axis, sample
from .builder import Builder, Tensor
from .saying import UNKNOWN, along_batch, emission, first, inner_axis

Along = Callable[[Builder, Tensor, tuple[int, int, int]], Tensor]


def _pooled(class_name: str) -> Along:
    def along(b: Builder, x: Tensor, view: tuple[int, int, int]) -> Tensor:
        pre, n, post = view
        window: dict[str, Any] = {"pool_size": [1, n], "strides": [1, n], "padding": "valid"}
        return b(class_name, b.shaped(x, view), (pre, 1, post), **window)

    return along


def _summed(b: Builder, x: Tensor, view: tuple[int, int, int]) -> Tensor:
    pre, n, post = view
    if post == 1:
        return parts.linear(b, b.shaped(x, (pre, 1, n)), np.ones((n, 1), np.float32))
    return parts.scaled(b, _pooled("AveragePooling2D")(b, x, view), float(n))


def _multiplied(b: Builder, x: Tensor, view: tuple[int, int, int]) -> Tensor:
    pre, n, post = view
    pieces = [parts.cropped(b, x, view, i, i + 1) for i in range(n)]
    return b("Multiply", [b.shaped(piece, (pre, 1, post)) for piece in pieces], (pre, 1, post)) if n > 1 else x


def _reduction(along: Along, globally: str | None = None, mirrored: bool = False) -> Emission:
    """A row. globally: the layer that reduces all of an image or a sequence; mirrored: of -x, and negative."""

    def say(b: Builder, node: Node) -> Tensor:
        x = b.tensor(node.inputs[0])
        if globally is not None and _is_global(node):
            rank = len(sample(first(node))) - 1
            x = b.natural(first(node))
            x = parts.negative(b, x) if mirrored else x
            name = f"Global{globally}Pooling{rank}D"
            y = parts.pooled_sequence(b, name, x) if rank == 1 else b(name, x, x.sizes[-1:])
            return parts.negative(b, y) if mirrored else y
        x = parts.negative(b, x) if mirrored else x
        sizes = list(sample(first(node)))
        for begin, end in _runs(node):
            pre, post = (parts.product(tuple(part)) for part in (sizes[:begin], sizes[end:]))
            x = along(b, x, (pre, parts.product(tuple(sizes[begin:end])), post))
            sizes[begin:end] = [1] * (end - begin)
        return parts.negative(b, x) if mirrored else x

    def sized(node: Node) -> str | None:
        fits = globally is not None and _is_global(node) and sample(first(node))[-1] is not None
        return None if fits else UNKNOWN

    return emission(say, lambda node: along_batch(first(node), node.op.axes), dynamic=sized)  # type: ignore[attr-defined]


def _is_global(node: Node) -> bool:
    """Whether all axes of an image or a sequence but the channels are reduced."""
    op: Any = node.op
    x = first(node)
    inner = sorted(inner_axis(x, a) for a in op.axes)
    return batch_axis(x) == 0 and len(sample(x)) in (2, 3) and inner == list(range(len(sample(x)) - 1))


def _runs(node: Node) -> list[tuple[int, int]]:
    """The axes as runs of neighbours (begin, end)."""
    op: Any = node.op
    runs: list[tuple[int, int]] = []
    for axis in sorted(inner_axis(first(node), a) for a in op.axes):
        if runs and runs[-1][1] == axis:
            runs[-1] = (runs[-1][0], axis + 1)
        else:
            runs.append((axis, axis + 1))
    return runs


EMISSIONS: dict[type[Op], Emission] = {
    ReduceMean: _reduction(_pooled("AveragePooling2D"), "Average"),
    ReduceMax: _reduction(_pooled("MaxPooling2D"), "Max"),
    ReduceMin: _reduction(_pooled("MaxPooling2D"), "Max", mirrored=True),
    ReduceSum: _reduction(_summed),
    ReduceProd: _reduction(_multiplied),
}
