"""A package by other authors in the CoreML interpreter: what both were written from independently has to agree."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from kport.converters.coreml.interpreter import predict

FOLDER = "basic-pitch/basic_pitch/saved_models/icassp_2022"
VOICE = "basic-pitch/tests/resources/vocadito_10.wav"
LENGTH = 43844
"""What the model takes: two seconds at 22.05 kHz"""
OUTPUTS = {
    "Identity": "StatefulPartitionedCall:0",
    "Identity_1": "StatefulPartitionedCall:1",
    "Identity_2": "StatefulPartitionedCall:2",
}
"""The outputs' names in the package, and in the ONNX file"""


def _voice(models: Path, start: int) -> np.ndarray:
    """Two seconds of the authors' recording, every second sample of it."""
    with wave.open(str(models / VOICE)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    sound = samples[::2][start : start + LENGTH].astype(np.float32) / 32768
    return sound[None, :, None]


@pytest.mark.parametrize("start", [0, 20_000, 100_000])
def test_basic_pitch_computes_what_its_onnx_file_does(models: Path, start: int) -> None:
    """nmp, which its authors wrote with coremltools from TensorFlow, with padding `same` at strides, against their own ONNX
    file. 1e-4: the ONNX file's own distance from double precision is 4e-5, the package's here 5e-6."""
    sound = _voice(models, start)
    session = onnxruntime.InferenceSession(str(models / FOLDER / "nmp.onnx"))
    names = [output.name for output in session.get_outputs()]
    expected = dict(zip(names, session.run(None, {session.get_inputs()[0].name: sound}), strict=True))
    found = predict(models / FOLDER / "nmp.mlpackage", sound)
    assert found.keys() == OUTPUTS.keys()
    for name, other in OUTPUTS.items():
        np.testing.assert_allclose(found[name], expected[other], rtol=0, atol=1e-4)
    assert all(array.max() > 0.4 for array in found.values())  # it hears the voice
