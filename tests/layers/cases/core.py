"""The layers everything else is made with, beside Dense."""

import numpy as np

from tests.data import Exactly, Floats, Ints
from tests.layers.case import LayerCase

FUNCTION = {"module": "builtins", "class_name": "function", "config": "square", "registered_name": "square"}
PADDED = Exactly([[[1, 2], [0, 0], [0, 3]], [[0, 0], [0, 0], [4, 0]]])

CASES = [
    LayerCase("Embedding", Ints((2, 3), 7), {"input_dim": 7, "output_dim": 4}),
    LayerCase("Embedding", Ints((2,), 7), {"input_dim": 7, "output_dim": 1}),
    LayerCase("Embedding", Ints((2, 3, 2), 7, dtype="int64"), {"input_dim": 7, "output_dim": 4, "mask_zero": True}),
    LayerCase("Embedding", Exactly([[1, 6, 0]]), {"input_dim": 7, "output_dim": 4}),
    LayerCase("Embedding", Ints((2, 3), 7, dtype="uint8"), {"input_dim": 7, "output_dim": 4, "embeddings_initializer": "ones"}),
    LayerCase("ReversibleEmbedding", Ints((2, 3), 7), {"input_dim": 7, "output_dim": 4, "mask_zero": True}),
    LayerCase("ReversibleEmbedding", (2, 3, 4), {"input_dim": 7, "output_dim": 4}, call={"reverse": True}),
    LayerCase("ReversibleEmbedding", (2, 4), {"input_dim": 7, "output_dim": 4, "tie_weights": False}, call={"reverse": True}),
    LayerCase(
        "ReversibleEmbedding",
        Floats((2, 3, 4), -4, 4),
        {"input_dim": 7, "output_dim": 4, "logit_soft_cap": 0.5, "reverse_dtype": "float32"},
        call={"reverse": True},
    ),
    LayerCase("EinsumDense", (2, 5), {"equation": "ab,bc->ac", "output_shape": 3, "bias_axes": "c", "activation": "relu"}),
    LayerCase("EinsumDense", (2, 4, 5), {"equation": "abc,cd->abd", "output_shape": [None, 3], "bias_axes": "d"}),
    LayerCase("EinsumDense", (2, 4, 5), {"equation": "abc,cd->abd", "output_shape": [4, 3]}),
    LayerCase("EinsumDense", (2, 4, 5), {"equation": "abc,cde->abde", "output_shape": [None, 3, 2], "bias_axes": "de"}),
    LayerCase("EinsumDense", (2, 4, 5), {"equation": "abc,cde->abde", "output_shape": [None, 3, 2], "bias_axes": "d"}),
    LayerCase("EinsumDense", (2, 4, 3, 2), {"equation": "abcd,cde->abe", "output_shape": [None, 5], "bias_axes": "e"}),
    LayerCase("EinsumDense", (2, 4, 5), {"equation": "...x,xy->...y", "output_shape": 3, "bias_axes": "y"}),
    LayerCase("EinsumDense", (2, 5), {"equation": "...x,xy->...y", "output_shape": 3, "bias_axes": "y"}),
    LayerCase("EinsumDense", (2, 4, 5, 3), {"equation": "ab...,bc->ac...", "output_shape": 6, "bias_axes": "c"}),
    LayerCase("EinsumDense", (2, 4, 5), {"equation": "abc,bd->adc", "output_shape": [3, None], "bias_axes": "d"}),
    LayerCase("EinsumDense", (2, 4, 5), {"equation": "abc,bc->a", "output_shape": []}),
    LayerCase("Masking", PADDED),
    LayerCase("Masking", Exactly([[[3.5, 3.5], [3.5, 1.0]]]), {"mask_value": 3.5}),
    LayerCase("Masking", Exactly([[[[0, 0], [1, 0]]]], dtype="int32")),
    LayerCase("Identity", (2, 3)),
    LayerCase("Identity", Ints((2, 3))),
    LayerCase("Lambda", (2, 3), {"function": FUNCTION}, oracle=None, expected=np.square, reason="NumPy"),
    LayerCase(
        "Lambda", (2, 4), {"function": "glu"}, oracle=None, reason="NumPy", expected=lambda x: x[:, :2] / (1 + np.exp(-x[:, 2:]))
    ),
    LayerCase(
        "Lambda",
        (2, 3, 4),
        {"function": "mean", "arguments": {"axis": 1, "keepdims": True}, "output_shape": [1, 4]},
        oracle=None,
        expected=lambda x: x.mean(1, keepdims=True),
        reason="NumPy",
    ),
]
