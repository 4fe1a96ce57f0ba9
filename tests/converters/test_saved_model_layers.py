"""Every layer of the grid as a SavedModel, loaded and run by TensorFlow in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kport.converters.saved_model.target import TARGET
from kport.converters.target import Options, Tolerance
from tests.converters.grid import check_case, sampled
from tests.layers.case import LayerCase

pytestmark = pytest.mark.filterwarnings("ignore")

WIDER = {
    # TensorFlow sums 3D convolutions in half precision on a CPU: 13,500 products of 1 and 0.1 give 1370, in two dimensions 1350
    "Conv3D": Tolerance(1e-2, 2e-3),
    "RandomFourierFeatures": Tolerance(1e-2, 2e-2),  # the cosine of an argument that half precision has rounded
}
"""Layers that lose more digits in half precision than others, and why."""


@pytest.mark.parametrize("case", sampled(0.02))
def test_layer(case: LayerCase, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / "model")


@pytest.mark.slow
@pytest.mark.parametrize("case", sampled(1.0))
def test_layer_in_half_precision(case: LayerCase, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / "model", Options(precision="float16"), WIDER.get(case.layer))
