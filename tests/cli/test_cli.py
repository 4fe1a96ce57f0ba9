"""The command line as users and scripts meet it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import kport
from kport.cli import main
from kport.converters.targets import MODULES

FIXTURE = str(Path(__file__).parent.parent.parent / "fixtures" / "gender_mini_xception.h5")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_convert_prints_a_line_and_a_table(tmp_path: Path) -> None:
    done = run("convert", FIXTURE, "--to", "onnx", "-o", tmp_path / "m.onnx")
    assert done.exit_code == 0, done.output
    assert "onnx: passed in" in done.stdout
    for word in ("target", "file", "size", "max error", "checked by", "status", "seconds", "onnxruntime"):
        assert word in done.stdout
    assert (tmp_path / "m.onnx").exists()


def test_the_default_output_is_in_the_current_directory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kport", "convert", FIXTURE, "--to", "onnx", "-q"], cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "gender_mini_xception.onnx").exists()


def test_json_on_standard_output_is_alone_there(tmp_path: Path) -> None:
    done = run("convert", FIXTURE, "--to", "onnx", "-o", tmp_path / "m.onnx", "--json", "-")
    assert json.loads(done.stdout)["targets"][0]["status"] == "passed"


def test_json_in_a_file(tmp_path: Path) -> None:
    run("convert", FIXTURE, "--to", "onnx", "-o", tmp_path / "m.onnx", "--json", tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text())["kport"] == kport.__version__


MISTAKES = {
    "no such file": (["convert", "none.h5", "--to", "onnx"], 2, "none.h5"),
    "unknown target": (["convert", FIXTURE, "--to", "onx"], 2, "nearest: onnx"),
    "unknown option of a target": (["convert", FIXTURE, "--to", "onnx", "--opset", "2"], 2, "opset"),
    "a shape that is none": (["convert", FIXTURE, "--to", "onnx", "--input-shape", "1,x"], 2, "--input-shape"),
    "a shape that doesn't fit": (["convert", FIXTURE, "--to", "onnx", "--input-shape", "1,64,64,3"], 2, "(None, 64, 64, 1)"),
    "no such artifact": (["verify", FIXTURE, "none.onnx"], 2, "none.onnx"),
    "not an artifact": (["verify", FIXTURE, FIXTURE], 2, "none of them"),
    "no such input": (["predict", FIXTURE, "--input", "none.npy"], 2, "none.npy"),
    "no such command": (["transform"], 2, "transform"),
    "a shape of nothing": (["convert", FIXTURE, "--to", "onnx", "--input-shape", "0,64,64,1"], 2, "at least 1"),
    "a negative size": (["convert", FIXTURE, "--to", "onnx", "--input-shape", "-3,64,64,1"], 2, "at least 1"),
    "a negative tolerance": (["convert", FIXTURE, "--to", "onnx", "--rtol", "-1"], 2, "rtol=-1"),
    "a tolerance that is none": (["convert", FIXTURE, "--to", "onnx", "--atol", "nan"], 2, "atol=nan"),
    "a report without a place": (["convert", FIXTURE, "--to", "onnx", "--json", "none/r.json"], 2, "--json none"),
    "a report in a directory's place": (["convert", FIXTURE, "--to", "onnx", "--json", "."], 2, "--json ."),
    "an output below a file": (["convert", FIXTURE, "--to", "onnx", "-o", f"{FIXTURE}/m.onnx"], 2, "can be written"),
    "an output nowhere": (["convert", FIXTURE, "--to", "onnx", "-o", "/proc/none/m.onnx"], 2, "can be written"),
    "a new directory for what doesn't open": (["convert", "none.h5", "--to", "onnx", "-o", "new/"], 2, "none.h5"),
    "samples in a directory": (["convert", FIXTURE, "--to", "onnx", "--samples", "."], 2, "Is a directory"),
    "another model's samples": (["convert", FIXTURE, "--to", "onnx", "--samples", FIXTURE], 2, ".npz or .npy"),
    "no such target's layers": (["layers", "--target", "tflit"], 2, "target"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_get_one_clear_message(mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, status, words = MISTAKES[mistake]
    done = run(*arguments)
    assert done.exit_code == status, done.output
    assert words in done.stderr
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "text", "truncated", "objects"])
def test_arrays_that_are_none(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, input_1=np.array([None, 1], object) if content == "objects" else np.zeros((1, 64, 64, 1)))
    if content != "objects":
        path.write_bytes(path.read_bytes()[:100] if content == "truncated" else content.encode())
    done = run("predict", FIXTURE, "--input", path)
    assert done.exit_code == 2, done.output
    assert "holds neither" in done.stderr


def test_a_defect_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    from kport.converters import api

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(api, "inspect", broken)
    done = run("inspect", FIXTURE)
    assert done.exit_code == 2
    assert done.stderr.startswith("kport: a defect of kport: ZeroDivisionError: oh")
    assert isinstance(run("inspect", FIXTURE, "--debug").exception, ZeroDivisionError)


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kport.converters import pipeline

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "check_artifact", interrupted)
    done = run("convert", FIXTURE, "--to", "onnx", "-o", f"{tmp_path}/new/m.onnx")
    assert done.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_termination_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kport.converters import pipeline

    monkeypatch.setattr(pipeline, "check_artifact", lambda *_: signal.raise_signal(signal.SIGTERM))
    before = signal.getsignal(signal.SIGTERM)
    done = run("convert", FIXTURE, "--to", "onnx", "-o", f"{tmp_path}/new/m.onnx")
    assert done.exit_code == 143
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_name_with_brackets_is_no_markup(tmp_path: Path) -> None:
    done = run("convert", FIXTURE, "--to", "onnx", "-o", tmp_path / "m[bold].onnx")
    assert "m[bold].onnx" in done.stdout


def test_outputs_never_replace_what_they_come_from(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, input_1=np.zeros((1, 64, 64, 1), np.float32))
    done = run("predict", FIXTURE, "--input", path, "-o", tmp_path / "x")
    assert done.exit_code == 2
    assert "would replace" in done.stderr


def test_debug_shows_the_traceback() -> None:
    done = subprocess.run([sys.executable, "-m", "kport", "inspect", "none.h5", "--debug"], capture_output=True, text=True)
    assert "Traceback" in done.stderr


def test_verify_passes_and_fails(tmp_path: Path) -> None:
    from tests.converters.test_pipeline import corrupt

    artifact = tmp_path / "m.onnx"
    run("convert", FIXTURE, "--to", "onnx", "-o", artifact)
    assert run("verify", FIXTURE, artifact).exit_code == 0
    corrupt(artifact, "kernel")
    done = run("verify", FIXTURE, artifact, "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert report["targets"][0]["first_diverging_layer"]
    assert [t["name"] for t in report["inputs"]] == ["input_1"]
    assert report["source"]["path"] == FIXTURE
    assert "First diverging layer" in run("verify", FIXTURE, artifact).stderr


def test_a_missing_component_says_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kport.converters import targets

    monkeypatch.setattr(targets, "missing", lambda target: ["onnxruntime"])
    done = run("convert", FIXTURE, "--to", "onnx", "-o", tmp_path / "m.onnx")
    assert done.exit_code == 3
    assert "pip install 'kport[onnx]'" in done.stderr


def test_inspect() -> None:
    done = run("inspect", FIXTURE)
    assert done.exit_code == 0, done.output
    for word in ("2.0.5", "parameters", "MACs", "convertible", "separable_conv2d_1"):
        assert word in done.stdout
    data = json.loads(run("inspect", FIXTURE, "--json").stdout)
    assert data["parameters"] == sum(layer["parameters"] for layer in data["layers"])
    assert data["targets"]["onnx"]["convertible"] is True
    assert data["multiply_accumulates"] > 1_000_000


def test_predict_of_a_model_and_of_its_artifact_agree(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((3, 64, 64, 1), np.float32))
    run("convert", FIXTURE, "--to", "onnx", "-o", tmp_path / "m.onnx")
    for name, source in (("model", FIXTURE), ("artifact", tmp_path / "m.onnx")):
        done = run("predict", source, "--input", tmp_path / "x.npy", "-o", tmp_path / f"{name}.npz")
        assert done.exit_code == 0, done.output
    model, artifact = (dict(np.load(tmp_path / f"{n}.npz")) for n in ("model", "artifact"))
    assert list(model) == list(artifact)
    for key in model:
        assert model[key].shape == (3, 2)
        np.testing.assert_allclose(model[key], artifact[key], rtol=1e-4, atol=1e-5)


def test_predict_of_an_image(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (100, 80), (200, 10, 10)).save(tmp_path / "face.png")
    done = run("predict", FIXTURE, "--input", tmp_path / "face.png")
    assert done.exit_code == 0, done.output
    assert "float32[1, 2]" in done.stdout


def test_a_target_whose_runtime_is_missing_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPORT_HOME", str(tmp_path))
    found = {row["target"]: row for row in json.loads(run("targets", "--json").stdout)}
    assert found["tfjs"]["installed"] is True
    assert found["tfjs"]["install"] == "kport runtimes install browser (to check artifacts)"
    assert found["dl4j"]["install"] == "kport runtimes install jvm (to check artifacts)"


def test_targets_and_layers() -> None:
    assert "ONNX" in run("targets").stdout
    found = {row["target"]: row for row in json.loads(run("targets", "--json").stdout)}
    assert list(found) == list(MODULES) and found["onnx"]["installed"] is True
    rows = json.loads(run("layers", "--json").stdout)
    dense = next(row for row in rows if row["layer"] == "Dense")
    assert dense.keys() == {"layer", *MODULES} and dense["onnx"] == "native"
    assert "Dense" in run("layers", "--target", "onnx").stdout


def test_help_names_every_command() -> None:
    text = run("--help").stdout
    for command in ("convert", "inspect", "verify", "predict", "targets", "layers"):
        assert command in text
    assert run("--version").stdout == f"kport, version {kport.__version__}\n"


@pytest.mark.parametrize("shape", [(8, 6, 3), (3, 8, 6)])
def test_an_image_in_the_models_layout(tmp_path: Path, shape: tuple[int, ...]) -> None:
    from PIL import Image

    Image.new("RGB", (12, 16), (200, 10, 0)).save(tmp_path / "a.png")
    inputs = kport.Input(shape)
    ((output,),) = kport.predict(kport.Model(inputs, inputs * 1.0), tmp_path / "a.png").values()
    assert output.shape == shape
    channels = output.transpose(1, 2, 0) if shape[0] == 3 else output
    np.testing.assert_array_equal(channels[0, 0], [200, 10, 0])
