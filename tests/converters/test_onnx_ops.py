"""Every operation of the grid in ONNX Runtime, with known sizes and with unknown ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kport.converters.onnx.target import TARGET
from kport.converters.target import Options
from kport.errors import UnsupportedError
from kport.ops.op import OPS
from tests.converters.onnx_check import agrees
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_operation(case: OpCase, tmp_path: Path) -> None:
    arrays = arrays_of(case)
    for known in (True, False):
        if not known and "unknown sizes" in case.skip:
            continue
        graph = record(case, arrays, known)
        try:
            agrees(graph, graph_inputs(arrays), tmp_path / "model.onnx", Options(opset=20))
        except UnsupportedError as error:
            assert OPS[case.op] in TARGET.unsupported, error
