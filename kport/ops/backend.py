"""TensorFlow, imported the first time a TensorFlow kernel runs, and not before."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from ..errors import MissingComponentError


class _LazyTensorFlow:
    """Stands for the module `tensorflow`."""

    _module: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        if self._module is None:
            try:
                self._module = importlib.import_module("tensorflow")
            except ImportError as error:
                raise MissingComponentError(
                    "TensorFlow is needed here and is not installed: pip install 'kport[tensorflow]'"
                ) from error
        return getattr(self._module, name)


tf: Any = _LazyTensorFlow()


def is_tensorflow(x: Any) -> bool:
    """Whether `x` is a TensorFlow tensor or variable. Never imports TensorFlow."""
    return "tensorflow" in sys.modules and type(x).__module__.startswith("tensorflow.")


def is_traced_by_tensorflow() -> bool:
    """Whether TensorFlow is recording a function: what is done now is done once, not at each call. Never imports TensorFlow."""
    return "tensorflow" in sys.modules and not tf.executing_eagerly()
