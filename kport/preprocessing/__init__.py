"""`keras.preprocessing`: what Keras 1 and 2 had for images, sequences and texts. Newer code finds it in `kport.utils`."""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "image_dataset_from_directory": "kport.utils.image_dataset",
    "text_dataset_from_directory": "kport.utils.text_dataset",
    "timeseries_dataset_from_array": "kport.utils.timeseries_dataset",
}
_MODULES = ("image", "sequence", "text")

__all__ = sorted([*_MODULES, *_NAMES])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"kport.preprocessing.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'kport.preprocessing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
