"""TF.js in Node and in Chromium as the protocol drives it, on models written by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import kport
from kport.converters.contract import KEY, encode
from kport.converters.installation import get
from kport.converters.runtime_process import RuntimeProcess
from kport.errors import KportError
from tests.runtimes.tfjs_models import WEIGHT, dense, loop

NODE = ["wasm", "cpu"]
CHROMIUM = ["chromium-wasm", "chromium-webgl", "chromium-webgpu"]
INPUTS = {"x": np.array([[1, 2, 3], [-1, 0, 2]], np.float32), "n": np.array([5, -7], np.int32)}
FEATURES = np.maximum(INPUTS["x"] @ WEIGHT, 0)


@pytest.fixture(params=NODE + CHROMIUM)
def backend(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("needs_chromium" if request.param in CHROMIUM else "browser")
    return request.param


@pytest.fixture
def browser(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("browser")


def test_it_says_what_it_is(browser: RuntimeProcess, backend: str) -> None:
    said = browser.ask({"ask": "runtime", "backend": backend})["runtime"]
    place, _, kind = backend.rpartition("-")
    assert said.startswith(f"tfjs 4.22.0 ({kind}, {place or 'node'} ")


def test_a_graph_model(browser: RuntimeProcess, backend: str, tmp_path: Path) -> None:
    answer = browser.run(dense(tmp_path / "model"), INPUTS, backend=backend, times=3)
    assert answer.order == ["positive", "features", "twice"] == list(answer.outputs)
    np.testing.assert_allclose(answer.outputs["features"], FEATURES, rtol=1e-6)
    np.testing.assert_array_equal(answer.outputs["positive"], FEATURES > 0)
    np.testing.assert_array_equal(answer.outputs["twice"], 2 * INPUTS["n"])
    assert [answer.outputs[name].dtype.name for name in answer.order] == ["bool", "float32", "int32"]
    assert len(answer.run_ms) == 3 and min(answer.run_ms) > 0 < answer.load_ms


def test_inner_tensors_are_shown(browser: RuntimeProcess, backend: str, tmp_path: Path) -> None:
    answer = browser.run(dense(tmp_path / "model"), INPUTS, backend=backend, observe=True)
    np.testing.assert_allclose(answer.outputs["product"], INPUTS["x"] @ WEIGHT, rtol=1e-6)
    assert "W" not in answer.outputs  # a weight


def test_a_loop(browser: RuntimeProcess, backend: str, tmp_path: Path) -> None:
    answer = browser.run(loop(tmp_path / "model"), {"x": np.array([1, 2, 3], np.float32)}, backend=backend)
    np.testing.assert_array_equal(answer.outputs["y"], [32, 64, 96])


def test_an_empty_batch(browser: RuntimeProcess, tmp_path: Path) -> None:
    empty = {"x": np.zeros((0, 3), np.float32), "n": np.zeros(0, np.int32)}
    assert browser.run(dense(tmp_path / "model"), empty).outputs["features"].shape == (0, 4)


def write_contract(folder: Path, features: np.ndarray) -> None:
    """A contract that orders the outputs in its own way and has a golden case; the model's integers are Keras's int64."""
    outputs = {"features": features, "positive": FEATURES > 0, "twice": 2 * INPUTS["n"].astype(np.int64)}
    golden = {
        side: {name: encode(array) for name, array in arrays.items()}
        for side, arrays in (("inputs", INPUTS), ("outputs", outputs))
    }
    named = {side: [{"name": name} for name in arrays] for side, arrays in golden.items()}
    (folder / "kport.json").write_text(json.dumps({KEY: {"options": {}, **named, "golden": golden}}))


def test_the_golden_case_is_replayed(browser: RuntimeProcess, backend: str, tmp_path: Path) -> None:
    model = dense(tmp_path / "model")
    write_contract(model, FEATURES)
    answer = browser.ask({"ask": "self-test", "artifact": str(model), "backend": backend})
    assert answer["passed"] and 0 <= answer["max_abs_error"] < 1e-5
    assert browser.run(model, INPUTS, backend=backend).order == ["features", "positive", "twice"]


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real model in both formats, with float32 and float16 weights."""
    folder = tmp_path_factory.mktemp("artifacts")
    source = Path(__file__).parents[2] / "fixtures" / "gender_mini_xception.h5"
    for kind in ("graph", "layers"):
        for precision in ("float32", "float16"):
            kport.convert(source, to="tfjs", output=folder / f"{kind}-{precision}.tfjs", format=kind, precision=precision)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "graph-float32",
        "layers-float32",
        *(pytest.param(f"{kind}-float16", marks=pytest.mark.slow) for kind in ("graph", "layers")),
    ],
)
def test_what_kport_wrote_tests_itself(browser: RuntimeProcess, backend: str, name: str, artifacts: Path) -> None:
    artifact = artifacts / f"{name}.tfjs"
    answer = browser.ask({"ask": "self-test", "artifact": str(artifact), "backend": backend})
    assert answer["passed"], answer


