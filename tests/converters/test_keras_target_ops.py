"""Every operation of the grid as nodes of a Keras 3 model, run by Keras; those that keras.ops lacks are refused with a reason."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from kport.converters.keras.target import TARGET
from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.errors import UnsupportedError
from kport.interpret import interpret
from kport.ops.op import OPS, Op
from tests.compare import assert_same
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")

PARTLY = (
    "keras.ops.conv has no groups",
    "not with both",
    "only layers work",
    "of known sizes",
    "sizes that are known",
    "numbers that are known",
    "valid' or 'same'",
    "no dilation",
)
"""From the reasons why Keras 3 can't say some of an operation's rows."""

PARAMETERS = [
    pytest.param(case, id=case.id, marks=[] if zlib.crc32(case.id.encode()) % 100 < 12 else [pytest.mark.slow]) for case in CASES
]


@pytest.mark.parametrize("case", PARAMETERS)
def test_operation(case: OpCase, tmp_path: Path) -> None:
    arrays = arrays_of(case)
    for known in (True, False):
        if not known and "unknown sizes" in case.skip:
            continue
        graph = record(case, arrays, known)
        try:
            prepared = prepare(graph, TARGET, Options())
        except UnsupportedError as error:
            assert any(str(reason) in str(error) for reason in (*TARGET.unsupported.values(), *PARTLY)), error
            continue
        TARGET.write(prepared, tmp_path / "model.keras", {}, Options())
        inputs = graph_inputs(arrays)
        assert_same(TARGET.run(tmp_path / "model.keras", inputs), interpret(graph, inputs), 1e-4, 1e-5)


def test_every_operation_is_said_decomposed_or_refused_with_a_reason() -> None:
    said = set(TARGET.emissions) | set(TARGET.unsupported)
    missing = [name for name, op in OPS.items() if op not in said and op.decompose is Op.decompose]
    assert not missing
