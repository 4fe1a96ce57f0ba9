"""The real models in DL4J: each passes, or says why it can't."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kport
from kport.converters.runtime_process import RuntimeProcess
from kport.errors import KportError
from tests.saving.real import entries, expected_error, open_entry

pytestmark = pytest.mark.filterwarnings("ignore")

REFUSED = {
    "TensorFlow.NET/tools/": "imports no layer that divides",
    "basic-pitch/": "imports no layer that takes roots",
    "crema/": "one is unrolled only where its number of steps is known",
    "dot-res-lstm/dot_res": "imports no layer that (takes roots|divides)",
    "frugally-deep/keras_export/lstm_stateful.h5": "DL4J has no",  # of one sample, whose axis can't be told from others of size 1
    "dl4j-test-resources/src/main/resources/modelimport/keras/tfkeras/cnn3d_20.h5": "DL4J has no empty tensors",
}
"""How a file's path begins → what the report says of it."""
ALWAYS = (
    "vww_96.h5",
    "custom_loss.h5",
    "cnn2d_33.h5",
    "convlstm2d_0.h5",
    "rnn_149.h5",
    "rnn_159.h5",
    "embedding_conv1d_flatten_theano_1.h5",
    "embedding_lstm_tensorflow_1.h5",
    "temp_stateful.h5",
    "digits_classification.h5",
)
"""Small ones of every generation and kind."""


def parameters() -> list[Any]:
    opening = (e for e in entries() if expected_error(e) is None)
    return [pytest.param(e, id=e["file"], marks=() if e["file"].endswith(ALWAYS) else pytest.mark.slow) for e in opening]


@pytest.mark.parametrize("entry", parameters())
def test_model(entry: dict[str, Any], needs_runtime: Callable[[str], RuntimeProcess], tmp_path: Path) -> None:
    needs_runtime("jvm")
    try:
        model = open_entry(entry)
    except KportError as error:
        pytest.fail(f"does not open: {error}")
    report = kport.convert(model, to="dl4j", output=tmp_path / "model.dl4j.h5").targets[0]
    reason = next((reason for start, reason in REFUSED.items() if entry["file"].startswith(start)), None)
    if reason is None:
        assert report.status == "passed", report.reason
    else:
        assert report.status == "error" and re.search(reason, report.reason or ""), report.reason
