"""Gradients of embeddings: rows, some of which come twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kport import optimizers

from .optimizer_steps import CONFIGURATIONS, assert_equal_states, compiled, initial, names, of_keras, of_kport, pair

SHAPES = {"embeddings": (8, 3), "bias": (3,)}
CASES = [
    *CONFIGURATIONS,
    ("Adam", {"clipnorm": 0.5}),
    ("Adam", {"clipvalue": 0.3}),
    ("RMSprop", {"global_clipnorm": 0.7}),
    ("SGD", {"gradient_accumulation_steps": 2}),
]


def rows(step: int) -> list[Any]:
    rng = np.random.default_rng(step)
    indices = np.concatenate([rng.integers(0, 6, 5), [2, 2]])  # some come twice, some never
    values = rng.normal(size=(len(indices), 3)).astype("float32")
    dense = rng.normal(size=3).astype("float32")
    return [tf.IndexedSlices(tf.constant(values), tf.constant(indices), tf.constant([8, 3])), tf.constant(dense)]


@pytest.mark.parametrize(("name", "options"), CASES, ids=names(CASES))
def test_steps_are_those_of_keras(name: str, options: dict[str, Any]) -> None:
    theirs, ours = pair(name, options)
    weights, own = of_keras(initial(3, SHAPES)), of_kport(initial(3, SHAPES))
    theirs.build(weights)
    step = compiled(ours, own)
    for i in range(6):
        theirs.apply(rows(i), weights)
        step(*rows(i))
    assert_equal_states(theirs, ours, weights, own)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Adagrad", "Ftrl"])
def test_xla_takes_the_same_steps(name: str) -> None:
    runs = []
    for jit in (False, True):
        own = of_kport(initial(3, SHAPES))
        step = compiled(getattr(optimizers, name)(), own, jit)
        for i in range(3):
            step(*rows(i))
        runs.append([v.numpy() for v in own])
    for a, e in zip(*runs, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-6)


def test_the_loss_scale_is_divided_out_of_rows() -> None:
    own = of_kport(initial(3, SHAPES))
    scaled = [tf.IndexedSlices(g.values * 64.0, g.indices, g.dense_shape) if i == 0 else g * 64.0 for i, g in enumerate(rows(0))]
    compiled(optimizers.SGD(0.1, loss_scale_factor=64.0), own)(*scaled)
    plain = of_kport(initial(3, SHAPES))
    compiled(optimizers.SGD(0.1), plain)(*rows(0))
    for a, e in zip(own, plain, strict=True):
        np.testing.assert_allclose(a.numpy(), e.numpy(), rtol=1e-6)
