"""DL4J on a JVM as the protocol drives it, on models written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kport.converters.runtime_process import RuntimeProcess
from kport.errors import KportError
from tests.converters.dl4j_check import LINEAR, By, by_hand

X = np.array([[1, 2, 3], [-1, 0, 2]], np.float32)
KERNEL = np.arange(-3, 3, dtype=np.float32).reshape(3, 2)
DENSE = By("Dense", {"units": 2, "use_bias": False, **LINEAR}, {"kernel": KERNEL})
RELU = By("Activation", {"activation": "relu"})


@pytest.fixture
def dl4j(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("jvm")


def test_it_says_what_it_is(dl4j: RuntimeProcess) -> None:
    assert dl4j.ask({"ask": "runtime"})["runtime"].startswith("DL4J 1.0.0-M2.1 (java ")


def test_a_model(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    answer = dl4j.run(by_hand(tmp_path, [DENSE, RELU], X), {"in0": X}, times=3)
    assert answer.order == ["end"] == list(answer.outputs)
    np.testing.assert_allclose(answer.outputs["end"], np.maximum(X @ KERNEL, 0), 1e-6)
    assert len(answer.run_ms) == 3 and min(answer.run_ms) > 0 < answer.load_ms


def test_inner_tensors_are_what_each_layer_gave(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    answer = dl4j.run(by_hand(tmp_path, [DENSE, RELU], X), {"in0": X}, observe=True)
    np.testing.assert_allclose(answer.outputs["l0"], X @ KERNEL, 1e-6)
    np.testing.assert_allclose(answer.outputs["l1"], np.maximum(X @ KERNEL, 0), 1e-6)
    assert (answer.outputs["l0"] < 0).any()


@pytest.mark.parametrize("dtype", ["float64", "int64", "int32", "int16", "int8", "bool", "uint8", "uint16", "uint32"])
def test_numbers_of_any_kind(dtype: str, dl4j: RuntimeProcess, tmp_path: Path) -> None:
    array = np.array([[0, 1, 100]]).astype(dtype)
    answer = dl4j.run(by_hand(tmp_path, [RELU], array), {"in0": array})
    np.testing.assert_array_equal(answer.outputs["end"], array.astype(np.float32))


def test_what_it_refuses_it_says_and_goes_on(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    file = by_hand(tmp_path, [DENSE], X)
    with pytest.raises(KportError, match=r"expected the inputs \[in0\]. Received: \[other\]"):
        dl4j.run(file, {"other": X})
    with pytest.raises(KportError, match=r"expected ask: runtime, run or self-test. Received: dance"):
        dl4j.ask({"ask": "dance"})
    with pytest.raises(KportError, match="expected the artifact's path"):
        dl4j.ask({"ask": "run"})
    with pytest.raises(KportError, match=r"DL4J can't import .*absent.h5"):
        dl4j.run(tmp_path / "absent.h5", {"in0": X})
    with pytest.raises(KportError, match=r"expected floats of 32 or 64 bits, or whole numbers. Received: dtype <f2"):
        dl4j.run(file, {"in0": X.astype(np.float16)})
    with pytest.raises(KportError, match="expected a file that kport wrote"):
        dl4j.ask({"ask": "self-test", "artifact": str(file)})
    assert dl4j.run(file, {"in0": X}).outputs["end"].shape == (2, 2)


def test_hundreds_of_requests(dl4j: RuntimeProcess, tmp_path: Path) -> None:
    file = by_hand(tmp_path, [DENSE], X)
    for _ in range(300):
        assert dl4j.run(file, {"in0": X}).outputs["end"].shape == (2, 2)
