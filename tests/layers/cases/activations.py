"""Activation layers."""

from tests.layers.case import LayerCase

CASES = [
    LayerCase("Activation", (2, 3, 4), {"activation": "relu"}),
]
