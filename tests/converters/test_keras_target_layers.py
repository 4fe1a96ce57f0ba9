"""Every layer of the grid as a `.keras` archive, opened and run by Keras 3 in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kport.converters.keras.target import TARGET
from tests.converters.grid import check_case, sampled
from tests.layers.case import LayerCase

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("case", sampled(0.02))
def test_layer(case: LayerCase, tmp_path: Path) -> None:
    check_case(case, TARGET, tmp_path / "model.keras")
