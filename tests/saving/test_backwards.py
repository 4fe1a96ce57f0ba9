"""Keras 2's dialect written: reading it again gives the layer that was written."""

from __future__ import annotations

from typing import Any

import pytest

from kport import layers
from kport.configurable import serialize
from kport.converters.tfjs.layers_model.table import LAYERS
from kport.registry import layers as registry
from kport.saving.dialects import keras2
from kport.saving.dialects.backwards import OWN, downgrade
from tests.layers.case import LayerCase
from tests.layers.cases import CASES

WITH_LAYERS = {"Bidirectional", "TimeDistributed", "RNN"}
"""Layers within these are the writer's to go into."""


def is_said(case: LayerCase) -> bool:
    """Whether both dialects have the case: Keras 2 lacks Keras 3's hard_sigmoid, Keras 3 some BatchNormalizations."""
    activations = {
        case.config.get(key) for key in ("activation", "recurrent_activation") if isinstance(case.config.get(key), str)
    }
    axes = case.config.get("axis")
    several = case.layer == "BatchNormalization" and isinstance(axes, (list, tuple)) and len(axes) > 1
    return "hard_sigmoid" not in activations and not case.config.get("renorm") and not several


CHOSEN = [case for case in CASES if case.layer in LAYERS and case.layer not in WITH_LAYERS and is_said(case)]


def own(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration without what Keras 2 has no word for."""
    return {key: value for key, value in config.items() if key not in OWN}


@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.id)
def test_there_and_back(case: LayerCase) -> None:
    layer = registry.find(case.layer).from_config(case.layer_config())
    again = registry.get(keras2.upgrade(downgrade(serialize(layer))))
    assert own(again.get_config()) == own(layer.get_config())


def test_keras_3s_hard_sigmoid_is_not_taken_for_keras_2s() -> None:
    assert downgrade(serialize(layers.Activation("hard_sigmoid")))["config"]["activation"] == "hard_sigmoid_keras3"
    assert downgrade(serialize(layers.Activation("hard_sigmoid_keras2")))["config"]["activation"] == "hard_sigmoid"
