"""Regularizers and constraints against Keras: values by both kernels, configurations both ways."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from kport import constraints, regularizers
from kport.errors import ShapeError, UsageError
from kport.registry import constraints as constraint_registry
from kport.registry import regularizers as regularizer_registry
from tests.compare import assert_same

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("regularizers", "L1", {}),
    ("regularizers", "L1", {"l1": 0.3}),
    ("regularizers", "L2", {"l2": 0.3}),
    ("regularizers", "L1L2", {"l1": 0.2, "l2": 0.1}),
    ("regularizers", "L1L2", {}),
    ("regularizers", "OrthogonalRegularizer", {"factor": 0.2}),
    ("regularizers", "OrthogonalRegularizer", {"mode": "columns"}),
    ("constraints", "MaxNorm", {"max_value": 1.0}),
    ("constraints", "MaxNorm", {"max_value": 1, "axis": 1}),
    ("constraints", "MinMaxNorm", {"min_value": 0.9, "max_value": 1.1, "rate": 0.7}),
    ("constraints", "MinMaxNorm", {}),
    ("constraints", "NonNeg", {}),
    ("constraints", "UnitNorm", {}),
    ("constraints", "UnitNorm", {"axis": [0, 1]}),
]
OURS = {"regularizers": regularizers, "constraints": constraints}


@pytest.mark.parametrize("kind", ["regularizers", "constraints"])
def test_every_keras_name_is_here(kind: str) -> None:
    import keras

    registry = {"regularizers": regularizer_registry, "constraints": constraint_registry}[kind]
    bases = {"Regularizer", "regularizer", "Constraint", "constraint"}
    names = {n for n, x in vars(getattr(keras, kind)).items() if inspect.isclass(x)}
    names |= set(getattr(keras.src, kind).ALL_OBJECTS_DICT)
    for name in names - bases:
        assert OURS[kind].get(name), name
    assert names - bases <= {*registry.items, "l1_l2"}


@pytest.mark.parametrize(("kind", "name", "config"), CASES, ids=str)
def test_same_as_keras(kind: str, name: str, config: dict[str, Any]) -> None:
    import keras
    import tensorflow as tf

    w = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    theirs = getattr(getattr(keras, kind), name)(**config)
    ours = getattr(OURS[kind], name)(**config)
    assert_same(ours(w), theirs(tf.constant(w)), what=name)
    assert_same(ours(tf.constant(w)), theirs(tf.constant(w)), what=name)
    assert ours.get_config() == close(theirs.get_config())
    again = OURS[kind].get(keras.saving.serialize_keras_object(theirs))
    assert again.get_config() == close(ours.get_config())
    assert type(theirs).from_config(ours.get_config()).get_config() == close(theirs.get_config())


def close(config: dict[str, Any]) -> dict[str, Any]:
    """Some of Keras's factors went through float32."""
    return {key: pytest.approx(value) if isinstance(value, float) else value for key, value in config.items()}


def test_name_l1_l2_has_the_defaults_of_keras() -> None:
    assert regularizers.get("l1_l2").get_config() == {"l1": 0.01, "l2": 0.01}
    assert regularizers.get(None) is None
    assert constraints.get(None) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: regularizers.L2(-1.0), "expected a factor l2 ≥ 0 .* Received: l2=-1.0"),
        (lambda: regularizers.OrthogonalRegularizer(mode="x"), "expected mode rows or columns .* Received: mode='x'"),
        (lambda: regularizers.OrthogonalRegularizer()(np.ones(3)), r"expected a matrix .* Received: shape=\(3,\)"),
    ],
)
def test_messages(make: Any, message: str) -> None:
    with pytest.raises((ShapeError, UsageError), match=message):
        make()
