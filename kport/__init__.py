"""kport opens any Keras model ever saved and puts it on every platform, with proof that the numbers are the same.

Names are loaded when they are first used: importing kport alone imports neither NumPy nor any framework.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "dtype_policies",
    "errors",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
)
_NAMES = {
    "DTypePolicy": "kport.dtype_policies",
    "Initializer": "kport.initializers",
    "Input": "kport.layers",
    "KerasTensor": "kport.layers.keras_tensor",
    "Layer": "kport.layers",
    "Loss": "kport.losses",
    "Metric": "kport.metrics",
    "Model": "kport.models",
    "Optimizer": "kport.optimizers",
    "Regularizer": "kport.regularizers",
    "Sequential": "kport.models",
    "Variable": "kport.ops.variable",
    "convert": "kport.converters.api",
    "inspect": "kport.converters.api",
    "load": "kport.saving",
    "predict": "kport.converters.api",
    "preprocess": "kport.converters.preprocessing",
    "register": "kport.registry",
    "verify": "kport.converters.api",
}

__all__ = sorted([*_MODULES, *_NAMES])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"kport.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'kport' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
