"""Products: with constant matrices as Dense and convolutional layers, whose weights Keras keeps and can train."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...layers.convolutional.conv import Conv1D, Conv2D, Conv3D
from ...layers.core.dense import Dense
from ...ops import factors, matrix, pool
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.einsum import Einsum
from ...ops.linear import Linear, MatMul
from ...ops.op import Op
from ..target import Emission, Options
from .rebuild import Builder
from .saying import emission, one
from .shape import along

_CONVS: dict[int, Any] = {1: Conv1D, 2: Conv2D, 3: Conv3D}


def _weights(b: Builder, node: Node) -> list[np.ndarray] | None:
    """Kernel and bias, where they are float32 constants."""
    found = [b.constant(value) for value in node.inputs[1:] if value is not None]
    arrays = [array for array in found if array is not None and array.dtype == np.float32]
    return arrays if len(arrays) == len(found) else None


def _matmul(b: Builder, node: Node, x: Any, y: Any) -> Any:
    weights = _weights(b, node)
    if weights is not None and weights[0].ndim == 2:
        return b.layer(node, Dense, x, weights=weights, units=weights[0].shape[1], use_bias=False)
    return b.operation(node, "Matmul", x, y)


def _linear(b: Builder, node: Node, x: Any, kernel: Any, bias: Any = None) -> Any:
    weights = _weights(b, node)
    if weights is not None:
        return b.layer(node, Dense, x, weights=weights, units=weights[0].shape[1], use_bias=len(weights) > 1)
    y = b.operation(node, "Matmul", x, kernel)
    return y if bias is None else b.operation(node, "Add", y, bias)


def _padded(b: Builder, node: Node, x: Any) -> tuple[Any, str]:
    """The data with the padding that Keras has no word for put on it, and what remains to be said."""
    padding = node.op.padding  # type: ignore[attr-defined]
    if isinstance(padding, str):
        return x, padding
    return b.operation(node, "Pad", x, pad_width=[[0, 0], *map(list, padding), [0, 0]]), "valid"


def _conv(b: Builder, node: Node, x: Any, kernel: Any, bias: Any = None) -> Any:
    op: Any = node.op
    x, padding = _padded(b, node, x)
    weights = _weights(b, node)
    if weights is not None:
        *window, _, filters = weights[0].shape
        kind = _CONVS[len(window)]
        settings = {"strides": op.strides, "padding": padding, "dilation_rate": op.dilations, "groups": op.groups}
        return b.layer(
            node, kind, x, weights=weights, filters=filters, kernel_size=tuple(window), use_bias=len(weights) > 1, **settings
        )
    y = b.operation(node, "Conv", x, kernel, strides=list(op.strides), padding=padding, dilation_rate=list(op.dilations))
    return y if bias is None else b.operation(node, "Add", y, bias)


def _conv_accepts(node: Node, options: Options) -> str | None:
    return None if len(node.op.strides) in _CONVS else "Keras convolves along one to three axes"  # type: ignore[attr-defined]


def _conv_transpose(b: Builder, node: Node, x: Any, kernel: Any, bias: Any = None) -> Any:
    """Keras's valid padding gives all that the window reaches and, behind it, what a stride beyond the window adds."""
    op: Any = node.op
    strides, dilations = list(op.strides), list(op.dilations)
    y = b.operation(node, "ConvTranspose", x, kernel, strides=strides, padding="valid", dilation_rate=dilations)
    value = node.inputs[1]
    assert value is not None
    settings = zip(value.shape, strides, dilations, op.output_padding, op.padding, strict=False)
    for axis, (size, stride, dilation, more, (before, after)) in enumerate(settings, start=1):
        behind = max(stride - ((size or 1) - 1) * dilation - 1, 0) - more - after
        if behind < 0:
            widths = [[0, -behind if i == axis else 0] for i in range(len(strides) + 2)]
            y = b.operation(node, "Pad", y, pad_width=widths)
        if before or behind > 0:
            y = b.operation(node, "GetItem", y, along(axis, slice(before, -behind if behind > 0 else None)))
    return y if bias is None else b.operation(node, "Add", y, bias)


def _pool(operation: str) -> Emission:
    def say(b: Builder, node: Node, x: Any) -> Any:
        op: Any = node.op
        return b.operation(node, operation, x, pool_size=list(op.window), strides=list(op.strides), padding=op.padding)

    return emission(say, _pool_accepts)


def _pool_accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if not isinstance(op.padding, str):
        return "Keras pads windows as 'valid' or 'same' only"
    return "Keras's pooling has no dilation" if set(op.dilations) != {1} else None


def _einsum(b: Builder, node: Node, *xs: Any) -> Any:
    return b.operation(node, "Einsum", *xs, subscripts=node.op.equation)  # type: ignore[attr-defined]


def _qr(b: Builder, node: Node, x: Any) -> Any:
    return tuple(b.operation(node, "Qr", x, mode="complete" if node.op.complete else "reduced"))  # type: ignore[attr-defined]


def _svd(b: Builder, node: Node, x: Any) -> Any:
    return tuple(b.operation(node, "SVD", x, full_matrices=node.op.full, compute_uv=True))  # type: ignore[attr-defined]


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(_conv, _conv_accepts),
    ConvTranspose: emission(_conv_transpose),
    Einsum: emission(_einsum),
    factors.Cholesky: one("Cholesky"),
    factors.Eigh: one("Eigh"),
    factors.Qr: emission(_qr),
    factors.Svd: emission(_svd),
    Linear: emission(_linear),
    MatMul: emission(_matmul),
    matrix.Determinant: one("Det"),
    matrix.Inverse: one("Inv"),
    matrix.Solve: one("Solve"),
    pool.AveragePool: _pool("AveragePool"),
    pool.MaxPool: _pool("MaxPool"),
}
