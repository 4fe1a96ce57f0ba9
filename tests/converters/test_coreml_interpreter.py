"""The CoreML interpreter: what it gives, inputs, and packages that are damaged or that a compiler would refuse."""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.converters.coreml.interpreter import observe, predict, run, runtime
from kport.converters.coreml.interpreter.forms import read_forms
from kport.converters.coreml.interpreter.operations import STRUCTURE, forms
from kport.converters.coreml.interpreter.package import Package
from kport.converters.coreml.library import mil
from kport.errors import FileError, UsageError
from tests.converters import (
    test_coreml_interpreter_elementwise,
    test_coreml_interpreter_images,
    test_coreml_interpreter_indexing,
    test_coreml_interpreter_products,
    test_coreml_interpreter_recurrent,
    test_coreml_interpreter_tensors,
    test_coreml_interpreter_windows,
)
from tests.converters.mil_case import build, floats

FAMILIES = (
    test_coreml_interpreter_elementwise,
    test_coreml_interpreter_images,
    test_coreml_interpreter_indexing,
    test_coreml_interpreter_products,
    test_coreml_interpreter_recurrent,
    test_coreml_interpreter_tensors,
    test_coreml_interpreter_windows,
)
WEIGHT = floats(4, 30)
X = floats(2, 30)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """y = relu(linear(x)); z = softmax(y); the weight is in the file of weights."""
    b = mil().Builder

    def body(x: Any) -> Any:
        y = b.relu(x=b.linear(x=x, weight=WEIGHT, name="product"), name="y")
        return [y, b.softmax(x=y, axis=-1, name="z")]

    return build(body, {"x": X}, tmp_path / "m.mlpackage")


def _model(package: Path) -> Path:
    return package / "Data" / "com.apple.CoreML" / "model.mlmodel"


def _weights(package: Path) -> Path:
    return package / "Data" / "com.apple.CoreML" / "weights" / "weight.bin"


def test_every_operation_has_a_case() -> None:
    tested = {case.op for family in FAMILIES for case in family.CASES}
    structure = read_forms(STRUCTURE).keys()
    assert {name for name in forms() if name not in structure and not name.startswith("constexpr_")} == tested


def test_outputs_are_in_the_packages_order(package: Path) -> None:
    y, z = run(package, [X])
    expected = np.maximum(X @ WEIGHT.T, 0)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(z, np.exp(expected) / np.exp(expected).sum(-1, keepdims=True), rtol=1e-5)
    assert "graph-verified" in runtime()


def test_inner_tensors_are_observed_by_name(package: Path) -> None:
    found = observe(package, [X])
    np.testing.assert_allclose(found["product"], X @ WEIGHT.T, rtol=1e-5, atol=1e-5)
    assert not any(name.startswith("identity") for name in found)


def test_predicting_by_name(package: Path) -> None:
    model = Package(package).model
    names = [f.name for f in model.outputs]
    by_name, alone = predict(package, {"x": X}), predict(package, X.astype(np.float64))
    assert list(by_name) == list(alone) == names
    np.testing.assert_array_equal(by_name[names[0]], alone[names[0]])
    with pytest.raises(UsageError, match=r"expected the inputs x\. Received: y"):
        predict(package, {"y": X})


def test_predicting_in_order(tmp_path: Path) -> None:
    path = build(lambda a, b: mil().Builder.sub(x=a, y=b), {"a": X, "b": X + 1}, tmp_path / "m.mlpackage")
    (difference,) = predict(path, [X, X + 1]).values()
    np.testing.assert_allclose(difference, -1, rtol=1e-5)
    with pytest.raises(UsageError, match=r"expected arrays for the inputs a, b\. Received: 1"):
        predict(path, X)


