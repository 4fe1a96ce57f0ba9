"""Matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import cast, promote
from .elementwise import add
from .op import Op, fail
from .promotion import dtype_of
from .shape import reshape, shape
from .shapes import broadcast


class MatMul(Op):
    """y = a @ b on the last two axes, the others broadcast. a: (..., M, K), b: (..., K, N) → (..., M, N).

    Both have rank ≥ 2 and one dtype.
    """

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        if a.rank < 2 or b.rank < 2 or a.dtype != b.dtype:
            raise fail(self, "two tensors of rank ≥ 2 and one dtype", a=a, b=b)
        k, k2 = a.shape[-1], b.shape[-2]
        if k is not None and k2 is not None and k != k2:
            raise fail(self, "(..., M, K) and (..., K, N)", a=a, b=b)
        return a.with_shape((*broadcast(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1]))

    def numpy(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.matmul(a, b).astype(a.dtype, copy=False)  # NumPy multiplies bfloat16 as float32

    def tensorflow(self, a: Any, b: Any) -> Any:
        return tf.matmul(a, b)


class Linear(Op):
    """y = x @ kernel + bias. x: (..., K), kernel: (K, N), bias: (N,) or None → (..., N). Keras's Dense without activation."""

    def infer(self, x: TensorType, kernel: TensorType, bias: TensorType | None = None) -> TensorType:
        if x.rank < 1 or kernel.rank != 2 or (x.shape[-1] is not None and x.shape[-1] != kernel.shape[0]):
            raise fail(self, "x: (..., K) and kernel: (K, N)", x=x, kernel=kernel)
        return x.with_shape((*x.shape[:-1], kernel.shape[1]))

    def numpy(self, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
        y = np.matmul(x.reshape(-1, x.shape[-1]), kernel).reshape(*x.shape[:-1], kernel.shape[1])
        return (y if bias is None else y + bias).astype(x.dtype, copy=False)  # NumPy multiplies bfloat16 as float32

    def tensorflow(self, x: Any, kernel: Any, bias: Any = None) -> Any:
        if x.shape.rank == 2:
            y = tf.matmul(x, kernel)
            return y if bias is None else tf.nn.bias_add(y, bias)
        # as one matrix: the gradient of the kernel then is one product, too
        sizes = [None, None] if x.shape.rank is None else x.shape.as_list()[:-1]
        if sizes.count(None) > 1 or 0 in sizes or not kernel.shape[0]:
            y = tf.tensordot(x, kernel, axes=[[-1], [0]])
            return y if bias is None else tf.nn.bias_add(y, bias)
        rows = self.tensorflow(tf.reshape(x, (-1, kernel.shape[0])), kernel, bias)
        return tf.reshape(rows, (*(-1 if d is None else d for d in sizes), kernel.shape[1]))

    def decompose(self, x: Any, kernel: Any, bias: Any = None) -> Any:
        y = MatMul()(x, kernel)
        return y if bias is None else add(y, bias)


def linear(x: Any, kernel: Any, bias: Any = None) -> Any:
    """x @ kernel + bias, over the last axis of `x`."""
    if bias is None:
        x, kernel = promote(x, kernel)
        return Linear()(x, kernel, None)
    return Linear()(*promote(x, kernel, bias))


def matmul(a: Any, b: Any) -> Any:
    """a @ b as NumPy defines it, vectors included; of int8 it is int32, as in Keras."""
    if dtype_of(a) == dtype_of(b) == "int8":
        a = cast(a, "int32")
    a, b = promote(a, b)
    if len(a.shape) >= 2 and len(b.shape) >= 2:
        return MatMul()(a, b)
    vector_a, vector_b = len(a.shape) == 1, len(b.shape) == 1
    left = reshape(a, (1, *shape(a))) if vector_a else a
    right = reshape(b, (*shape(b), 1)) if vector_b else b
    y = MatMul()(left, right)
    sizes = list(shape(y))
    if vector_b:
        del sizes[-1]
    if vector_a:
        del sizes[-1 if vector_b else -2]
    return reshape(y, sizes)


__all__ = ["Linear", "MatMul", "linear", "matmul"]
