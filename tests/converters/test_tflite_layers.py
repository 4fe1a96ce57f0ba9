"""Every layer of the grid in LiteRT, with a batch size that isn't known, in single precision and with half-precision weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from kport.converters.target import Options
from kport.converters.tflite.target import TARGET
from tests.converters.grid import check_case, sampled
from tests.layers.case import LayerCase

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("case", sampled(0.3))
def test_layer(case: LayerCase, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / "model.tflite")


@pytest.mark.parametrize("case", sampled(0.0))
def test_layer_with_half_precision_weights(case: LayerCase, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / "model.tflite", Options(precision="float16"))
