"""Every layer of the grid in ONNX Runtime, with a batch size that isn't known."""

from __future__ import annotations

from pathlib import Path

import pytest

from kport.converters.onnx.target import TARGET
from kport.converters.target import Options
from kport.errors import UnsupportedError
from kport.trace import trace
from tests.converters.onnx_check import agrees
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import built_layer, model_of

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_layer(case: LayerCase, tmp_path: Path) -> None:
    if "graph" in case.skip:
        pytest.skip(f"graph: {case.skip['graph']}")
    model, inputs = model_of(*built_layer(case))
    graph = trace(model)
    try:
        agrees(graph, inputs, tmp_path / "model.onnx", Options())
    except UnsupportedError as error:
        reasons = {TARGET.unsupported.get(type(node.op)) for node in graph.nodes} - {None}
        assert reasons and all(str(reason) in str(error) for reason in reasons), error
