"""Matrix products."""

from __future__ import annotations

import numpy as np

from ...ir import Node, Value
from ...ops.linear import Linear, MatMul
from ...ops.op import Op
from ..target import Emission
from . import parts
from .batch import batch_axis, sample
from .builder import Builder, Tensor, product
from .saying import MOVED, UNKNOWN, along_batch, emission, first

LIMIT = 1 << 22
"""Products in one matrix product of two tensors, of which each is an element then."""
TOO_MANY = f"DL4J 1.0.0-M2.1 imports no product of two tensors; those of up to {LIMIT} multiplications are said otherwise"


def _linear(b: Builder, node: Node) -> Tensor:
    kernel, bias = _data(node.inputs[1]), node.inputs[2] if len(node.inputs) > 2 else None
    return _times(b, first(node), kernel, None if bias is None else _data(bias))


def _times(b: Builder, x: Value, kernel: np.ndarray, bias: np.ndarray | None = None) -> Tensor:
    sizes = sample(x)
    if None in sizes or len(sizes) <= 3:
        return parts.linear(b, b.natural(x), kernel, bias)
    return parts.linear(b, b.shaped(b.tensor(x), (product(sizes[:-1]), sizes[-1])), kernel, bias)


def _data(value: Value | None) -> np.ndarray:
    assert value is not None and value.data is not None
    return value.data


def _has_kernel(node: Node) -> str | None:
    x = first(node)
    if x.data is not None or any(v is not None and v.data is None for v in node.inputs[1:]):
        return "DL4J's Dense has constant weights"
    return along_batch(x, [x.type.rank - 1])


def _channels(node: Node) -> str | None:
    """A convolution with a window of 1 takes sequences and images of unknown size."""
    sizes = sample(first(node))
    return None if len(sizes) <= 3 and sizes[-1] is not None and _is_kernel(node.inputs[1]) else UNKNOWN


def _is_kernel(value: Value | None) -> bool:
    """Whether it is one constant matrix."""
    return value is not None and value.data is not None and value.data.size == product(value.shape[-2:])


def _matmul(b: Builder, node: Node) -> Tensor:
    x, y = node.inputs
    assert x is not None and y is not None
    if y.data is not None:
        if _is_kernel(y):
            return _times(b, x, y.data.reshape(y.data.shape[-2:]))
        return _with_each(b, x, y.data)
    if x.data is not None:
        sizes = sample(y)
        view = parts.view_of(sizes, len(sizes) - 2)
        return parts.mapped(b, b.tensor(y), view, x.data.reshape(x.data.shape[-2:]).T)
    return _of_tensors(b, node, x, y)


def _with_each(b: Builder, x: Value, matrices: np.ndarray) -> Tensor:
    """A matrix of its own for each of the outer axes: of what is multiplied by all of them, one wide matrix makes it; else
    every element is multiplied by its weight, and the products added up. matrices: (*outer, K, N)"""
    *outer, k, n = matrices.shape
    if batch_axis(x) == x.type.rank - 2 and product(sample(x)) == k:
        wide = np.moveaxis(matrices.reshape(-1, k, n), 1, 0).reshape(k, -1)
        return parts.linear(b, b.shaped(b.tensor(x), (k,)), wide)
    m = product(sample(x)) // (product(tuple(outer)) * k)
    pre = product(tuple(outer))
    rows = parts.repeated(b, b.tensor(x), pre * m, k, n)
    weights = np.broadcast_to(matrices.reshape(pre, 1, k, n), (pre, m, k, n)).swapaxes(2, 3)
    products = parts.scaled(b, b.shaped(rows, (pre * m * n * k,)), weights.reshape(-1))
    return parts.linear(b, b.shaped(products, (1, pre * m * n, k)), np.ones((k, 1), np.float32))


def _of_tensors(b: Builder, node: Node, x: Value, y: Value) -> Tensor:
    """Every pair of a row and a column side by side, multiplied, and the products added up."""
    *outer, m, k = sample(x)
    pre, (m, n, k) = product(tuple(outer)), parts.known((m, sample(y)[-1], k))
    rows = parts.repeated(b, b.tensor(x), pre * m, k, n)
    columns = b.tensor(y) if n == 1 else parts.swapped(b, b.tensor(y), pre, k, n)
    columns = parts.repeated(b, columns, pre, n * k, m)
    pairs = (pre, m * n, k)
    products = b("Multiply", [b.shaped(rows, pairs), b.shaped(columns, pairs)], pairs)
    return parts.linear(b, products, np.ones((k, 1), np.float32))


def _multiplies(node: Node) -> str | None:
    x, y = node.inputs
    assert x is not None and y is not None
    if x.data is not None or y.data is not None:
        matrix, data = (x, y) if x.data is not None else (y, x)
        if not _is_kernel(matrix):
            return _each_multiplies(node, x, matrix)
        if data.type.rank < matrix.type.rank:
            return MOVED
        return along_batch(data, [data.type.rank - (2 if x.data is not None else 1)])
    axis = batch_axis(x)
    if axis not in range(x.type.rank - 2) or axis != batch_axis(y) or x.shape[:-2] != y.shape[:-2]:
        return MOVED
    if None not in (*sample(x), *sample(y)) and product((*sample(x), sample(y)[-1])) > LIMIT:
        return TOO_MANY
    return None


def _each_multiplies(node: Node, x: Value, matrices: Value) -> str | None:
    """Whether there is one matrix for every outer axis of the samples, or all multiply the whole sample."""
    if x.data is None and None not in sample(x):
        at = batch_axis(x)
        if at == x.type.rank - 2 and product(sample(x)) == matrices.shape[-2]:
            return None
        outer = sample(x)[:-1] if at == x.type.rank - 2 else sample(x)[:-2]
        if matrices.shape[:-2] in (outer, (1, *outer)):
            return TOO_MANY if product((*sample(x), matrices.shape[-1])) > LIMIT else None
    return "DL4J's Dense has one matrix of weights"


EMISSIONS: dict[type[Op], Emission] = {
    Linear: emission(_linear, _has_kernel, dynamic=_channels),
    MatMul: emission(_matmul, _multiplies, dynamic=_channels),
}
