"""Layers that move, add or drop elements."""

from __future__ import annotations

from tests.data import Ints
from tests.layers.case import LayerCase

FIRST = {"data_format": "channels_first"}

CASES = [
    LayerCase("Reshape", (2, 3, 4), {"target_shape": [4, 3]}),
    LayerCase("Reshape", (2, 3, 4), {"target_shape": [2, -1, 3]}),
    LayerCase("Reshape", (2, 6), {"target_shape": [-1]}),
    LayerCase("Reshape", (2, 1), {"target_shape": []}),
    LayerCase("Reshape", Ints((2, 6)), {"target_shape": [3, 2, 1]}),
    LayerCase("Permute", (2, 3, 4), {"dims": [2, 1]}),
    LayerCase("Permute", (2, 3, 4, 5), {"dims": [3, 1, 2]}),
    LayerCase("RepeatVector", (2, 3), {"n": 4}),
    LayerCase("Cropping1D", (2, 6, 3)),
    LayerCase("Cropping1D", (2, 6, 3), {"cropping": [2, 0]}),
    LayerCase("Cropping2D", (2, 5, 6, 3)),
    LayerCase("Cropping2D", (2, 5, 6, 3), {"cropping": 1}),
    LayerCase("Cropping2D", (2, 5, 6, 3), {"cropping": [1, 2]}),
    LayerCase("Cropping2D", (2, 3, 5, 6), {"cropping": [[0, 1], [2, 0]]} | FIRST),
    LayerCase("Cropping3D", (2, 4, 5, 3, 2)),
    LayerCase("Cropping3D", (2, 2, 4, 5, 3), {"cropping": [[0, 1], [2, 0], [0, 0]]} | FIRST),
    LayerCase("ZeroPadding1D", (2, 4, 3)),
    LayerCase("ZeroPadding1D", (2, 4, 3), {"padding": [0, 2]}),
    LayerCase("ZeroPadding1D", (2, 4, 3), {"padding": 2} | FIRST),
    LayerCase("ZeroPadding2D", (2, 3, 4, 3)),
    LayerCase("ZeroPadding2D", (2, 3, 4, 3), {"padding": [[0, 1], [2, 0]]}),
    LayerCase("ZeroPadding2D", (2, 3, 4, 3), {"padding": [1, 2]} | FIRST),
    LayerCase("ZeroPadding3D", (1, 2, 3, 2, 2)),
    LayerCase("ZeroPadding3D", (1, 2, 3, 2, 2), {"padding": [[0, 1], [2, 0], [1, 1]]}),
    LayerCase("ZeroPadding3D", (1, 2, 3, 2, 2), {"padding": 2} | FIRST),
    LayerCase("UpSampling1D", (2, 3, 2), {"size": 3}),
    LayerCase("UpSampling2D", (2, 3, 4, 2)),
    LayerCase("UpSampling2D", (2, 2, 3, 4), {"size": [3, 2]} | FIRST),
    LayerCase("UpSampling2D", (2, 3, 4, 2), {"size": [2, 3], "interpolation": "bilinear"}),
    LayerCase("UpSampling2D", (2, 2, 3, 4), {"size": 2, "interpolation": "bilinear"} | FIRST),
    LayerCase("UpSampling2D", (2, 4, 3, 2), {"size": 2, "interpolation": "bicubic"}),
    LayerCase("UpSampling2D", (2, 7, 6, 2), {"size": 2, "interpolation": "lanczos3"}),
    LayerCase("UpSampling2D", (2, 7, 6, 2), {"size": [1, 2], "interpolation": "lanczos5"}),
    LayerCase("UpSampling3D", (1, 2, 3, 2, 2)),
    LayerCase("UpSampling3D", (1, 2, 2, 3, 2), {"size": [1, 2, 3]} | FIRST),
]
