"""The CoreML interpreter's products, attention and normalisation against TensorFlow and plain formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.converters.mil_case import Case, check, floats, integers

X = floats(2, 3, 4)
IMAGE = floats(2, 8, 4, 6)
MASK = np.array([[1, 1, 0, 1, 1], [0, 1, 1, 0, 1], [1, 0, 0, 0, 0]], np.bool_)


def _attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, bias: np.ndarray | float = 0.0) -> np.ndarray:
    return tf.nn.softmax(np.einsum("bhle,bhse->bhls", q, k) / 2.0 + bias) @ v


QUERY = {"query": floats(2, 3, 3, 4), "key": floats(2, 3, 5, 4), "value": floats(2, 3, 5, 2)}
PRODUCTS = [
    Case("linear", {"x": X}, lambda x: np.einsum("abi,oi->abo", x, floats(5, 4)), {"weight": floats(5, 4)}),
    Case("linear", {"x": X[0, 0]}, lambda x: floats(5, 4) @ x + floats(5), {"weight": floats(5, 4), "bias": floats(5)}),
    Case("matmul", {"x": floats(10, 4, 3), "y": floats(5, 10, 3, 2)}, lambda x, y: np.einsum("bij,cbjk->cbik", x, y)),
    Case(
        "matmul",
        {"x": floats(2, 3, 4), "y": floats(5, 3)},
        lambda x, y: np.einsum("bji,kj->bik", x, y),
        {"transpose_x": True, "transpose_y": True},
    ),
    Case("matmul", {"x": floats(4), "y": floats(4, 3)}, lambda x, y: np.einsum("j,jk->k", x, y)),
    Case("matmul", {"x": integers(3, 4), "y": integers(4, 2)}, lambda x, y: np.einsum("ij,jk->ik", x, y)),
    Case("matmul", {"x": floats(3, 4)}, lambda x: np.einsum("ij,jk->ik", x, floats(4, 2)), {"y": floats(4, 2)}, ios=17),
    Case(
        "einsum",
        {"values": [floats(2, 3, 4, 5), floats(2, 5, 4, 6)]},
        lambda v: np.einsum("nchw,nwhu->nchu", *v),
        {"equation": "nchw,nwhu->nchu"},
    ),
    Case(
        "einsum",
        {"values": [floats(3, 4, 5), floats(5, 4, 6)]},
        lambda v: np.einsum("abc,cbd->abd", *v),
        {"equation": "abc,cbd->abd"},
    ),
    Case("scaled_dot_product_attention", QUERY, _attention, ios=18),
    Case(
        "scaled_dot_product_attention",
        {**QUERY, "attn_mask": MASK},
        lambda q, k, v, m: _attention(q, k, v, np.where(m, 0, -np.inf).astype(np.float32)),
        ios=18,
    ),
    Case("scaled_dot_product_attention", {**QUERY, "attn_mask": floats(3, 3, 5)}, _attention, ios=18),
]
MEAN, VARIANCE, GAMMA, BETA = floats(8), floats(8, low=0.5), floats(8, seed=1), floats(8, seed=2)
VARIANCE = np.abs(VARIANCE) + 0.1


def _channels(
    x: np.ndarray, epsilon: float, g: np.ndarray | None, b: np.ndarray | None, m: np.ndarray, v: np.ndarray
) -> np.ndarray:
    return tf.nn.batch_normalization(x.transpose(0, 2, 3, 1), m, v, b, g, epsilon).numpy().transpose(0, 3, 1, 2)


def _moments(x: np.ndarray, axes: tuple[int, ...], epsilon: float) -> np.ndarray:
    wide = x.astype(np.float64)
    return (wide - wide.mean(axes, keepdims=True)) / np.sqrt(wide.var(axes, keepdims=True) + epsilon)


NORMS = [
    Case(
        "batch_norm",
        {"x": IMAGE},
        lambda x: _channels(x, 0.1, GAMMA, BETA, MEAN, VARIANCE),
        {"mean": MEAN, "variance": VARIANCE, "gamma": GAMMA, "beta": BETA, "epsilon": 0.1},
    ),
    Case(
        "batch_norm",
        {"x": IMAGE},
        lambda x: _channels(x, 1e-5, None, None, MEAN, VARIANCE),
        {"mean": MEAN, "variance": VARIANCE, "epsilon": 1e-5},
    ),
    Case(
        "instance_norm",
        {"x": IMAGE},
        lambda x: _moments(x, (2, 3), 0.01) * GAMMA[:, None, None] + BETA[:, None, None],
        {"gamma": GAMMA, "beta": BETA, "epsilon": 0.01},
    ),
    Case(
        "layer_norm",
        {"x": X},
        lambda x: _moments(x, (1, 2), 0.01) * floats(3, 4) + floats(3, 4, seed=1),
        {"axes": np.int32([1, 2]), "gamma": floats(3, 4), "beta": floats(3, 4, seed=1), "epsilon": 0.01},
    ),
    Case(
        "layer_norm",
        {"x": X},
        lambda x: _moments(x, (1,), 1e-3) * floats(3)[:, None],
        {"axes": np.int32([1]), "gamma": floats(3), "epsilon": 1e-3},
    ),
    Case("layer_norm", {"x": X}, lambda x: _moments(x, (0, 1, 2), 1e-5), {"axes": np.int32([0, 1, 2]), "epsilon": 1e-5}),
    Case(
        "l2_norm",
        {"x": IMAGE},
        lambda x: x / np.sqrt(np.einsum("nchw,nchw->n", x, x) + 0.5)[:, None, None, None],
        {"epsilon": 0.5},
    ),
    Case(
        "local_response_norm",
        {"x": IMAGE},
        lambda x: tf.nn.local_response_normalization(x.transpose(0, 2, 3, 1), 1, 0.7, 0.3 / 3, 0.6).numpy().transpose(0, 3, 1, 2),
        {"size": 3, "alpha": 0.3, "beta": 0.6, "k": 0.7},
    ),
]
CASES = PRODUCTS + NORMS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_single_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage")


def _has_floats(case: Case) -> bool:
    values = [v for value in case.inputs.values() for v in (value if isinstance(value, list) else [value])]
    return any(np.asarray(v).dtype == np.float32 for v in values)


@pytest.mark.parametrize("case", [c for c in CASES if not c.single and _has_floats(c)], ids=lambda case: case.id)
def test_half_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage", half=True)