@pytest.mark.parametrize("off", [0.01, np.nan, np.inf])
def test_a_golden_case_that_is_missed(browser: RuntimeProcess, off: float, tmp_path: Path) -> None:
    model = dense(tmp_path / "model")
    write_contract(model, np.where(np.eye(2, 4), FEATURES + np.float32(off), FEATURES))
    answer = browser.ask({"ask": "self-test", "artifact": str(model)})
    assert not answer["passed"]


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({"x": INPUTS["x"]}, "expected inputs: n,x. Received: x"),
        (INPUTS | {"n": INPUTS["n"].astype(np.int64)}, "expected an array of .*Received: <i8"),
        (INPUTS | {"x": INPUTS["x"].astype(np.int32)}, "must be float32, but was int32"),
        (INPUTS | {"x": INPUTS["x"][:, :2]}, "shape"),
    ],
)
def test_what_does_not_fit_is_refused(
    browser: RuntimeProcess, inputs: dict[str, np.ndarray], problem: str, tmp_path: Path
) -> None:
    model = dense(tmp_path / "model")
    with pytest.raises(KportError, match=problem):
        browser.run(model, inputs)
    assert browser.run(model, INPUTS).order  # it goes on


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        ({"ask": "dance"}, "expected ask: runtime, run, self-test. Received: dance"),
        ({"ask": "runtime", "backend": "abacus"}, "expected backend: wasm, cpu, chromium-wasm.*Received: abacus"),
        ({"ask": "run", "artifact": "/nowhere", "inputs": {}, "folder": "/"}, "/nowhere/model.json"),
        ({"ask": "self-test", "artifact": "/nowhere"}, "/nowhere/model.json"),
    ],
)
def test_requests_that_make_no_sense(browser: RuntimeProcess, request_: dict, problem: str) -> None:
    with pytest.raises(KportError, match=problem):
        browser.ask(request_)


def test_a_missing_file_in_the_page(needs_chromium: RuntimeProcess, tmp_path: Path) -> None:
    request = {"ask": "self-test", "artifact": str(tmp_path), "backend": "chromium-wasm"}
    with pytest.raises(KportError, match=r"model\.json"):
        needs_chromium.ask(request)


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("/nowhere/chromium", "expected a program. Received: KPORT_CHROMIUM=/nowhere/chromium"),
        ("/bin/true", "/bin/true doesn't start"),
    ],
)
def test_a_chromium_that_does_not_start(browser: RuntimeProcess, program: str, problem: str) -> None:
    environment = os.environ | {"KPORT_CHROMIUM": program}
    process = RuntimeProcess("the TF.js runtime", ["node", "serve.mjs"], get("browser").folder, environment)
    with pytest.raises(KportError, match=problem):
        process.ask({"ask": "runtime", "backend": "chromium-wasm"})
    assert process.ask({"ask": "runtime"})["runtime"]
    process.close()


def test_a_chromium_that_crashes_is_started_again(needs_chromium: RuntimeProcess, tmp_path: Path) -> None:
    process = RuntimeProcess("the TF.js runtime", ["node", "serve.mjs"], get("browser").folder)
    model = dense(tmp_path / "model")
    process.run(model, INPUTS, backend="chromium-wasm")
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    (child,) = (int(pid) for pid, parent in map(str.split, listed) if int(parent) == process.pid)
    os.kill(child, signal.SIGKILL)
    time.sleep(0.2)
    assert process.run(model, INPUTS, backend="chromium-wasm").order
    process.close()


MEMORY = """
import { answer } from './answer.mjs';
import { node } from './node.mjs';
const asked = JSON.parse(process.argv[1]);
const counts = [];
for (let i = 0; i < 3; i++) {
  for (const request of asked) await answer(request, { ...node, backend: 'wasm' });
  counts.push(node.tf.memory().numTensors);
}
console.log(JSON.stringify(counts));
"""


def test_nothing_stays_behind(browser: RuntimeProcess, tmp_path: Path) -> None:
    """Not after a run, an observed loop, or a run that fails in its middle."""
    np.save(tmp_path / "x.npy", INPUTS["x"])
    np.save(tmp_path / "n.npy", INPUTS["n"])
    np.save(tmp_path / "v.npy", np.array([1, 2, 3], np.float32))
    np.save(tmp_path / "narrow.npy", INPUTS["x"][:, :2])
    models = {"dense": dense(tmp_path / "dense"), "loop": loop(tmp_path / "loop")}

    def run(model: str, observe: bool = False, **files: str) -> dict:
        inputs = {name: str(tmp_path / f"{file}.npy") for name, file in files.items()}
        return {"ask": "run", "artifact": str(models[model]), "inputs": inputs, "folder": str(tmp_path), "observe": observe}

    requests = [run("dense", x="x", n="n"), run("dense", x="narrow", n="n"), run("loop", x="v"), run("loop", observe=True, x="v")]
    command = ["node", "--input-type=module", "-e", MEMORY, json.dumps(requests)]
    done = subprocess.run(command, cwd=get("browser").folder, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [0, 0, 0]
