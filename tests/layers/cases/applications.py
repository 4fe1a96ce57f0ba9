"""Layers of keras.applications. keras.layers doesn't show them: the whole architectures are compared in tests/models/zoo."""

from tests.layers.case import LayerCase

SOURCE = "keras.applications defines the layer by this formula and exports no class"

CASES = [
    LayerCase(
        "LayerScale",
        (2, 3, 4),
        {"init_values": 0.5, "projection_dim": 4},
        oracle=None,
        expected=lambda x, g: x * g,
        reason=SOURCE,
    ),
    LayerCase("StochasticDepth", (2, 3), {"drop_path_rate": 0.3}, oracle=None, expected=lambda x: x, reason=SOURCE),
    LayerCase(
        "CustomScaleLayer", [(2, 3), (2, 3)], {"scale": 0.25}, oracle=None, expected=lambda x: x[0] + 0.25 * x[1], reason=SOURCE
    ),
]
