"""Layers on numbers and categories."""

from typing import Any

import numpy as np

from tests.data import Exactly, Floats, Ints
from tests.layers.case import LayerCase

NAMES = Exactly([["ann"], ["bob"], ["a much longer name, of more than thirty-two letters"], [""]], "string")
PAIRS = Exactly([["ann", "bob"], ["", "ö"]], "string")

FEATURE_LAYER = {
    "oracle": None,
    "reason": "Keras has it for its own use only; the definition is NumPy's",
    "skip": {"keras_config": "Keras doesn't export it"},
}

COLUMNS = {"size": Floats((3, 1)), "code": Ints((3, 1), 100), "word": Exactly([["x"], ["y"], ["x"]], "string")}
SPACE: dict[str, Any] = {
    "features": {"size": "float", "code": "integer_hashed", "word": "string_hashed"},
    "crosses": [["word", "code"]],
    "hashing_dim": 4,
}


def feature_space(inputs: Any) -> Any:
    """Keras's, which isn't among keras.layers."""
    import keras
    import tensorflow as tf

    tensors = {key: tf.constant(x.tolist() if x.dtype == object else x) for key, x in inputs.items()}
    return keras.utils.FeatureSpace(**SPACE)(tensors)


CASES = [
    LayerCase(
        "FeatureSpace",
        COLUMNS,
        SPACE,
        oracle=None,
        expected=feature_space,
        reason=feature_space.__doc__ or "",
        skip={"keras_config": "tests/models/test_feature_space.py does it"},
    ),
    LayerCase("TFDIdentity", (2, 3), expected=lambda x: x, **FEATURE_LAYER),
    LayerCase("TFDConcat", [(2, 3), (2, 1)], {"axis": -1}, expected=lambda xs: np.concatenate(xs, -1), **FEATURE_LAYER),
    LayerCase("Normalization", (4, 3)),
    LayerCase("Normalization", (4, 3), {"invert": True}),
    LayerCase("Normalization", (4, 3), {"axis": None}),
    LayerCase("Normalization", (2, 3, 4), {"axis": [1, -1]}),
    LayerCase("Normalization", (2, 3, 4), {"axis": 1}),
    LayerCase("Normalization", (4, 3), {"mean": 0.5, "variance": 2.0}),
    LayerCase("Normalization", Ints((4, 3)), {"mean": [1.0, 2.0, 3.0], "variance": [0.5, 0.0, 2.0]}),
    LayerCase("Normalization", (2, 3, 4), {"axis": [1, 2], "mean": [1.0, 2.0, 3.0, 4.0], "variance": [1.0, 2.0, 3.0, 4.0]}),
    LayerCase("Normalization", (4, 3), {"axis": None, "mean": 1.0, "variance": 4.0, "invert": True}),
    LayerCase("CategoryEncoding", Ints((3, 4), 6), {"num_tokens": 6}),
    LayerCase("CategoryEncoding", Ints((3, 4), 6), {"num_tokens": 6, "output_mode": "count"}),
    LayerCase(
        "CategoryEncoding", Ints((3, 4), 6), {"num_tokens": 6, "output_mode": "count"}, call={"count_weights": Floats((3, 4))}
    ),
    LayerCase("CategoryEncoding", Ints((3, 1), 6, dtype="int64"), {"num_tokens": 6, "output_mode": "one_hot"}),
    LayerCase("CategoryEncoding", Ints((3, 2), 6), {"num_tokens": 6, "output_mode": "one_hot"}),
    LayerCase("CategoryEncoding", Ints((2, 3, 4), 6), {"num_tokens": 6}),
    LayerCase("CategoryEncoding", Ints((2, 3, 4), 6), {"num_tokens": 7, "output_mode": "count"}),
    LayerCase("Discretization", (4, 3), {"bin_boundaries": [-0.5, 0.0, 0.25]}),
    LayerCase("Discretization", Exactly([[-1.0, 0.0, 1.0, 2.0]]), {"bin_boundaries": [0, 1]}),
    LayerCase("Discretization", Ints((4, 3), 9), {"bin_boundaries": [2.5, 6.0]}),
    LayerCase("Discretization", (4, 1), {"bin_boundaries": [-0.5, 0.5], "output_mode": "one_hot"}),
    LayerCase("Discretization", (4, 3), {"bin_boundaries": [-0.5, 0.5], "output_mode": "multi_hot"}),
    LayerCase("Discretization", (4, 3), {"bin_boundaries": [-0.5, 0.5], "output_mode": "count"}),
    LayerCase("Hashing", NAMES, {"num_bins": 1000}),
    LayerCase("Hashing", NAMES, {"num_bins": 1000, "salt": [133, 137]}),
    LayerCase("Hashing", PAIRS, {"num_bins": 7, "salt": 5, "mask_value": ""}),
    LayerCase("Hashing", Ints((3, 2), high=1000, low=-1000), {"num_bins": 97}),
    LayerCase("Hashing", Ints((3, 2), 5, dtype="int64"), {"num_bins": 97, "mask_value": 2, "dtype": "int32"}),
    LayerCase("Hashing", Floats((3, 2), -9, 9), {"num_bins": 97}),
    LayerCase("Hashing", NAMES, {"num_bins": 5, "output_mode": "one_hot"}),
    LayerCase("Hashing", PAIRS, {"num_bins": 5, "output_mode": "multi_hot"}),
    LayerCase("Hashing", PAIRS, {"num_bins": 3, "output_mode": "count"}),
    LayerCase("HashedCrossing", [NAMES, Ints((4, 1))], {"num_bins": 1000}),
    LayerCase("HashedCrossing", [Ints((3,)), Ints((3,), low=-3)], {"num_bins": 1000}),
    LayerCase("HashedCrossing", [NAMES, NAMES, NAMES], {"num_bins": 6, "output_mode": "one_hot"}),
]