def test_nothing_heavy_is_imported(package: Path) -> None:
    """Verifying takes no time for coremltools, TensorFlow or protobuf."""
    script = (
        "import sys, numpy as np; from pathlib import Path; from kport.converters.coreml.interpreter import run;"
        f"run(Path({str(package)!r}), [np.zeros((2, 30), np.float32)]);"
        "print([m for m in ('coremltools', 'tensorflow', 'google.protobuf', 'keras') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "expected 1 inputs: x. Received: 0"),
        ([floats(3, 30)], r"input 'x': expected shape \[2, 30\]. Received: \[3, 30\]"),
        ([np.array([["a"] * 30] * 2)], "input 'x': expected fp32"),
    ],
)
def test_inputs_that_an_app_couldnt_give(package: Path, inputs: list[np.ndarray], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(package, inputs)


def _bytes(place: Callable[[Path], Path], change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(package: Path) -> None:
        path = place(package)
        path.write_bytes(change(path.read_bytes()))

    return damage


def _manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def damage(package: Path) -> None:
        data = json.loads((package / "Manifest.json").read_text())
        change(data)
        (package / "Manifest.json").write_text(json.dumps(data))

    return damage


def _at(offset: int, form: str, value: int) -> Callable[[bytes], bytes]:
    """The weights with one number changed; their first metadata is at byte 64."""
    return lambda data: data[:offset] + struct.pack(form, value) + data[offset + struct.calcsize(form) :]


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "no manifest": (lambda p: (p / "Manifest.json").unlink(), "expected an .mlpackage"),
    "garbage for a manifest": (lambda p: (p / "Manifest.json").write_text("{"), "expected the manifest"),
    "another manifest": (_manifest(lambda m: m.pop("rootModelIdentifier")), "expected the manifest"),
    "another version": (_manifest(lambda m: m.update(fileFormatVersion="2.0.0")), "version should be 1.0.0. It is 2.0.0"),
    "an item that isn't there": (
        _manifest(lambda m: m["itemInfoEntries"].update(w={"path": "w", "name": "weights", "author": "", "description": ""})),
        "item weights isn't there",
    ),
    "an item without a name": (_manifest(lambda m: m["itemInfoEntries"]["model"].pop("name")), "has no name"),
    "a model outside": (_manifest(lambda m: m["itemInfoEntries"]["model"].update(path="../../x")), "outside of the package"),
    "no model": (lambda p: _model(p).unlink(), "expected the model that the manifest names"),
    "half a model": (_bytes(_model, lambda data: data[: len(data) // 2]), "damaged model: a field goes beyond the end"),
    "garbage for a model": (_bytes(_model, lambda data: b"\xff" * 100), "damaged model"),
    "an empty model": (_bytes(_model, lambda data: b""), "expected a CoreML model with an ML program"),
    "no weights": (lambda p: _weights(p).unlink(), "expected the model's weights"),
    "weights without an end": (_bytes(_weights, lambda data: data[:200]), "goes beyond the file's end"),
    "no header": (_bytes(_weights, lambda data: data[:10]), "expected a header"),
    "another version of weights": (_bytes(_weights, _at(4, "<I", 1)), "expected version 2. Received: 1"),
    "no sentinel": (_bytes(_weights, _at(64, "<I", 1)), "no metadata there"),
    "another type": (_bytes(_weights, _at(68, "<I", 1)), "expected fp32. Received: fp16"),
    "another size": (_bytes(_weights, _at(72, "<Q", 8)), "expected 120 elements of 32 bits. Received: 8 bytes"),
    "data anywhere": (_bytes(_weights, _at(80, "<Q", 130)), "no multiple of 64"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_packages(damage: str, package: Path) -> None:
    change, message = DAMAGES[damage]
    change(package)
    with pytest.raises(FileError, match=message):
        run(package, [X])


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_model_cut_anywhere_is_an_error_of_its_own(cut: int, package: Path) -> None:
    data = _model(package).read_bytes()
    _model(package).write_bytes(data[: len(data) * cut // 40])
    with pytest.raises(FileError):
        run(package, [X])


@pytest.mark.parametrize("seed", range(20))
def test_a_model_with_other_bytes_is_an_error_of_its_own_or_runs(seed: int, package: Path) -> None:
    random = np.random.default_rng(seed)
    whole = _model(package).read_bytes()
    for _ in range(10):
        data = bytearray(whole)
        for place in random.integers(len(data), size=2):
            data[place] = random.integers(256)
        _model(package).write_bytes(data)
        with contextlib.suppress(FileError, UsageError):
            run(package, [X])
