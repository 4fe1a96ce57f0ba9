"""Every operation of the grid in LiteRT, with known sizes and with unknown ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kport.converters.target import Options
from kport.converters.tflite.target import TARGET
from kport.errors import UnsupportedError
from kport.ops.op import OPS, Op
from tests.converters.grid import agrees
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")


PARTLY = {
    "AveragePool": "can be told only for a known size",
    "Conv": "CONV_3D has no groups",  # where the kernel isn't constant
    "CumProd": "TFLite has no operation for CumProd",  # of an axis of unknown size
    "Einsum": "TFLite has no operation for Einsum",  # of a diagonal
    "MaxPool": "TFLite's pools have no dilations",
}
"""Operations of which some rows can't be said, and the reason that the error then has to give."""


def broadcasts_unknown(case: OpCase, arrays: list[Any]) -> bool:
    """Whether a size of 1 that nobody knows of would have to be broadcast: GATHER doesn't, NumPy does."""
    return case.op == "TakeAlongAxis" and len({a.shape[0] for a in arrays}) > 1


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_operation(case: OpCase, known: bool, tmp_path: Path) -> None:
    if not known and "unknown sizes" in case.skip:
        pytest.skip(f"unknown sizes: {case.skip['unknown sizes']}")
    arrays = arrays_of(case)
    if not known and broadcasts_unknown(case, arrays):
        pytest.skip("unknown sizes: one of them would be 1 and broadcast")
    graph = record(case, arrays, known)
    try:
        agrees(TARGET, None, graph, graph_inputs(arrays), tmp_path / "model.tflite", Options())
    except UnsupportedError as error:
        assert TARGET.unsupported.get(OPS[case.op]) or PARTLY[case.op] in str(error), error


def test_every_operation_is_said_decomposed_or_refused_with_a_reason() -> None:
    said = set(TARGET.emissions) | set(TARGET.unsupported)
    missing = [name for name, op in OPS.items() if op not in said and op.decompose is Op.decompose]
    assert not missing
