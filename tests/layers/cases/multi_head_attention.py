"""MultiHeadAttention and GroupQueryAttention."""

from tests.layers.case import LayerCase
from tests.layers.cases.attention import KEY, NOTHING, QUERY, SCORES, VALUE, VALUE_MASK, bools

MHA = {"num_heads": 2, "key_dim": 3}
KERAS_2 = {"query_shape": QUERY, "value_shape": VALUE, "key_shape": VALUE}
# query (2, 3, 4) against value (2, 5, 4): one mask for each sample
PAIRS = bools([[[1, 1, 0, 0, 1], [0, 1, 1, 1, 0], [1, 1, 1, 1, 1]], [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 0, 1, 0]]])

CASES = [
    LayerCase("MultiHeadAttention", QUERY, MHA, {"value": VALUE}),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"use_bias": False}, {"value": QUERY} | SCORES),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"value_dim": 5}, {"value": (2, 5, 6), "key": (2, 5, 7)}),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"output_shape": 7}, {"value": VALUE}),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"output_shape": [2, 3]}, {"value": VALUE}),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"use_gate": True}, {"value": VALUE, "use_causal_mask": True}),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"sliding_window": 2}, {"value": VALUE, "use_causal_mask": True}),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"dropout": 0.3, "seed": 3}, {"value": VALUE, "use_causal_mask": True}),
    LayerCase("MultiHeadAttention", QUERY, MHA, {"value": VALUE, "attention_mask": PAIRS}),
    LayerCase("MultiHeadAttention", QUERY, MHA, {"value": VALUE, "attention_mask": PAIRS} | SCORES),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"dropout": 0.1}, {"value": VALUE, "attention_mask": PAIRS}),
    LayerCase("MultiHeadAttention", QUERY, MHA, {"value": VALUE, "value_mask": bools(VALUE_MASK), "use_causal_mask": True}),
    LayerCase("MultiHeadAttention", QUERY, MHA, {"value": VALUE, "value_mask": bools(NOTHING)}),
    LayerCase("MultiHeadAttention", QUERY, MHA, {"value": VALUE, "key": KEY, "key_mask": bools(VALUE_MASK)} | SCORES),
    LayerCase("MultiHeadAttention", (2, 3, 4, 5), MHA, {"value": (2, 3, 4, 5)}),
    LayerCase("MultiHeadAttention", (2, 3, 4, 5), MHA | {"attention_axes": [2]}, {"value": (2, 3, 6, 5)} | SCORES),
    LayerCase("MultiHeadAttention", (2, 3, 4, 5), MHA | {"attention_axes": -3}, {"value": (2, 2, 4, 5)}),
    LayerCase("MultiHeadAttention", QUERY, MHA | {"value_dim": 2} | KERAS_2, {"value": VALUE}, oracle="tf_keras"),
    LayerCase("MultiHeadAttention", QUERY, MHA | KERAS_2, {"value": VALUE, "attention_mask": PAIRS}, oracle="tf_keras"),
    LayerCase("GroupQueryAttention", QUERY, {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}, {"value": VALUE}),
    LayerCase(
        "GroupQueryAttention",
        QUERY,
        {"head_dim": 3, "num_query_heads": 3, "num_key_value_heads": 1, "use_bias": False},
        {"value": VALUE, "key": KEY, "attention_mask": PAIRS} | SCORES,
    ),
    LayerCase(
        "GroupQueryAttention",
        QUERY,
        {"head_dim": 3, "num_query_heads": 2, "num_key_value_heads": 2, "use_gate": True, "sliding_window": 3},
        {"value": VALUE, "use_causal_mask": True, "value_mask": bools(VALUE_MASK)},
    ),
    LayerCase(
        "GroupQueryAttention",
        QUERY,
        {"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2, "dropout": 0.1, "seed": 2},
        {"value": VALUE, "attention_mask": PAIRS, "use_causal_mask": True},
    ),
]
