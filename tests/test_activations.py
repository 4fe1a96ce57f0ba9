"""Activation functions by name: all of Keras's are there, with all their arguments, and what no row of the layer grid shows."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from kport import activations, layers, ops
from kport.configurable import serialize
from kport.errors import ShapeError, UnknownLayerError
from kport.registry import activations as registry
from tests.compare import assert_same

X = np.array([[-300.0, -90.0, -3.5, -1.0, -0.25, 0.0, 0.25, 1.0, 3.5, 90.0, 300.0, 0.1]], "float32")
ARGUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("celu", {"alpha": 0.5}),
    ("elu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("glu", {"axis": 1}),
    ("hard_shrink", {"threshold": 1.0}),
    ("leaky_relu", {"negative_slope": 0.5}),
    ("log_softmax", {"axis": 1}),
    ("relu", {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5}),
    ("soft_shrink", {"threshold": 1.0}),
    ("softmax", {"axis": 1}),
    ("sparsemax", {"axis": 1}),
    ("squareplus", {"b": 2}),
    ("threshold", {"threshold": 0.2, "default_value": -7.0}),
]


def test_every_keras_activation_is_here_with_its_arguments() -> None:
    import keras

    for name, theirs in keras.src.activations.ALL_OBJECTS_DICT.items():
        ours = inspect.signature(registry.items[name]).parameters
        for parameter in inspect.signature(theirs).parameters.values():
            assert ours[parameter.name].default == parameter.default, f"{name}({parameter})"


def test_every_tf_keras_activation_is_here() -> None:
    import tf_keras

    names = {n for n, x in vars(tf_keras.activations).items() if inspect.isfunction(x)}
    assert names - {"deserialize", "get", "serialize"} <= set(registry.items)


@pytest.mark.parametrize(("name", "kwargs"), ARGUMENTS, ids=str)
def test_arguments_mean_what_they_do_in_keras(name: str, kwargs: dict[str, Any]) -> None:
    import keras
    import tensorflow as tf

    expected = getattr(keras.activations, name)(tf.constant(X), **kwargs)
    assert_same(getattr(activations, name)(X, **kwargs), expected, what=name)
    assert_same(getattr(activations, name)(tf.constant(X), **kwargs), expected, what=name)


@pytest.mark.parametrize("name", sorted(set(registry.items) - {"threshold"}))
def test_large_numbers_and_dtypes(name: str) -> None:
    """Nothing overflows (warnings are errors) but what has to, and the dtype stays."""
    function = registry.items[name]
    with np.errstate(over="ignore" if name == "exponential" else "warn"):
        y, half = function(X), function(X[:, 2:-2].astype("float16"))
    assert (y.dtype, half.dtype) == (np.float32, np.float16)
    assert np.isfinite(y).all() or name == "exponential"


def test_hard_sigmoid_of_keras_2() -> None:
    import tensorflow as tf
    import tf_keras

    assert_same(activations.hard_sigmoid_keras2(X), tf_keras.activations.hard_sigmoid(tf.constant(X)))


def test_identifiers() -> None:
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.get("silu") is activations.silu
    assert activations.get("softmax_v2") is activations.softmax
    assert activations.get({"class_name": "function", "config": "relu6"}) is activations.relu6
    assert activations.get(ops.tanh) is ops.tanh
    assert serialize(activations.get("swish")) == "silu"
    layer = activations.get({"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}})
    assert isinstance(layer, layers.LeakyReLU)
    assert isinstance(activations.get("PReLU"), layers.PReLU)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: activations.get("rellu"), UnknownLayerError, r"Received: 'rellu' \(nearest: 'relu'\)"),
        (lambda: activations.glu(X[:, :3]), ShapeError, r"glu: expected an even size of axis -1. Received: x.shape=\(1, 3\)"),
    ],
)
def test_messages(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_sparsemax_needs_a_known_size() -> None:
    with pytest.raises(ShapeError, match=r"sparsemax: expected a known size of axis 1. Received: x.shape=\(None, None\)"):
        activations.sparsemax(layers.Input((None,)))
