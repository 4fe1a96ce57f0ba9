"""Attention layers."""

from typing import Any

from tests.data import Exactly
from tests.layers.case import LayerCase

QUERY, VALUE, KEY = (2, 3, 4), (2, 5, 4), (2, 5, 4)
QUERY_MASK = ((True, True, False), (True, False, True))
VALUE_MASK = ((True, True, True, False, False), (True, False, True, False, True))
NOTHING = ((True, False, True, True, True), (False, False, False, False, False))  # the second may attend to nothing


def bools(values: Any) -> Exactly:
    return Exactly(values, "bool")


SCORES = {"return_attention_scores": True}

CASES = [
    LayerCase("Attention", [QUERY, VALUE]),
    LayerCase("Attention", [QUERY, VALUE, KEY], {"use_scale": True}, SCORES),
    LayerCase("Attention", [QUERY, (2, 5, 6), KEY], {"score_mode": "concat", "dropout": 0.2, "seed": 1}),
    LayerCase("Attention", [QUERY, VALUE], {"score_mode": "concat", "use_scale": True}, {"use_causal_mask": True}),
    LayerCase("Attention", [QUERY, VALUE], mask=[QUERY_MASK, VALUE_MASK]),
    LayerCase("Attention", [QUERY, VALUE, KEY], {}, {"use_causal_mask": True} | SCORES, mask=[QUERY_MASK, VALUE_MASK]),
    LayerCase("Attention", [(2, 2, 3, 4), (2, 2, 5, 4)], {}, {"use_causal_mask": True}),
    LayerCase("Attention", [QUERY, VALUE], mask=[QUERY_MASK, NOTHING], rtol=1e-4, atol=1e-4, reason="1e9 swallows digits"),
    LayerCase("Attention", [QUERY, VALUE, KEY], {"causal": True}, mask=[QUERY_MASK, VALUE_MASK], oracle="tf_keras"),
    LayerCase("AdditiveAttention", [QUERY, VALUE], {}, SCORES),
    LayerCase("AdditiveAttention", [QUERY, (2, 5, 6), KEY], {"use_scale": False, "dropout": 0.1}),
    LayerCase("AdditiveAttention", [QUERY, VALUE], {}, {"use_causal_mask": True}, mask=[QUERY_MASK, VALUE_MASK]),
    LayerCase("AdditiveAttention", [QUERY, VALUE], {"causal": True}, oracle="tf_keras"),
]
