"""What attention leaves out in training, against Keras: the same draws for the same seed."""

from __future__ import annotations

from typing import Any

import pytest

from kport import layers
from tests.compare import assert_same
from tests.data import make
from tests.layers.oracle import random_weights

QUERY, VALUE = (2, 4, 6), (2, 5, 6)
CASES: list[tuple[str, dict[str, Any], bool]] = [
    ("Attention", {"dropout": 0.4, "use_scale": True}, True),
    ("AdditiveAttention", {"dropout": 0.4}, True),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "dropout": 0.4}, False),
    ("GroupQueryAttention", {"num_query_heads": 4, "num_key_value_heads": 2, "head_dim": 3, "dropout": 0.4}, False),
]


@pytest.mark.parametrize(("name", "config", "together"), CASES, ids=str)
@pytest.mark.parametrize("how", ["numpy", "function"])
def test_dropout_is_that_of_keras(name: str, config: dict[str, Any], together: bool, how: str) -> None:
    """Twice in training, then outside of it; with the weights of the positions as a second output."""
    import keras
    import tensorflow as tf

    query, value = make(QUERY, 1), make(VALUE, 2)
    arguments: Any = ([query, value],) if together else (query, value)
    ours, theirs = getattr(layers, name)(**config, seed=8), getattr(keras.layers, name)(**config, seed=8)
    for layer in (ours, theirs):
        layer(*arguments)
    theirs.set_weights(random_weights(theirs.weights, name))
    ours.set_weights(theirs.get_weights())

    def call() -> Any:
        return ours(*arguments, training=True, return_attention_scores=True)

    def traced() -> Any:
        return ours(*tf.nest.map_structure(tf.constant, arguments), training=True, return_attention_scores=True)

    run = tf.function(traced, autograph=False) if how == "function" else call
    outputs = []
    for _ in range(2):
        outputs.append(run())
        assert_same(list(outputs[-1]), list(theirs(*arguments, training=True, return_attention_scores=True)), atol=1e-5)
    assert abs(outputs[0][0] - outputs[1][0]).max() > 1e-3 if how == "numpy" else True
    assert_same(ours(*arguments, training=False), theirs(*arguments, training=False), atol=1e-5)
    assert len(ours.variables) == len(ours.weights) + 1
