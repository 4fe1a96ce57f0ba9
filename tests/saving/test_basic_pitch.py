"""basic-pitch with its own layers rewritten: stage by stage as the authors' ONNX file computes, and on a recording of theirs."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

import kport
from kport.saving import load
from tests.compare import assert_same
from tests.data import Floats, make
from tests.saving.real import CUSTOM

NMP = "basic-pitch/basic_pitch/saved_models/icassp_2022/nmp"
SAMPLES, HOP, OVERLAP = 43844, 256, 30
"""Of a window: audio samples; samples a frame; frames that two windows share."""

STAGES = {
    "cq_t2010v2_1": "model_1/cq_t2010v2_1/Sqrt_1;model_1/cq_t2010v2_1/Sqrt_1",
    "normalized_log_1": "model_1/normalized_log_1/Reshape_2;model_1/normalized_log_1/Reshape_2",
    "harmonic-stacking-diff": "model_1/harmonic-stacking-diff/strided_slice_7;model_1/harmonic-stacking-diff/strided_slice_7",
    "contour": "StatefulPartitionedCall:0",
    "note": "StatefulPartitionedCall:1",
    "onset": "StatefulPartitionedCall:2",
}
"""Layers and the tensors of nmp.onnx that are their outputs."""


@pytest.fixture
def nmp(models: Path) -> Any:
    return load(models / NMP, custom=CUSTOM[NMP])


def authors(models: Path, x: np.ndarray) -> dict[str, np.ndarray]:
    """What nmp.onnx computes at every stage; its constant-Q transform has the bins before the frames."""
    proto = onnx.load(models / f"{NMP}.onnx")
    named = {o.name for o in proto.graph.output}
    proto.graph.output.extend(onnx.ValueInfoProto(name=name) for name in STAGES.values() if name not in named)
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    found = dict(zip(STAGES, session.run([*STAGES.values()], {session.get_inputs()[0].name: x}), strict=True))
    return found | {"cq_t2010v2_1": found["cq_t2010v2_1"].transpose(0, 2, 1)}


def test_stages_are_the_authors(models: Path, nmp: Any) -> None:
    x = make(Floats((2, SAMPLES, 1)), 0)
    stages = kport.Model(nmp.input, [nmp.get_layer(name).output for name in STAGES])
    for name, actual, expected in zip(STAGES, stages.predict(x), authors(models, x).values(), strict=True):
        assert_same(actual, expected, rtol=1e-4, atol=1e-4, what=name)  # sums of 256 products, then a logarithm, in both


def windows(audio: np.ndarray) -> np.ndarray:
    """Overlapping windows as the authors cut them: half an overlap of silence first, the last one filled with zeros."""
    step = SAMPLES - OVERLAP * HOP
    audio = np.concatenate([np.zeros(OVERLAP * HOP // 2, np.float32), audio])
    parts = [audio[i : i + SAMPLES] for i in range(0, len(audio), step)]
    return np.stack([np.pad(part, (0, SAMPLES - len(part))) for part in parts])[..., None]


def unwrapped(frames: np.ndarray, samples: int) -> np.ndarray:
    """The windows' own frames one after another, as many as the recording has."""
    own = frames[:, OVERLAP // 2 : -OVERLAP // 2]
    return own.reshape(-1, own.shape[-1])[: int(samples / (SAMPLES - OVERLAP * HOP) * own.shape[1])]


def at_half_rate(audio: np.ndarray) -> np.ndarray:
    """Without the upper half of the spectrum."""
    return (np.fft.irfft(np.fft.rfft(audio)[: len(audio) // 4 + 1], len(audio) // 2) / 2).astype(np.float32)


def test_golden_recording(models: Path, nmp: Any) -> None:
    """The authors resampled with a filter of librosa's, which differs from ours near 11 kHz and at the ends."""
    folder = models / "basic-pitch/tests/resources"
    with wave.open(str(folder / "vocadito_10.wav")) as recording:
        audio = np.frombuffer(recording.readframes(recording.getnframes()), "<i2").astype(np.float32) / 32768
    golden = np.load(folder / "vocadito_10/model_output.npz", allow_pickle=True)["arr_0"].item()  # holds nothing but arrays
    audio = at_half_rate(audio)
    found = nmp.predict(windows(audio))
    assert set(found) == set(golden)
    for name, frames in found.items():
        actual = unwrapped(frames, len(audio))
        assert actual.shape == golden[name].shape
        difference = np.abs(actual - golden[name])
        assert difference.mean() < 1e-4
        assert difference.max() < 0.03
        assert ((actual > 0.5) == (golden[name] > 0.5)).mean() > 0.9999


def test_converts(models: Path, tmp_path: Path) -> None:
    report = kport.convert(models / NMP, to="onnx", custom=CUSTOM[NMP], output=tmp_path / "nmp.onnx")
    (target,) = report.targets
    assert target.status == "passed"
    assert [t.name for t in report.outputs] == ["contour", "note", "onset"]
