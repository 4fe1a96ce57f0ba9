"""Every layer of the grid as a CoreML package in the interpreter, with a batch size that isn't known: in single precision,
and a sample in half precision and for newer systems, whose operations differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from kport.converters.coreml.target import TARGET
from kport.converters.target import Options, Tolerance
from tests.converters.grid import check_case, sampled
from tests.layers.case import LayerCase

pytestmark = pytest.mark.filterwarnings("ignore")

NAME = "model.mlpackage"
WIDER = {
    "RandomFourierFeatures": Tolerance(1e-2, 2e-2),  # the cosine of an argument that half precision has rounded
    "MelSpectrogram": Tolerance(2e-2, 2e-3),  # the logarithm of sums that are small beside their rounded terms
}
"""Layers that lose more digits in half precision than others, and why."""


@pytest.mark.parametrize("case", sampled(0.3))
def test_layer(case: LayerCase, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / NAME)


@pytest.mark.parametrize("case", sampled(0.05))
def test_layer_in_half_precision(case: LayerCase, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / NAME, Options(precision="float16"), WIDER.get(case.layer))


@pytest.mark.parametrize("min_os", ["ios16", "ios17", "ios18"])
@pytest.mark.parametrize("case", sampled(0))
def test_layer_for_newer_systems(case: LayerCase, min_os: str, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / NAME, Options(min_os=min_os))
