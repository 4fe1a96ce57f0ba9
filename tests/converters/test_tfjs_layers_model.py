"""TF.js layers models: written from a model's layers, loaded by tf.loadLayersModel, computing the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kport.converters.runtime_process import RuntimeProcess
from kport.converters.target import Options, Target
from kport.converters.tfjs.layers_model import write_model
from kport.converters.tfjs.target import TARGET
from kport.errors import UnsupportedError
from kport.trace import trace
from tests.converters.grid import agrees, sampled
from tests.layers.case import LayerCase
from tests.layers.graphs import built_layer, model_of

LAYERS = Options(format="layers")


@pytest.fixture(scope="module")
def target(needs_runtime: Callable[[str], RuntimeProcess]) -> Target:
    needs_runtime("browser")
    return replace(TARGET, write_model=write_model, from_layers=lambda options: options.format == "layers")


@pytest.mark.parametrize("case", sampled(1))
def test_layer(case: LayerCase, target: Target, tmp_path: Path) -> None:
    model, inputs = model_of(*built_layer(case))
    try:
        agrees(target, model, trace(model), inputs, tmp_path / "model.tfjs", LAYERS)
    except UnsupportedError as e:
        pytest.skip(str(e).split("\n")[1])
