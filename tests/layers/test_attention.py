"""Attention and normalization in mixed precision, and what attention layers refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers
from kport.errors import LayerError
from tests.compare import assert_same
from tests.data import make
from tests.layers.oracle import random_weights

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

QUERY, VALUE = make((2, 3, 4), 0), make((2, 5, 4), 1)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float16", "float64"])
@pytest.mark.parametrize(
    ("name", "config", "inputs"),
    [
        ("BatchNormalization", {}, (QUERY,)),
        ("LayerNormalization", {}, (QUERY,)),
        ("GroupNormalization", {"groups": 2}, (QUERY,)),
        ("RMSNormalization", {}, (QUERY,)),
        ("UnitNormalization", {}, (QUERY,)),
        ("Attention", {}, ([QUERY, VALUE],)),
        ("AdditiveAttention", {}, ([QUERY, VALUE],)),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4}, (QUERY, VALUE)),
        ("GroupQueryAttention", {"head_dim": 4, "num_query_heads": 2, "num_key_value_heads": 1}, (QUERY, VALUE)),
    ],
)
def test_other_precisions_agree_with_keras(name: str, config: dict[str, Any], inputs: Any, policy: str) -> None:
    import keras

    theirs = getattr(keras.layers, name)(**config, dtype=policy)
    ours = getattr(layers, name)(**config, dtype=policy)
    theirs(*inputs)
    ours(*inputs)
    theirs.set_weights(random_weights(theirs.weights, name))
    ours.set_weights(theirs.get_weights())
    expected, actual = theirs(*inputs), ours(*inputs)
    assert str(actual.dtype) == expected.dtype.name
    # a few roundings of the type in which is computed: 2^-10, 2^-7, 2^-52
    tolerance = {"mixed_float16": 4e-3, "float16": 4e-3, "mixed_bfloat16": 3e-2, "float64": 1e-6}[policy]
    assert_same(actual, expected, tolerance, tolerance)


@pytest.mark.parametrize(
    ("make_layer", "message"),
    [
        (lambda: layers.Attention(score_mode="sum", name="a"), "layer 'a': expected score_mode 'dot' or 'concat'.*'sum'"),
        (lambda: layers.Attention(name="a")(QUERY), r"layer 'a': expected inputs \[query, value\] or \[query, value, key\]"),
        (lambda: layers.Attention(name="a")([QUERY]), r"layer 'a': expected inputs \[query, value\] or \[query, value, key\]"),
        (lambda: layers.Attention(name="a")([layers.Input((3, 4)), layers.Input((5, 3))]), r"layer 'a': MatMul.*\[\?, 3, 5\]"),
        (lambda: layers.MultiHeadAttention(0, 3), "a positive integer for num_heads. Received: num_heads=0"),
        (lambda: layers.MultiHeadAttention(2, 3.5), "a positive integer for key_dim. Received: key_dim=3.5"),
        (lambda: layers.MultiHeadAttention(2, 3, sliding_window=0), "at least 1. Received: sliding_window=0"),
        (lambda: layers.MultiHeadAttention(2, 3)(QUERY, VALUE, VALUE[:, :4]), "value and key to differ in the last axis only"),
        (lambda: layers.GroupedQueryAttention(2, 3, 2), "num_query_heads=3, num_key_value_heads=2"),
    ],
)
def test_errors_say_what_was_expected(make_layer: Any, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        make_layer()


def test_configuration_of_keras_2_is_taken() -> None:
    """tf.keras writes the shapes it was built with, and `causal`."""
    config = {"num_heads": 2, "key_dim": 3, "query_shape": [None, 3, 4], "value_shape": [None, 5, 4], "key_shape": None}
    assert layers.MultiHeadAttention.from_config(config).key_dim == 3
    assert layers.Attention.from_config({"causal": True}).get_config()["causal"] is True
    assert "causal" not in layers.Attention.from_config({"causal": False}).get_config()


def test_a_late_position_does_not_change_an_early_one() -> None:
    """What causal masks are for."""
    layer = layers.MultiHeadAttention(2, 4)
    before = layer(VALUE, VALUE, use_causal_mask=True)
    changed = np.concatenate([VALUE[:, :3], VALUE[:, 3:] + 1], axis=1)
    after = layer(changed, changed, use_causal_mask=True)
    np.testing.assert_array_equal(after[:, :3], before[:, :3])
    assert np.abs(after[:, 3:] - before[:, 3:]).max() > 1e-3
