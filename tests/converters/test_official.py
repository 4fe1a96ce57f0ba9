"""What is only a TensorFlow graph: opened, converted by official converters, checked against TensorFlow, refused."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import kport
from kport.cli import main
from kport.converters import contract, targets
from kport.converters.official import environment
from kport.converters.official.recognition import is_frozen_graph, serves
from kport.converters.official.source import MOST, shortened
from kport.converters.report import Report, TargetReport
from kport.errors import MissingComponentError, MissingPartError, UnsafeFileError, UsageError
from tests.conftest import not_run
from tests.converters import tensorflow_graphs

CONVERTERS = {
    "onnx": "tf2onnx 1.17.0",
    "tflite": "TFLiteConverter 2.19.0",
    "tfjs": "tensorflowjs 4.22.0",
    "coreml": "coremltools 9.0",
    "savedmodel": "tensorflow 2.19.0",
}
REACHED = [name for name in CONVERTERS if name in targets.MODULES]
NOT_REACHED = [name for name in targets.MODULES if name not in CONVERTERS]

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def official() -> None:
    """The official converters; where they aren't installed tests are reported as not run, under CI they fail."""
    if not environment.is_installed(*CONVERTERS):
        not_run("the official converters are not installed: kport official install")


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The graphs of tensorflow_graphs as files, by their names."""
    folder = tmp_path_factory.mktemp("graphs")
    made = ("two_inputs", "unknown_rank", "text", "no_converter", "writes_files")
    found = {name: tensorflow_graphs.save(getattr(tensorflow_graphs, name), folder / name) for name in made}
    found["frozen"] = tensorflow_graphs.frozen(folder / "frozen.pb")
    found["saved_by_tensorflow_1"] = tensorflow_graphs.saved_by_tensorflow_1(folder / "saved_by_tensorflow_1")
    found["subclassed"] = tensorflow_graphs.subclassed(folder / "subclassed")
    return found


@pytest.fixture
def runtime_of(needs_runtime: Callable[[str], Any]) -> Callable[[str], None]:
    """Sees to it that a target's runtime is there."""
    return lambda name: needs_runtime("browser") if name == "tfjs" else None


def only(report: Report) -> TargetReport:
    (found,) = report.targets
    return found


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.mark.parametrize("name", REACHED)
@pytest.mark.parametrize("graph", ["two_inputs", "subclassed"])
def test_a_saved_model_reaches_every_target_that_takes_graphs(
    name: str, graph: str, graphs: Mapping[str, Path], tmp_path: Path, official: None, runtime_of: Callable[[str], None]
) -> None:
    runtime_of(name)
    place = tmp_path / f"made{targets.get(name).suffix}"
    found = only(kport.convert(graphs[graph], name, place))
    assert (found.status, found.exit_status) == ("passed", 0), found.reason
    assert found.converter == f"{CONVERTERS[name]} (tensorflow 2.19.0)"
    assert found.reason == f"by {found.converter}"
    entries = targets.get(name).read_contract(place)
    assert entries is not None
    assert entries[contract.CONVERTER_KEY] == found.converter
    assert entries[contract.PARITY_KEY].startswith("passed in ")
    if graph == "two_inputs":
        data = json.loads(entries[contract.KEY])
        assert [(t["name"], t["shape"], t["dtype"]) for t in data["inputs"]] == [
            ("letters", [None, None], "int32"),
            ("numbers", [None, 4], "float32"),
        ]
        assert {t["name"] for t in data["outputs"]} == {"weighted", "doubled"}
        assert (data["source"]["format"], len(data["source"]["sha256"])) == ("SavedModel", 64)
        assert kport.verify(graphs[graph], place).exit_status == 0


@pytest.mark.parametrize("name", [n for n in REACHED if n != "tflite"])  # which has no loops of TensorFlow 1
def test_a_frozen_graph_of_tensorflow_1(
    name: str, graphs: Mapping[str, Path], tmp_path: Path, official: None, runtime_of: Callable[[str], None]
) -> None:
    runtime_of(name)
    found = only(kport.convert(graphs["frozen"], name, tmp_path / "made"))
    if name == "coreml":
        assert found.status == "error"  # coremltools takes functions of TensorFlow 2 only
        return
    assert found.status == "passed", found.reason


@pytest.mark.parametrize("name", REACHED)
def test_a_saved_model_of_tensorflow_1(
    name: str, graphs: Mapping[str, Path], tmp_path: Path, official: None, runtime_of: Callable[[str], None]
) -> None:
    runtime_of(name)
    report = kport.convert(graphs["saved_by_tensorflow_1"], name, tmp_path / "made")
    assert only(report).status == "passed", only(report).reason
    assert [t.name for t in report.inputs] == ["point"]
    assert [t.name for t in report.outputs] == ["side"]


