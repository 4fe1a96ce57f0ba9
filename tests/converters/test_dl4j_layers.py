"""Every layer of the grid in DL4J, with a batch size that isn't known."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kport.converters.dl4j.target import TARGET
from kport.errors import UnsupportedError
from kport.trace import trace
from tests.converters.grid import agrees, sampled
from tests.layers.case import LayerCase
from tests.layers.graphs import built_layer, model_of

pytestmark = pytest.mark.filterwarnings("ignore")

FUNCTIONS = r"imports no layer (that divides|that takes roots|with a logarithm|with an exponential|that rounds|that raises)"
TEXT = "no layer (that reads or writes text|with a table of keys)"
REFUSED = {
    "Activation": FUNCTIONS,
    "AutoContrast": FUNCTIONS,
    "AveragePooling3D": "strides longer than the window",
    "ContrastLimitedAdaptiveHistogramEqualization": FUNCTIONS,
    "Dot": FUNCTIONS,
    "FeatureSpace": TEXT,
    "ConvLSTM3D": "DL4J's arrays have up to 5 axes",
    "GRUCell": FUNCTIONS,
    "GlobalAveragePooling1D": FUNCTIONS,
    "GroupNormalization": FUNCTIONS,
    "HashedCrossing": TEXT,
    "Hashing": TEXT,
    "IntegerLookup": TEXT,
    "LayerNormalization": FUNCTIONS,
    "MelSpectrogram": FUNCTIONS,
    "MultiHeadAttention": f"{FUNCTIONS}|makes NaN of what is infinite",
    "RMSNormalization": FUNCTIONS,
    "RandomFourierFeatures": "a function of angles",
    "Resizing": FUNCTIONS,
    "STFTSpectrogram": FUNCTIONS,
    "TimeDistributed": "nothing goes along the batch axis",  # of a TimeDistributed
    "Softmax": f"{FUNCTIONS}|makes NaN of what is infinite",
    "StringLookup": TEXT,
    "TextVectorization": TEXT,
    "UnitNormalization": FUNCTIONS,
}
"""Layers that some of their cases can't be said, and what the error then says; all cases of every other layer pass."""


@pytest.mark.parametrize("case", sampled(0.15))
def test_layer(case: LayerCase, needs_runtime: Callable[[str], Any], tmp_path: Path) -> None:
    needs_runtime("jvm")
    model, inputs = model_of(*built_layer(case))
    if case.layer not in REFUSED:
        agrees(TARGET, model, trace(model), inputs, tmp_path / "model.dl4j.h5")
        return
    try:
        agrees(TARGET, model, trace(model), inputs, tmp_path / "model.dl4j.h5")
    except UnsupportedError as error:
        assert re.search(REFUSED[case.layer], str(error)), error
