"""Random graphs, seeded, in LiteRT: fusion, moved channels and shared values keep the numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kport.converters.border import ask_layout
from kport.converters.parity import first_diverging_layer
from kport.converters.prepare import prepare
from kport.converters.target import Options, Tolerance
from kport.converters.tflite.target import TARGET
from kport.interpret import interpret
from tests.converters.test_fuzz import random_graph, weights


@pytest.mark.parametrize("seed", [*range(40), *(pytest.param(s, marks=pytest.mark.slow) for s in range(40, 300))])
def test_random_graph(seed: int, tmp_path: Path) -> None:
    graph = random_graph(seed)
    rng = np.random.default_rng(seed)
    inputs = [weights(rng, *(2 if d is None else d for d in v.shape)) for v in graph.inputs]
    layout = (None, "nchw", "nhwc")[seed % 3]
    bordered, border = ask_layout(graph, layout)
    path = tmp_path / "model.tflite"
    TARGET.write(prepare(bordered, TARGET, Options(input_layout=layout)), path, {}, Options())
    given = border.inputs_from_keras(inputs)
    results = border.outputs_to_keras(TARGET.run(path, given))
    for actual, wanted in zip(results, interpret(graph, inputs), strict=True):
        # ten layers of float32 in another order of summation
        np.testing.assert_allclose(actual, wanted, rtol=1e-3, atol=1e-4)
    # the names of inner tensors tell the truth: none of them diverges where the whole doesn't
    assert TARGET.observe is not None
    observed = {name: array for name, array in TARGET.observe(path, given).items() if name not in graph.output_names}
    last = graph.outputs[0].producer
    found = first_diverging_layer(graph, inputs, observed, Tolerance(1e-3, 1e-4, None), "a")
    assert found == (last.layer if last else None)
