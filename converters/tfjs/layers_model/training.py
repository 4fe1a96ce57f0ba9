"""What only training needs: initializers, regularizers and constraints by the names that TF.js has.

What it lacks is left out or replaced, as none of it plays a part once the weights are known; training goes on without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....layers.layer import Layer
from ....saving.dialects.plain import is_entry
from .steps import Config

_SAME: tuple[str, ...] = ("Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "Ones", "Orthogonal")
_SAME += ("RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros")
INITIALIZERS = {name: name for name in _SAME} | {"LecunNormal": "LeCunNormal", "LecunUniform": "LeCunUniform"}
CONSTRAINTS = ("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm")
REGULARIZERS = ("L1", "L2", "L1L2")
_DISTRIBUTIONS = {"untruncated_normal": "normal"}


def for_training(layer: Layer, config: Config) -> Config:
    """The configuration of a layer with what TF.js can train with."""
    kinds = {key: key.rpartition("_")[2] for key in config}
    found = {key: _CHANGES[kinds[key]](value) if kinds[key] in _CHANGES else value for key, value in config.items()}
    return found if _keeps_constraints(layer) else {k: None if kinds[k] == "constraint" else v for k, v in found.items()}


def _keeps_constraints(layer: Layer) -> bool:
    """Whether the weights are as their constraints want them: TF.js makes them so as soon as it loads them."""
    constrained = (w for w in layer.weights if w.constraint is not None)
    return all(np.allclose(w.constraint(w.numpy()), w.numpy(), rtol=1e-6, atol=0) for w in constrained)


def _initializer(value: Any) -> Any:
    if not is_entry(value) or value["class_name"] not in INITIALIZERS:
        return {"class_name": "Zeros", "config": {}}
    config = {k: _DISTRIBUTIONS.get(v, v) if k == "distribution" else v for k, v in value["config"].items()}
    return {"class_name": INITIALIZERS[value["class_name"]], "config": config}


def _regularizer(value: Any) -> Any:
    """TF.js has one class for all three; a part that isn't given counts 0.01 there."""
    if not is_entry(value) or value["class_name"] not in REGULARIZERS:
        return None
    return {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.0} | value["config"]}


def _constraint(value: Any) -> Any:
    return value if is_entry(value) and value["class_name"] in CONSTRAINTS else None


_CHANGES = {"initializer": _initializer, "regularizer": _regularizer, "constraint": _constraint}
