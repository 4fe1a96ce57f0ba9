"""Gradients of weights through whole layers, on TensorFlow, against Keras: one case of each layer that has any."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport.tree import flatten, map_structure
from tests.compare import assert_same
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import new_layer
from tests.layers.oracle import call_oracle, needs_xla, oracle_layer

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own


def with_weights() -> list[LayerCase]:
    """The first case of each layer that has weights to train."""
    found: dict[str, LayerCase] = {}
    for case in CASES:
        if case.oracle == "keras" and not needs_xla(case) and "tensorflow" not in case.skip:
            found.setdefault(case.layer, case)
    return [case for case in found.values() if new_layer(case)[0].trainable_weights]


def loss(outputs: Any) -> Any:
    """A sum in which every float of the outputs has another share."""
    import tensorflow as tf

    floats = [x for x in flatten(outputs) if x is not None and x.dtype.is_floating]
    return tf.add_n([tf.reduce_sum(x * tf.reshape(tf.linspace(0.5, 1.5, tf.size(x)), tf.shape(x))) for x in floats])


@pytest.mark.parametrize("case", with_weights(), ids=lambda case: case.layer)
def test_gradients_agree_with_keras(case: LayerCase) -> None:
    import tensorflow as tf

    layer, inputs, kwargs = new_layer(case)
    oracle = oracle_layer(case)
    layer.set_weights([np.asarray(w) for w in oracle.weights if "seed" not in w.name])
    with tf.GradientTape() as tape:
        expected_loss = loss(call_oracle(oracle, case))
    expected = tape.gradient(expected_loss, [w.value for w in oracle.trainable_weights])
    variables = [tf.Variable(w.numpy()) for w in layer.trainable_weights]
    for weight, variable in zip(layer.trainable_weights, variables, strict=True):
        weight._value = variable
    with tf.GradientTape() as tape:
        tensors, named = map_structure(lambda x: tf.constant(x) if isinstance(x, np.ndarray) else x, (inputs, kwargs))
        actual_loss = loss(layer(tensors, **named))
    actual = tape.gradient(actual_loss, variables)
    for weight, a, e in zip(layer.trainable_weights, actual, expected, strict=True):
        a, e = (tf.convert_to_tensor(g) if g is not None else None for g in (a, e))
        assert_same(a, e, 1e-4, 1e-5, weight.path)
