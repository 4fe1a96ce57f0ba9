"""Mixed precision: computed in 16 bits with weights in float32, as Keras does; converted in full precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import dtype_policies, layers, models
from kport.errors import LayerError
from kport.interpret import interpret
from kport.trace import trace
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")

# the spacing of the 16-bit type near 1 (2^-10 and 2^-7), for sums and functions of numbers of about that size
TOLERANCE = {"mixed_float16": 2e-3, "mixed_bfloat16": 1.6e-2, "float16": 2e-3, "bfloat16": 1.6e-2}
policies = pytest.mark.parametrize("policy", TOLERANCE)


def dtype_name(x: Any) -> str:
    return x.dtype if isinstance(x.dtype, str) else str(x.dtype.name)


def tensor(x: np.ndarray) -> Any:
    import tensorflow as tf

    return tf.constant(x)


@policies
@pytest.mark.parametrize(
    ("name", "config", "inputs"),
    [
        ("Dense", {"units": 3, "activation": "tanh"}, np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)),
        ("Dense", {"units": 3, "activation": "softmax"}, np.linspace(-1, 1, 16, dtype="float32").reshape(2, 2, 4)),
        ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 2}, np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)),
        ("Embedding", {"input_dim": 5000, "output_dim": 2}, np.array([[4097.0, 0.0]], "float32")),
        ("Softmax", {}, np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)),
        ("Activation", {"activation": "gelu"}, np.linspace(-2, 2, 8, dtype="float32")),
        ("PReLU", {"alpha_initializer": "ones"}, np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_layer_computes_like_keras(policy: str, name: str, config: dict[str, Any], inputs: np.ndarray) -> None:
    import keras

    theirs = getattr(keras.layers, name)(**config, dtype=policy)
    expected = theirs(tensor(inputs))
    ours = getattr(layers, name)(**config, dtype=policy)
    ours(inputs)
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    for actual in (ours(inputs), ours(tensor(inputs))):
        assert dtype_name(actual) == dtype_name(expected)
        assert_same(actual, expected, TOLERANCE[policy], TOLERANCE[policy])
    assert [w.type.dtype for w in ours.weights] == [w.dtype for w in theirs.weights]
    assert [dtype_name(w.stored) for w in ours.weights] == [w.dtype for w in theirs.weights]
    assert ours.compute_output_shape(inputs.shape) == tuple(expected.shape)


def small_model(layers: Any, model: Any, policy: str) -> Any:
    """The last layer in float32, as Keras's guide to mixed precision has it."""
    x = layers.Input((4,), name="x")
    y = layers.Dense(8, "relu", dtype=policy, name="hidden")(x)
    y = layers.Dropout(0.5, dtype=policy)(layers.Concatenate(dtype=policy)([y, y]))
    return model(x, layers.Dense(3, "softmax", name="head")(y))


@policies
def test_model_computes_like_keras_and_converts_in_full_precision(policy: str) -> None:
    import keras

    inputs = np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4)
    theirs, ours = small_model(keras.layers, keras.Model, policy), small_model(layers, models.Model, policy)
    ours.set_weights([np.asarray(w) for w in theirs.weights])
    tolerance = TOLERANCE[policy]
    assert_same(ours.predict(inputs), theirs.predict(inputs, verbose=0), tolerance, tolerance)
    if not policy.startswith("mixed"):
        return
    full = small_model(keras.layers, keras.Model, "float32")
    full.set_weights(theirs.get_weights())
    graph = trace(ours)
    assert {v.dtype for node in graph.nodes for v in node.outputs} == {"float32"}
    assert_same(interpret(graph, [inputs])[0], full.predict(inputs, verbose=0))


@policies
def test_configuration_of_keras(policy: str) -> None:
    import keras

    ours = layers.Dense.from_config(keras.layers.Dense(3, dtype=policy, name="d").get_config())
    assert ours.dtype_policy.name == policy
    assert keras.layers.Dense.from_config(ours.get_config()).dtype_policy.name == policy


@pytest.mark.parametrize(
    ("name", "compute", "variable"),
    [("float32", "float32", "float32"), ("mixed_float16", "float16", "float32"), ("mixed_bfloat16", "bfloat16", "float32")],
)
def test_policy(name: str, compute: str, variable: str) -> None:
    policy = dtype_policies.get(name)
    assert (policy.compute_dtype, policy.variable_dtype) == (compute, variable)
    assert dtype_policies.get(policy) is policy


def test_message() -> None:
    with pytest.raises(LayerError, match=r"expected a dtype, a policy's name or its configuration\. Received: dtype=16"):
        dtype_policies.get(16)
