"""Dense."""

from tests.layers.case import LayerCase

CASES = [
    LayerCase("Dense", (2, 5), {"units": 3}),
    LayerCase("Dense", (2, 4, 5), {"units": 3, "activation": "relu", "use_bias": False}),
    LayerCase("Dense", (2, 5), {"units": 3, "activation": "softmax"}),
]
