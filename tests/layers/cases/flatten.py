"""Flatten."""

from tests.layers.case import LayerCase

CASES = [
    LayerCase("Flatten", (2, 3, 4)),
    LayerCase("Flatten", (2, 3, 4, 5), {"data_format": "channels_first"}),
    LayerCase("Flatten", (2,)),
]