def test_the_same_graph_gives_the_same_bytes(graphs: Mapping[str, Path], tmp_path: Path, official: None) -> None:
    """Whatever else is converted beside it."""
    names = [n for n in REACHED if n != "tfjs"]
    assert kport.convert(graphs["two_inputs"], names, tmp_path / "together").exit_status == 0
    (tmp_path / "alone").mkdir()
    for name in reversed(names):
        kport.convert(graphs["two_inputs"], name, tmp_path / "alone")
    together, alone = (
        {p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
        for f in (tmp_path / "together", tmp_path / "alone")
    )
    assert together.keys() == alone.keys()
    assert [name for name in together if together[name] != alone[name]] == []


def test_precision_and_shapes_are_asked_of_the_converter(graphs: Mapping[str, Path], tmp_path: Path, official: None) -> None:
    shapes = {"numbers": (2, 4), "letters": (2, 6)}
    report = kport.convert(graphs["two_inputs"], "tflite", tmp_path / "m.tflite", precision="float16", input_shape=shapes)
    assert report.exit_status == 0, only(report).reason
    assert {t.name: t.shape for t in report.inputs} == {"numbers": [2, 4], "letters": [2, 6]}
    only(kport.convert(graphs["two_inputs"], "onnx", tmp_path / "m.onnx", opset=15))
    import onnx

    assert onnx.load(tmp_path / "m.onnx").opset_import[0].version == 15


def test_a_rank_that_is_not_known_has_to_be_given(graphs: Mapping[str, Path], tmp_path: Path, official: None) -> None:
    with pytest.raises(UsageError, match=r"expected --input-shape x=\.\.\."):
        kport.convert(graphs["unknown_rank"], "onnx", tmp_path / "m.onnx")
    report = kport.convert(graphs["unknown_rank"], "onnx", tmp_path / "m.onnx", input_shape=(None, 3))
    assert report.exit_status == 0
    assert [(t.name, t.shape) for t in report.outputs] == [("more", [None, 3])]


def test_tensorflow_computes_the_reference(graphs: Mapping[str, Path], official: None) -> None:
    words = np.array(["good", "größe", ""], object)
    found = kport.predict(graphs["text"], {"words": words})
    assert found["upper"].tolist() == ["GOOD", "GRößE", ""]  # TensorFlow's, of bytes
    assert found["length"].tolist() == [4, 7, 0]
    rng = np.random.default_rng(0)
    numbers, letters = rng.normal(size=(3, 4)).astype("float32"), rng.integers(0, 7, (3, 2)).astype("int32")
    import tensorflow as tf

    expected = tf.saved_model.load(str(graphs["two_inputs"])).signatures["serving_default"](
        numbers=tf.constant(numbers), letters=tf.constant(letters)
    )
    found = kport.predict(graphs["two_inputs"], {"numbers": numbers, "letters": letters})
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array.numpy(), rtol=1e-6, atol=1e-6)


def test_a_changed_artifact_fails_the_check(graphs: Mapping[str, Path], tmp_path: Path, official: None) -> None:
    import onnx
    from onnx import numpy_helper

    path = tmp_path / "m.onnx"
    kport.convert(graphs["two_inputs"], "onnx", path)
    model = onnx.load(path)
    kernel = next(t for t in model.graph.initializer if list(t.dims) == [4, 3])
    kernel.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(kernel) * 1.5, kernel.name))
    onnx.save(model, path)
    found = only(kport.verify(graphs["two_inputs"], path))
    assert (found.status, found.exit_status, found.worst_output) == ("failed", 1, "weighted")
    assert found.first_diverging_layer is None  # a graph has no layers


@pytest.mark.parametrize("name", NOT_REACHED)
def test_targets_written_from_layers_say_so(name: str, graphs: Mapping[str, Path], tmp_path: Path, official: None) -> None:
    found = only(kport.convert(graphs["two_inputs"], name, tmp_path / "made"))
    assert (found.status, found.exit_status) == ("error", 2)
    assert "is written from Keras layers. Received:" in str(found.reason)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("onnx", {"precision": "float16"}, "tf2onnx writes the precision of the graph"),
        ("onnx", {"input_layout": "nchw"}, "--input-layout changes the graph of a Keras model"),
        ("tfjs", {"format": "layers"}, "is written from Keras layers"),
    ],
)
def test_options_that_converters_have_not(
    name: str, options: dict[str, Any], message: str, graphs: Mapping[str, Path], tmp_path: Path, official: None
) -> None:
    assert message in str(only(kport.convert(graphs["two_inputs"], name, tmp_path / "made", **options)).reason)


