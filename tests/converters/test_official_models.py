"""Real models of others that are only TensorFlow graphs, to every target that takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.converters import targets
from kport.converters.official import environment
from kport.converters.report import TargetReport
from tests.conftest import not_run
from tests.converters.test_official import REACHED

pytestmark = pytest.mark.filterwarnings("ignore")

NMP = "basic-pitch/basic_pitch/saved_models/icassp_2022/nmp"
FSA = "FSA-Net/pre-trained/converted-models/tf/fsanet_capsule_3_16_2_21_5.pb"
LEAK = "TensorFlow.NET/tools/TensorFlowNET.Benchmarks/Leak/TestModel/saved_model"
SERVED = "training-data-analyst/blogs/tf_dataflow_serving/model/trained/v1"
REGRESSION = "tensorflow-onnx/tests/models/regression/saved_model"
SEVERAL = "tfjs/tfjs-node/test_objects/saved_model/model_multi_output"

SHAPES: dict[str, Any] = {REGRESSION: (None, 1), LEAK: (2, 64, 96)}
"""What --input-shape fixes: the rank isn't known, or tf2onnx needs the sizes."""
REASONS = {
    (FSA, "tflite"): "tf.TensorArrayV3",  # loops of TensorFlow 1
    (FSA, "coreml"): "unused_control_flow_input",
    (LEAK, "coreml"): "'IsNan' not implemented",
    (LEAK, "tfjs"): "the artifact is withheld",  # tensorflowjs's file computes something else
    (SEVERAL, "coreml"): "Rank-0",
    (SERVED, "onnx"): "hash_table_Lookup",
    (SERVED, "tflite"): "tf.SparseCross",
    (SERVED, "tfjs"): "SparseCross",
    (SERVED, "coreml"): "can't convert this",
    (SERVED, "savedmodel"): "FailedPrecondition",  # freezing loses what fills the tables of TensorFlow 1
}
"""What the converter, the runtime or the check says where a model can't be had; all others pass."""


@pytest.fixture(scope="module", autouse=True)
def official() -> None:
    if not environment.is_installed(*environment.PACKAGES):
        not_run("the official converters are not installed: kport official install")


def converted(models: Path, file: str, name: str, place: Path) -> TargetReport:
    (found,) = kport.convert(models / file, name, place, input_shape=SHAPES.get(file)).targets
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", REACHED)
@pytest.mark.parametrize("file", [NMP, FSA, LEAK, SERVED, REGRESSION, SEVERAL])
def test_a_real_graph_reaches_the_target_or_says_why_not(
    file: str, name: str, models: Path, tmp_path: Path, needs_runtime: Any
) -> None:
    if name == "tfjs":
        needs_runtime("browser")
    found = converted(models, file, name, tmp_path / "made")
    if (file, name) in REASONS:
        assert found.exit_status != 0
        assert REASONS[file, name] in str(found.reason)
        assert list(tmp_path.iterdir()) == []
    else:
        assert found.status == "passed", found.reason


AUTHORS = {"onnx": "nmp.onnx", "tflite": "nmp.tflite"}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == "onnx" else pytest.mark.slow) for n in AUTHORS if n in targets.MODULES]
)
def test_basic_pitch_computes_what_its_authors_file_computes(name: str, models: Path, tmp_path: Path) -> None:
    place = tmp_path / f"nmp.{name}"
    found = converted(models, NMP, name, place)
    assert found.status == "passed", found.reason
    target = targets.get(name)
    audio = np.random.default_rng(0).uniform(-1, 1, (1, 43844, 1)).astype("float32")
    ours, theirs = target.run(place, [audio]), target.run((models / NMP).parent / AUTHORS[name], [audio])
    assert len(ours) == len(theirs) == 3
    for output in ours:  # their names and order are their own
        assert min(np.abs(output - other).max() for other in theirs if other.shape == output.shape) < 1e-3
    assert max(float(output.max()) for output in ours) > 0.1  # something is heard in noise
