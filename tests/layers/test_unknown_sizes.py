"""Layers in a model whose batch and steps have no known size: the graph computes what the layer does on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers, models
from kport.check import check
from kport.interpret import interpret
from kport.trace import trace
from tests.compare import assert_same

STEPS = (None, 4)
ROWS: list[tuple[str, dict[str, Any], list[tuple[int | None, ...]]]] = [
    ("Dense", {"units": 3}, [STEPS]),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 3], "bias_axes": "d"}, [STEPS]),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": [None, 3, 2], "bias_axes": "de"}, [STEPS]),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 3}, [STEPS]),
    ("Masking", {}, [STEPS]),
    ("Softmax", {"axis": [1, 2]}, [STEPS]),
    ("Activation", {"activation": "glu"}, [STEPS]),
    ("Activation", {"activation": "sparsemax"}, [STEPS]),
    ("PReLU", {"shared_axes": [1]}, [STEPS]),
    ("ReLU", {"negative_slope": 0.1, "max_value": 0.5, "threshold": 0.1}, [STEPS]),
    ("Add", {}, [STEPS, (4,)]),
    ("Multiply", {}, [STEPS, (1, 4)]),
    ("Average", {}, [(4,), (None, None, 4)]),
    ("Maximum", {}, [STEPS, STEPS]),
    ("Concatenate", {}, [STEPS, STEPS]),
    ("Concatenate", {"axis": 1}, [STEPS, STEPS]),
    ("Dot", {"axes": 2}, [STEPS, STEPS]),
    ("Dot", {"axes": 1}, [STEPS, STEPS]),
    ("Dot", {"axes": [2, 1], "normalize": True}, [STEPS, (4,)]),
    ("SReLU", {"shared_axes": [1]}, [STEPS]),
]


@pytest.mark.parametrize(("name", "config", "shapes"), ROWS, ids=str)
def test_graph_of_unknown_sizes(name: str, config: dict[str, Any], shapes: list[tuple[int | None, ...]]) -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(2, *(d or 3 for d in shape))).astype("float32") for shape in shapes]
    layer = getattr(layers, name)(**config)
    inputs = [layers.Input(shape) for shape in shapes]
    several = len(inputs) > 1
    model = models.Model(inputs, layer(inputs if several else inputs[0]))
    graph = trace(model)
    check(graph)
    result = interpret(graph, arrays)[0]
    assert_same(result, layer(arrays if several else arrays[0]))
    shape = graph.outputs[0].shape
    assert shape[0] is None
    assert all(d in (None, s) for d, s in zip(shape, result.shape, strict=True))


@pytest.mark.parametrize("name", ["Multiply", "Maximum", "Concatenate"])
def test_masks_of_unknown_sizes(name: str) -> None:
    a, b = layers.Input(STEPS), layers.Input(STEPS)
    y = getattr(layers, name)()([layers.Masking()(a), layers.Masking()(b)])
    model = models.Model([a, b], layers.Lambda(lambda x, mask: mask)(y))
    arrays = [np.zeros((2, 3, 4), "float32") for _ in range(2)]
    arrays[0][0, 1], arrays[1][1, 2] = 1, 1
    mask = interpret(trace(model), arrays)[0]
    assert mask.tolist() == [[False, True, False], [False, False, True]]


def test_embedding_of_unknown_length() -> None:
    ids = layers.Input((None,), dtype="int32")
    embedding = layers.Embedding(5, 3, mask_zero=True)
    model = models.Model(ids, embedding(ids))
    numbers = np.array([[1, 2, 0]], "int32")
    assert_same(interpret(trace(model), [numbers])[0], embedding(numbers))
