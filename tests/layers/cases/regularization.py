"""Layers that act in training only."""

from tests.layers.case import LayerCase

CASES = [
    LayerCase("Dropout", (2, 3), {"rate": 0.5}),
    LayerCase("Dropout", (2, 3, 4), {"rate": 0.3, "noise_shape": [None, 1, 4], "seed": 7}),
    LayerCase("Dropout", (2, 3), {"rate": 0.0}, call={"training": False}),
    LayerCase("AlphaDropout", (2, 3), {"rate": 0.5}),
    LayerCase("AlphaDropout", (2, 3, 4), {"rate": 0.3, "noise_shape": [None, 1, 4], "seed": 7}),
    LayerCase("GaussianDropout", (2, 3), {"rate": 0.5, "seed": 7}),
    LayerCase("GaussianNoise", (2, 3), {"stddev": 0.5, "seed": 7}),
    LayerCase("SpatialDropout1D", (2, 3, 4), {"rate": 0.5, "seed": 7}),
    LayerCase("SpatialDropout2D", (2, 3, 4, 5), {"rate": 0.5}),
    LayerCase("SpatialDropout2D", (2, 3, 4, 5), {"rate": 0.5, "data_format": "channels_first"}),
    LayerCase("SpatialDropout3D", (2, 3, 4, 5, 2), {"rate": 0.5}),
    LayerCase("SpatialDropout3D", (2, 3, 4, 5, 2), {"rate": 0.5, "data_format": "channels_first"}),
    LayerCase("ActivityRegularization", (2, 3), {"l1": 0.1, "l2": 0.2}),
]
