"""The real models beside the project as `.keras` archives: files of every generation, opened by Keras 3."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest

from kport.converters import parity
from kport.converters.keras.target import TARGET
from kport.converters.samples import samples_for
from kport.converters.target import Options
from kport.errors import KportError
from kport.interpret import interpret
from kport.trace import trace
from tests.conftest import MODELS
from tests.saving.real import Entry, entries, expected_error, open_entry

pytestmark = pytest.mark.filterwarnings("ignore")

REFUSED = {"cnn3d_20.h5": "should be smaller than the corresponding spatial dimension"}
"""What Keras 3 refuses whatever the format: it crops no image to nothing."""

LOST = (
    "deeplearning4j/deeplearning4j-keras/src/test/resources/theano_mnist/model.h5",
    "dot-res-lstm/lstm.h5",
    "hls4ml/example-prjs/binary_tanh/binary_tanh.h5",
)
"""Some of those that Keras 3.15 itself can't open, or opens only to compute something else."""


def chosen() -> list[Any]:
    found = []
    for entry in entries() if (MODELS / "manifest.json").exists() else []:
        if expected_error(entry) is None:
            always = entry["file"] in LOST or zlib.crc32(entry["file"].encode()) % 100 < 8
            found.append(pytest.param(entry, id=entry["file"], marks=[] if always else [pytest.mark.slow]))
    return found


@pytest.mark.parametrize("entry", chosen())
def test_computes_the_same_in_keras_3(entry: Entry, models: Path, tmp_path: Path) -> None:
    model = open_entry(entry)
    graph = trace(model)
    inputs = samples_for(graph, None)
    expected = interpret(graph, inputs)
    path = tmp_path / "model.keras"
    assert TARGET.write_model is not None
    TARGET.write_model(model, path, {}, Options())
    refusal = REFUSED.get(Path(entry["file"]).name)
    if refusal is not None:
        with pytest.raises(KportError, match=refusal):
            TARGET.run(path, inputs)
        return
    found = parity.compare(graph.output_names, TARGET.run(path, inputs), expected, TARGET.tolerances["float32"])
    assert found.agrees or parity.proves_something(expected), found


@pytest.mark.parametrize("file", LOST[:2])
def test_keras_3_itself_does_not_open_it(file: str, models: Path) -> None:
    import keras

    with pytest.raises(Exception):  # noqa: B017  Keras's errors have no class in common
        keras.saving.load_model(models / file, compile=False)