@pytest.mark.parametrize("name", [n for n in REACHED if n != "savedmodel"])
def test_what_a_converter_says_is_shown_in_short(name: str, graphs: Mapping[str, Path], tmp_path: Path, official: None) -> None:
    done = run("convert", graphs["no_converter"], "--to", name, "-o", tmp_path / "made")
    assert done.exit_code == 2
    assert "its official converter can't convert this: " in done.stderr
    assert "betainc" in done.stderr.lower()
    assert "What may help: --input-shape" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 2 * MOST
    assert list(tmp_path.iterdir()) == []


def test_messages_are_shortened() -> None:
    message = (
        'TensorFlow: Could not translate MLIR to FlatBuffer.<unknown>:0: error: loc(fused["A", "b"]): \'tf.A\' op is no flex op\n'
        '<unknown>:0: note: see current operation: %1 = "tf.A"(%0)\n'
        '  %0 = "tf.B"() : () -> ()\n'
        "what to do\n"
        'attr {\n  key: "T"\n}\n'
    )
    assert shortened(message) == "Could not translate MLIR to FlatBuffer.'tf.A' op is no flex op; what to do"
    assert len(shortened("word " * 1000)) <= MOST + 4


def test_without_the_environment_the_command_that_makes_it_is_named(
    graphs: Mapping[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPORT_HOME", str(tmp_path / "none"))
    for graph in ("two_inputs", "subclassed", "frozen"):
        done = run("convert", graphs[graph], "--to", "onnx", "-o", tmp_path / "m.onnx")
        assert (done.exit_code, "kport official install" in done.stderr) == (3, True), done.stderr
    assert "Keras metadata" in run("inspect", graphs["two_inputs"]).stderr  # why it isn't opened otherwise
    assert "Swinging" in run("inspect", graphs["subclassed"]).stderr
    assert "--custom" in run("inspect", graphs["subclassed"]).stderr


def test_a_graph_that_writes_files_is_refused(graphs: Mapping[str, Path], tmp_path: Path) -> None:
    with pytest.raises(UnsafeFileError, match="which has the operations WriteFile"):
        kport.convert(graphs["writes_files"], "onnx", tmp_path / "m.onnx")


def test_inspect_shows_what_is_known(graphs: Mapping[str, Path], official: None) -> None:
    found = kport.inspect(graphs["two_inputs"])
    assert [t["name"] for t in found["inputs"]] == ["letters", "numbers"]
    assert (found["layers"], found["parameters"]) == ([], None)
    assert found["targets"]["onnx"]["reason"] == "its official converter will tell"
    done = run("inspect", graphs["frozen"])
    assert done.exit_code == 0
    assert "frozen TensorFlow graph" in done.stdout


def test_graphs_are_told_by_content(graphs: Mapping[str, Path], tmp_path: Path) -> None:
    assert is_frozen_graph(graphs["frozen"])
    assert serves(graphs["two_inputs"])
    assert not serves(graphs["frozen"])
    for name, content in {
        "empty": b"",
        "text": b"\n{}",
        "onnx": b"\x08\x0a\x12\x00",
        "cut": b"\x0a\xff\x01x",
        "name": b"\x0a\x03abc",
    }.items():
        (tmp_path / name).write_bytes(content)
        assert not is_frozen_graph(tmp_path / name)
        assert not serves(tmp_path / name)
    assert not is_frozen_graph(tmp_path)


def test_a_saved_model_without_a_signature_stays_an_error_of_the_file(graphs: Mapping[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(graphs["two_inputs"], broken)
    (broken / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(MissingPartError, match="Keras metadata"):
        kport.convert(broken, "onnx", tmp_path / "m.onnx")


def test_unknown_targets_of_an_installation() -> None:
    with pytest.raises(UsageError, match=r"expected targets with an official converter: onnx, .*Received: dl4j"):
        environment.install(["dl4j"])


def test_an_installation_that_fails_says_why_and_leaves_no_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPORT_HOME", str(tmp_path))
    monkeypatch.setattr(environment, "python", lambda: Path(sys.executable))
    monkeypatch.setattr(environment, "BASE", ("kport-has-no-such-package==0",))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(MissingComponentError, match=r"pip .*failed: .*kport-has-no-such-package"):
        environment.install(["tflite"])
    assert not environment.installed()


def test_an_interpreter_of_another_version_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PYTHONS", ("2.6",))
    with pytest.raises(MissingComponentError, match=r"exist for Python 2\.6 only"):
        environment.interpreter()
