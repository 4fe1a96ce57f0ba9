"""Every operation of the grid in ONNX Runtime: with known sizes in the newest opset, with unknown ones in the default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kport.converters.onnx.opset import DEFAULT, NEWEST
from kport.converters.onnx.target import TARGET
from kport.converters.target import Options
from kport.errors import UnsupportedError
from kport.ops.op import OPS
from tests.converters.onnx_check import agrees
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")

PARTLY = {"Resize": "can be told only for a known size"}
"""Operations that some of their rows can't be said in any opset, and the reason that the error then has to give."""


def broadcasts_unknown(case: OpCase, arrays: list[Any]) -> bool:
    """Whether a size of 1 that nobody knows of would have to be broadcast: GatherElements doesn't, NumPy does."""
    return case.op == "TakeAlongAxis" and len({a.shape[0] for a in arrays}) > 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_operation(case: OpCase, tmp_path: Path) -> None:
    arrays = arrays_of(case)
    for known, opset in ((True, NEWEST), (False, DEFAULT)):
        if not known and ("unknown sizes" in case.skip or broadcasts_unknown(case, arrays)):
            continue
        graph = record(case, arrays, known)
        try:
            agrees(graph, graph_inputs(arrays), tmp_path / "model.onnx", Options(opset=opset))
        except UnsupportedError as error:
            newer = "(--opset" if opset < NEWEST else "no reason"
            assert TARGET.unsupported.get(OPS[case.op], PARTLY.get(case.op, newer)) in str(error)


def test_every_operation_is_said_decomposed_or_refused_with_a_reason() -> None:
    from kport.ops.op import Op

    said = set(TARGET.emissions) | set(TARGET.unsupported)
    missing = [name for name, op in OPS.items() if op not in said and op.decompose is Op.decompose]
    assert not missing
