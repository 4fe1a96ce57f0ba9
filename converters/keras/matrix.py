"""Products: with constant matrices as Dense and convolutional layers, whose weights Keras keeps and can train."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...layers.convolutional.conv import Conv1D, Conv2D, Conv3D
from ...layers.convolutional.conv_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
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
_TRANSPOSED: dict[int, Any] = {1: Conv1DTranspose, 2: Conv2DTranspose, 3: Conv3DTranspose}


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
    op: Any = node.op
    if len(op.strides) not in _CONVS:
        return "Keras convolves along one to three axes"
    if max(op.strides) > 1 and max(op.dilations) > 1:
        return "Keras convolves with strides or with dilations, not with both"
    computed = any(v is not None and v.data is None for v in node.inputs[1:])
    return "keras.ops.conv has no groups, as a layer of constant weights has" if computed and op.groups > 1 else None


def _conv_transpose(b: Builder, node: Node, x: Any, kernel: Any, bias: Any = None) -> Any:
    """Keras's valid padding gives all that the window reaches and, behind it, what a stride beyond the window adds.

    What is padded behind gets the bias as well, so this is added last.
    """
    op: Any = node.op
    weights = _weights(b, node)
    assert weights is not None
    *window, filters, _ = weights[0].shape
    settings = {"kernel_size": tuple(window), "strides": op.strides, "dilation_rate": op.dilations, "use_bias": False}
    y = b.layer(node, _TRANSPOSED[len(window)], x, weights=weights[:1], filters=filters, **settings)
    along_axes = zip(window, op.strides, op.dilations, op.output_padding, op.padding, strict=True)
    for axis, (size, stride, dilation, more, (before, after)) in enumerate(along_axes, start=1):
        behind = max(stride - (size - 1) * dilation - 1, 0) - more - after
        if behind < 0:
            widths = [[0, -behind if i == axis else 0] for i in range(len(window) + 2)]
            y = b.operation(node, "Pad", y, pad_width=widths)
        if before or behind > 0:
            y = b.operation(node, "GetItem", y, along(axis, slice(before, -behind if behind > 0 else None)))
    return y if bias is None else b.operation(node, "Add", y, bias)


def _conv_transpose_accepts(node: Node, options: Options) -> str | None:
    if len(node.op.strides) not in _TRANSPOSED:  # type: ignore[attr-defined]
        return "Keras convolves along one to three axes"
    if max(node.op.dilations) > 1:  # type: ignore[attr-defined]
        return "TensorFlow has no kernel for a transposed convolution with dilations on a CPU"
    computed = any(v is not None and v.data is None for v in node.inputs[1:])
    return "Keras 3.15's operation ConvTranspose takes padding for output_padding: only layers work" if computed else None


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


def _sizes_known(node: Node, options: Options) -> str | None:
    assert node.inputs[0] is not None
    return "keras.ops factors matrices of known sizes only" if None in node.inputs[0].shape[-2:] else None


def _qr(b: Builder, node: Node, x: Any) -> Any:
    return tuple(b.operation(node, "Qr", x, mode="complete" if node.op.complete else "reduced"))  # type: ignore[attr-defined]


def _svd(b: Builder, node: Node, x: Any) -> Any:
    return tuple(b.operation(node, "SVD", x, full_matrices=node.op.full, compute_uv=True))  # type: ignore[attr-defined]


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(_conv, _conv_accepts),
    ConvTranspose: emission(_conv_transpose, _conv_transpose_accepts),
    Einsum: emission(_einsum),
    factors.Cholesky: one("Cholesky"),
    factors.Eigh: one("Eigh"),
    factors.Qr: emission(_qr, _sizes_known),
    factors.Svd: emission(_svd, _sizes_known),
    Linear: emission(_linear),
    MatMul: emission(_matmul),
    matrix.Determinant: one("Det"),
    matrix.Inverse: one("Inv"),
    matrix.Solve: one("Solve"),
    pool.AveragePool: _pool("AveragePool"),
    pool.MaxPool: _pool("MaxPool"),
}
