"""Every layer of the grid against real Keras, in each of a definition's meanings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport.check import check
from kport.interpret import interpret
from kport.trace import trace
from kport.tree import flatten, map_structure
from tests.compare import assert_same
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import model_of, new_layer, weights_of
from tests.layers.oracle import call_oracle, oracle_layer, set_weights

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own


class Prepared:
    """A layer of kport with the oracle's weights, the arguments of a call, and the expected outputs."""

    def __init__(self, case: LayerCase):
        self.case = case
        self.layer, self.inputs, self.kwargs = new_layer(case)
        self.oracle: Any = None
        if case.oracle is None:
            weights = weights_of(case, self.layer)
            self.layer.set_weights(weights)
            self.expected = case.expected(self.inputs, *weights) if callable(case.expected) else case.expected
            return
        self.oracle = oracle_layer(case)
        oracle_weights = [w for w in self.oracle.weights if "seed" not in w.name]
        self.layer.set_weights([np.asarray(w.numpy() if hasattr(w, "numpy") else w) for w in oracle_weights])
        self.expected = call_oracle(self.oracle, case)

    def same(self, actual: Any) -> None:
        assert_same(actual, self.expected, self.case.rtol, self.case.atol, self.case.id)


@pytest.fixture(scope="module")
def prepared(request: pytest.FixtureRequest) -> Prepared:
    return Prepared(request.param)


def skip_if(case: LayerCase, part: str) -> None:
    if part in case.skip:
        pytest.skip(f"{part}: {case.skip[part]}")


grid = pytest.mark.parametrize("prepared", CASES, ids=lambda case: case.id, indirect=True)


@grid
def test_numpy_agrees_with_keras(prepared: Prepared) -> None:
    prepared.same(prepared.layer(prepared.inputs, **prepared.kwargs))


@grid
def test_tensorflow_agrees_with_keras(prepared: Prepared) -> None:
    skip_if(prepared.case, "tensorflow")
    import tensorflow as tf

    def to_tensor(x: Any) -> Any:
        return tf.convert_to_tensor(x.tolist() if x.dtype == object else x) if isinstance(x, np.ndarray) else x

    inputs, kwargs = map_structure(to_tensor, (prepared.inputs, prepared.kwargs))
    prepared.same(prepared.layer(inputs, **kwargs))


@grid
def test_graph_agrees_with_keras(prepared: Prepared) -> None:
    """Traced as a functional model whose batch size is not known."""
    skip_if(prepared.case, "graph")
    model, arrays = model_of(prepared.layer, prepared.inputs, prepared.kwargs)
    graph = trace(model)
    check(graph)
    outputs = interpret(graph, arrays)
    assert_same(outputs, flatten(prepared.expected), prepared.case.rtol, prepared.case.atol, prepared.case.id)
    for value, output in zip(graph.outputs, outputs, strict=True):
        assert all(d in (None, s) for d, s in zip(value.shape, output.shape, strict=True)), f"{value!r}, computed {output.shape}"


@grid
def test_config_round_trip(prepared: Prepared) -> None:
    """A layer made from its own configuration is the same layer."""
    skip_if(prepared.case, "config")
    config = prepared.layer.get_config()
    again = type(prepared.layer).from_config(config)
    assert again.get_config() == config
    again(prepared.inputs, **prepared.kwargs)
    again.set_weights(prepared.layer.get_weights())
    assert_same(again(prepared.inputs, **prepared.kwargs), prepared.layer(prepared.inputs, **prepared.kwargs))


@grid
def test_reads_and_writes_keras_config(prepared: Prepared) -> None:
    """Keras's own configuration makes the layer, and ours makes Keras's."""
    skip_if(prepared.case, "keras_config")
    if prepared.case.oracle != "keras":
        pytest.skip("keras_config: Keras 3 has no such layer")
    theirs = type(prepared.layer).from_config(prepared.oracle.get_config())
    theirs(prepared.inputs, **prepared.kwargs)
    theirs.set_weights(prepared.layer.get_weights())
    prepared.same(theirs(prepared.inputs, **prepared.kwargs))
    oracle = type(prepared.oracle).from_config(prepared.layer.get_config())
    call_oracle(oracle, prepared.case)
    set_weights(oracle, prepared.oracle.get_weights())
    assert_same(call_oracle(oracle, prepared.case), prepared.expected, prepared.case.rtol, prepared.case.atol)
