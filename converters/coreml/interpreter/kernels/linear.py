"""Products of matrices, and attention."""

from __future__ import annotations

import re

import numpy as np

from .shapes import expect

FORMS = """
15 linear(x[1-3]: T=N, weight[2]: const T, bias?[1]: const T) -> T
17 linear(x[1-3]: T=N, weight[2]: const U=N, bias?[1]: const U) -> T
15 matmul(x[1-5]: T=N, y[1-5]: T, transpose_x?: const bool, transpose_y?: const bool) -> T
17 matmul(x[1-5]: T=N, y[1-5]: U=N, transpose_x?: const bool, transpose_y?: const bool) -> any
15 einsum(values*[3-4]: T=F, equation: const string) -> T
18 scaled_dot_product_attention(query[3-5]: T=F, key[3-5]: T, value[3-5]: T, attn_mask?: M=LOGIT) -> T
"""


def _linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """x · weightᵀ + bias"""
    expect("weight", weight, weight.shape[0], x.shape[-1])
    expect("bias", bias, weight.shape[0])
    y = x @ weight.T
    return y if bias is None else y + bias


def _matmul(x: np.ndarray, y: np.ndarray, transpose_x: bool = False, transpose_y: bool = False) -> np.ndarray:
    """NumPy's matmul. A vector can't be transposed: the documentation and the builder differ about it."""
    if (transpose_x and x.ndim == 1) or (transpose_y and y.ndim == 1):
        raise ValueError("expected a matrix to transpose. Received: a vector")
    left = x.swapaxes(-1, -2) if transpose_x else x
    right = y.swapaxes(-1, -2) if transpose_y else y
    return np.matmul(left, right)


def _einsum(values: list[np.ndarray], equation: str) -> np.ndarray:
    """Matrices on axes -1 and -3, the others a batch: "nchw,nwhu->nchu", "chw,whr->chr", by whatever letters."""
    found = re.fullmatch(r"(\w?)(\w)(\w)(\w),(\w?)(\w)(\w)(\w)->(\w?)(\w)(\w)(\w)", equation.replace(" ", ""))
    if len(values) != 2 or not found or not _is_batched(*found.groups()):
        raise ValueError(f"expected nchw,nwhu->nchu or chw,whr->chr, or one of their kind. Received: {equation}")
    x, y = values
    return (x.swapaxes(-2, -3) @ y.swapaxes(-2, -3)).swapaxes(-2, -3)


def _is_batched(*letters: str) -> bool:
    n, c, h, w, _, _, _, u, *_ = letters
    return letters == (n, c, h, w, n, w, h, u, n, c, h, u)


def _attention(query: np.ndarray, key: np.ndarray, value: np.ndarray, attn_mask: np.ndarray | None = None) -> np.ndarray:
    """softmax(query · keyᵀ / √E + mask) · value; where a mask of truth values is false, nothing is attended to."""
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.dtype.type(query.shape[-1]))
    if attn_mask is not None:
        scores = np.where(attn_mask, scores, -np.inf) if attn_mask.dtype == np.bool_ else scores + attn_mask
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ value


KERNELS = {
    "linear": _linear,
    "matmul": _matmul,
    "einsum": _einsum,
    "scaled_dot_product_attention": _attention,
}
