"""Every layer under mixed precision: computed in 16 bits as Keras does, within what 16 bits can hold."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from kport.ops.promotion import dtype_of
from kport.tree import flatten
from tests.compare import assert_same
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import new_layer
from tests.layers.oracle import call_oracle, oracle_layer

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

# four times the spacing of the 16-bit type near 1 (2^-10, 2^-7): a few roundings, in another order than Keras's
TOLERANCE = {"mixed_float16": 4e-3, "mixed_bfloat16": 3.2e-2}

IN_3D = ("MaxPooling3D", "AveragePooling3D", "AdaptiveMaxPooling3D", "AdaptiveAveragePooling3D")
NOT_COMPARED = {
    **{("mixed_float16", layer): "TensorFlow has no such kernel for CPUs" for layer in IN_3D},
    ("mixed_bfloat16", "STFTSpectrogram"): "TensorFlow has no Fourier transform of it",
    **{(policy, "Hashing"): "Keras refuses the policy: the output is integers" for policy in TOLERANCE},
    **{(policy, "Pipeline"): "takes no policy in Keras" for policy in TOLERANCE},
    **{(policy, "RandomCrop"): "Keras 3.15 forgets the policy and gives float32" for policy in TOLERANCE},
}


def with_policy(config: Any, policy: str) -> Any:
    """A configuration in which the layers in it have the policy too, as Keras writes them where it is the global one."""
    if isinstance(config, dict) and "class_name" in config and config.get("module", "keras.layers") == "keras.layers":
        return {**config, "config": {**with_policy(config["config"], policy), "dtype": policy}}
    if isinstance(config, dict):
        return {key: with_policy(item, policy) for key, item in config.items()}
    return [with_policy(item, policy) for item in config] if isinstance(config, list) else config


def first_cases() -> list[LayerCase]:
    """The first case of each layer that can have a policy."""
    found: dict[str, LayerCase] = {}
    for case in CASES:
        if case.oracle == "keras" and "dtype" not in case.config:
            found.setdefault(case.layer, case)
    return list(found.values())


@pytest.mark.parametrize("policy", TOLERANCE)
@pytest.mark.parametrize("case", first_cases(), ids=lambda case: case.layer)
def test_computes_in_16_bits_as_keras(case: LayerCase, policy: str) -> None:
    if (policy, case.layer) in NOT_COMPARED:
        pytest.skip(f"not compared: {NOT_COMPARED[policy, case.layer]}")
    mixed = dataclasses.replace(case, config={**with_policy(case.config, policy), "dtype": policy})
    oracle = oracle_layer(mixed)
    expected = call_oracle(oracle, mixed)
    layer, inputs, kwargs = new_layer(mixed)
    layer.set_weights([np.asarray(w) for w in oracle.weights if "seed" not in w.name])
    actual = layer(inputs, **kwargs)
    assert [dtype_of(x) for x in flatten(actual)] == [dtype_of(x) for x in flatten(expected)]
    assert_same(actual, expected, TOLERANCE[policy], TOLERANCE[policy])
