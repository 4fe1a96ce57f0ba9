"""Every layer of the grid in ONNX Runtime, with a batch size that isn't known, in single and in half precision."""

from __future__ import annotations

from pathlib import Path

import pytest

from kport.converters.onnx.target import TARGET
from kport.converters.target import Options, Tolerance
from kport.errors import UnsupportedError
from kport.trace import trace
from tests.converters.onnx_check import agrees
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import built_layer, model_of

pytestmark = pytest.mark.filterwarnings("ignore")

WIDER = {
    "RandomFourierFeatures": Tolerance(1e-2, 2e-2),  # the cosine of an argument that half precision has rounded
}
"""Layers that lose more digits in half precision than others, and why."""


@pytest.mark.parametrize("precision", ["float32", "float16"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_layer(case: LayerCase, precision: str, tmp_path: Path) -> None:
    if "graph" in case.skip:
        pytest.skip(f"graph: {case.skip['graph']}")
    model, inputs = model_of(*built_layer(case))
    graph = trace(model)
    tolerance = WIDER.get(case.layer) if precision == "float16" else None
    try:
        agrees(graph, inputs, tmp_path / "model.onnx", Options(precision=precision), tolerance)
    except UnsupportedError as error:
        reasons = {TARGET.unsupported.get(type(node.op)) for node in graph.nodes} - {None}
        assert reasons and all(str(reason) in str(error) for reason in reasons), error
