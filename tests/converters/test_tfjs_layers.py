"""Every layer of the grid in TF.js, with a batch size that isn't known: in Node on both back ends, in half precision, and a
sample in a browser on the GPU's back ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.converters.runtime_process import RuntimeProcess
from kport.converters.target import Options, Target
from kport.converters.tfjs import runner
from kport.converters.tfjs.target import TARGET
from tests.converters.grid import check_case, sampled
from tests.layers.case import LayerCase

pytestmark = pytest.mark.filterwarnings("ignore")

BETWEEN = {"crop_to_aspect_ratio": True, "height": 3, "width": 9}
"""A pixel of this case of Resizing lies exactly between two integers, 206.5: the last bit of a sum decides."""

IN_BROWSERS = {
    "Activation", "AveragePooling2D", "AveragePooling3D", "BatchNormalization", "Concatenate", "Conv1D", "Conv2D",
    "Conv2DTranspose", "Conv3D", "Cropping2D", "Dense", "DepthwiseConv2D", "Embedding", "GRU", "LSTM", "LayerNormalization",
    "MaxPooling2D", "MultiHeadAttention", "Permute", "PReLU", "Reshape", "Softmax", "UpSampling2D", "ZeroPadding2D",
}  # fmt: skip
"""Layers that are checked on the GPU's back ends, each in its first case."""


def on(backend: str) -> Target:
    """The target, checked on another back end than the usual one."""
    return replace(TARGET, run=partial(runner.run, backend=backend))


def but_for_the_last_bit(run: Callable[..., Any]) -> Callable[..., Any]:
    """The pixel between two integers as the reference has it."""

    def rounded(path: Path, inputs: list[np.ndarray]) -> list[np.ndarray]:
        (image,) = run(path, inputs)
        assert image[0, 0, 1, 0] in (206, 207)
        image[0, 0, 1, 0] = 206
        return [image]

    return rounded


def check(case: LayerCase, target: Target, path: Path, options: Options = Options()) -> None:  # noqa: B008
    if case.layer == "Resizing" and case.config == BETWEEN:
        target = replace(target, run=but_for_the_last_bit(target.run))
    check_case(case, target, path, options)


@pytest.fixture(scope="module", autouse=True)
def node(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("browser")


@pytest.mark.parametrize("case", sampled(0.2))
def test_layer(case: LayerCase, tmp_path: Path) -> None:
    check(case, TARGET, tmp_path / "model.tfjs")


@pytest.mark.parametrize("case", sampled(0.0))
def test_layer_without_webassembly(case: LayerCase, tmp_path: Path) -> None:
    check(case, on("cpu"), tmp_path / "model.tfjs")


@pytest.mark.parametrize("case", sampled(0.0))
def test_layer_in_half_precision(case: LayerCase, tmp_path: Path) -> None:
    check(case, TARGET, tmp_path / "model.tfjs", Options(precision="float16"))


def first_cases() -> list[Any]:
    seen: set[str] = set()
    found = []
    for parameter in sampled(0.0):
        case = parameter.values[0]
        if case.layer in IN_BROWSERS - seen:
            seen.add(case.layer)
            found.append(parameter)
    assert seen == IN_BROWSERS
    return found


@pytest.mark.parametrize("backend", ["webgl", "webgpu"])
@pytest.mark.parametrize("case", first_cases())
def test_layer_on_a_gpu(case: LayerCase, backend: str, needs_chromium: RuntimeProcess, tmp_path: Path) -> None:
    check(case, on(f"chromium-{backend}"), tmp_path / "model.tfjs")
