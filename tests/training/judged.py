"""What tests of losses and metrics share: seeded targets and predictions, and each computed in three ways."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]


def rng_of(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x)
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def _floats(shape: tuple[int, ...]) -> Callable[[np.random.Generator], Pair]:
    return lambda r: (r.normal(size=shape).astype("float32"), r.normal(size=shape).astype("float32"))


def _positive(shape: tuple[int, ...]) -> Callable[[np.random.Generator], Pair]:
    return lambda r: (r.uniform(0, 3, shape).astype("float32"), r.uniform(0.05, 3, shape).astype("float32"))


def _binary(true: tuple[int, ...], pred: tuple[int, ...]) -> Callable[[np.random.Generator], Pair]:
    return lambda r: (r.integers(0, 2, true).astype("int32"), r.uniform(0, 1, pred).astype("float32"))


def _one_hot(shape: tuple[int, ...], logits: bool = False) -> Callable[[np.random.Generator], Pair]:
    def make(r: np.random.Generator) -> Pair:
        scores = r.normal(size=shape).astype("float32") * 2
        return np.eye(shape[-1], dtype="float32")[r.integers(0, shape[-1], shape[:-1])], scores if logits else softmax(scores)

    return make


def _sparse(true: tuple[int, ...], pred: tuple[int, ...], logits: bool = False) -> Callable[[np.random.Generator], Pair]:
    def make(r: np.random.Generator) -> Pair:
        scores = r.normal(size=pred).astype("float32") * 2
        return r.integers(0, pred[-1], true).astype("int64"), scores if logits else softmax(scores)

    return make


def _embeddings(r: np.random.Generator) -> Pair:
    y = r.normal(size=(8, 5)).astype("float32")
    return r.integers(0, 3, 8).astype("int32"), y / np.linalg.norm(y, axis=-1, keepdims=True)


def _labels_of_frames(r: np.random.Generator) -> Pair:
    labels = np.array([[1, 1, 2, 0], [3, 2, 4, 1], [2, 0, 0, 0], [4, 4, 0, 0], [1, 2, 1, 0]], "int32")
    return labels, r.normal(size=(5, 9, 5)).astype("float32")


PROBLEMS: dict[str, Callable[[np.random.Generator], Pair]] = {
    "vectors": _floats((6, 4)),
    "sequences": _floats((5, 7, 4)),
    "numbers and columns": lambda r: (r.normal(size=6).astype("float32"), r.normal(size=(6, 1)).astype("float32")),
    "columns and numbers": lambda r: (r.normal(size=(6, 1)).astype("float32"), r.normal(size=6).astype("float32")),
    "positive": _positive((6, 4)),
    "positive sequences": _positive((5, 7, 4)),
    "signs": lambda r: (r.choice([-1.0, 1.0], (6, 4)).astype("float32"), r.normal(size=(6, 4)).astype("float32")),
    "binary": _binary((6, 4), (6, 4)),
    "binary column": _binary((6,), (6, 1)),
    "binary numbers": _binary((6,), (6,)),
    "binary sequences": _binary((5, 7, 4), (5, 7, 4)),
    "binary logits": lambda r: (r.integers(0, 2, (6, 4)), r.normal(size=(6, 4)).astype("float32") * 3),
    "one-hot": _one_hot((6, 4)),
    "one-hot sequences": _one_hot((5, 7, 4)),
    "one-hot logits": _one_hot((6, 4), logits=True),
    "one-hot logits of sequences": _one_hot((5, 7, 4), logits=True),
    "classes": _sparse((6,), (6, 4)),
    "classes in columns": _sparse((6, 1), (6, 4)),
    "classes of sequences": _sparse((5, 7), (5, 7, 4)),
    "classes in columns of sequences": _sparse((5, 7, 1), (5, 7, 4)),
    "logits of classes": _sparse((6,), (6, 4), logits=True),
    "logits of classes of sequences": _sparse((5, 7), (5, 7, 4), logits=True),
    "embeddings": _embeddings,
    "frames": _labels_of_frames,
}


def problem(name: str, draw: int = 0) -> Pair:
    """Targets and predictions of this name; `draw` numbers batches."""
    return PROBLEMS[name](rng_of(f"{name}{draw}"))


def weights_of(values_shape: tuple[int, ...], name: str) -> dict[str, Any]:
    """Sample weights that fit losses of `values_shape`: none, one number, one for each sample, one for each loss."""
    r = rng_of(name)
    each = (*values_shape[:1], *(1,) * (len(values_shape) - 1))  # Keras broadcasts as NumPy does: samples in the first axis
    found: dict[str, Any] = {"none": None, "one": 2.5, "each sample": r.uniform(0, 2, each).astype("float32")}
    if len(values_shape) > 1:
        found["each step"] = r.uniform(0, 2, values_shape).astype("float32")
    return {k: v for k, v in found.items() if values_shape or k in ("none", "one")}
