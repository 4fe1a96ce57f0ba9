"""Layers that only Keras 1 had: their formulas in NumPy, after Keras 1.2.2's sources."""

import numpy as np

from tests.layers.case import LayerCase

SOURCE = "the formula of Keras 1.2.2 in NumPy: that version runs on no Python of today"


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def highway(x: np.ndarray, W: np.ndarray, W_carry: np.ndarray, b: np.ndarray, b_carry: np.ndarray) -> np.ndarray:
    t = sigmoid(x @ W_carry + b_carry)
    return t * np.tanh(x @ W + b) + (1 - t) * x


def highway_without_bias(x: np.ndarray, W: np.ndarray, W_carry: np.ndarray) -> np.ndarray:
    t = sigmoid(x @ W_carry)
    return t * (x @ W) + (1 - t) * x


def maxout(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.stack([x @ W[f] + b[f] for f in range(len(W))]).max(0)


def s_relu(x: np.ndarray, t_left: np.ndarray, a_left: np.ndarray, t_right: np.ndarray, a_right: np.ndarray) -> np.ndarray:
    t_r = t_left + np.abs(t_right)
    left, right = t_left + a_left * (x - t_left), t_r + a_right * (x - t_r)
    return np.where(x < t_left, left, np.where(x > t_r, right, x))


def parametric_softplus(x: np.ndarray, alphas: np.ndarray, betas: np.ndarray) -> np.ndarray:
    return alphas * np.log(1 + np.exp(betas * x))


CASES = [
    LayerCase("Highway", (2, 4), {"activation": "tanh"}, oracle=None, expected=highway, reason=SOURCE),
    LayerCase("Highway", (2, 4), {"bias": False, "input_dim": 4}, oracle=None, expected=highway_without_bias, reason=SOURCE),
    LayerCase("MaxoutDense", (2, 4), {"output_dim": 3}, oracle=None, expected=maxout, reason=SOURCE),
    LayerCase(
        "MaxoutDense",
        (2, 4),
        {"output_dim": 3, "nb_feature": 2, "bias": False},
        oracle=None,
        expected=lambda x, W: maxout(x, W, np.zeros(2, "float32")),
        reason=SOURCE,
    ),
    LayerCase("SReLU", (2, 3, 4), oracle=None, expected=s_relu, reason=SOURCE),
    LayerCase("SReLU", (2, 3, 4, 5), {"shared_axes": [1, 2]}, oracle=None, expected=s_relu, reason=SOURCE),
    LayerCase("ParametricSoftplus", (2, 5), oracle=None, expected=parametric_softplus, reason=SOURCE),
    LayerCase("ParametricSoftplus", (2, 3, 4), {"shared_axes": [1]}, oracle=None, expected=parametric_softplus, reason=SOURCE),
]
