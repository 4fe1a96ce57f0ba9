"""Pooling layers."""

from __future__ import annotations

import numpy as np

from tests.layers.case import LayerCase

FIRST = {"data_format": "channels_first"}
MASK = np.array([[True, True, False, True, False], [True, False, False, False, False]])


def windows(kind: str) -> list[LayerCase]:
    return [
        LayerCase(f"{kind}Pooling1D", (2, 7, 3), {"pool_size": 2}),
        LayerCase(f"{kind}Pooling1D", (2, 7, 3), {"pool_size": 3, "strides": 2, "padding": "same"}),
        LayerCase(f"{kind}Pooling1D", (2, 7, 3), {"pool_size": 2, "strides": 3}),
        LayerCase(f"{kind}Pooling1D", (2, 3, 7), {"pool_size": 2, "strides": 1, "padding": "same"} | FIRST),
        LayerCase(f"{kind}Pooling2D", (2, 7, 6, 3), {"pool_size": 2}),
        LayerCase(f"{kind}Pooling2D", (2, 7, 6, 3), {"pool_size": [3, 2], "strides": [2, 1], "padding": "same"}),
        LayerCase(f"{kind}Pooling2D", (2, 3, 7, 6), {"pool_size": [2, 3], "strides": 2} | FIRST),
        LayerCase(f"{kind}Pooling2D", (2, 3, 7, 5), {"pool_size": 2, "padding": "same"} | FIRST),
        LayerCase(f"{kind}Pooling3D", (2, 5, 4, 5, 2), {"pool_size": 2}),
        LayerCase(f"{kind}Pooling3D", (2, 5, 4, 5, 2), {"pool_size": [3, 1, 2], "strides": [2, 2, 1], "padding": "same"}),
        LayerCase(f"{kind}Pooling3D", (2, 2, 5, 4, 5), {"pool_size": [2, 3, 2]} | FIRST),
    ]


def whole(kind: str) -> list[LayerCase]:
    shapes = {1: (2, 5, 3), 2: (2, 3, 4, 2), 3: (2, 3, 2, 4, 2)}
    configs = ({}, {"keepdims": True}, FIRST, FIRST | {"keepdims": True})
    return [LayerCase(f"Global{kind}Pooling{rank}D", shape, config) for rank, shape in shapes.items() for config in configs]


def adaptive(kind: str) -> list[LayerCase]:
    return [
        LayerCase(f"Adaptive{kind}Pooling1D", (2, 7, 3), {"output_size": 3}),
        LayerCase(f"Adaptive{kind}Pooling1D", (2, 3, 8), {"output_size": 4} | FIRST),
        LayerCase(f"Adaptive{kind}Pooling2D", (2, 7, 6, 3), {"output_size": [3, 4]}),
        LayerCase(f"Adaptive{kind}Pooling2D", (2, 3, 6, 4), {"output_size": 2} | FIRST),
        LayerCase(f"Adaptive{kind}Pooling3D", (1, 5, 4, 6, 2), {"output_size": [2, 3, 3]}),
        LayerCase(f"Adaptive{kind}Pooling3D", (1, 2, 5, 4, 6), {"output_size": 3} | FIRST),
    ]


CASES = [
    *windows("Max"),
    *windows("Average"),
    *whole("Max"),
    *whole("Average"),
    *adaptive("Max"),
    *adaptive("Average"),
    LayerCase("GlobalAveragePooling1D", (2, 5, 3), mask=MASK),
    LayerCase("GlobalAveragePooling1D", (2, 5, 3), {"keepdims": True}, mask=MASK),
    LayerCase("GlobalAveragePooling1D", (2, 3, 5), FIRST, mask=MASK),
]
