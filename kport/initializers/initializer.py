"""What an initializer is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..configurable import Configurable
from ..ops.promotion import numpy_dtype


class Initializer(Configurable):
    """Called with a shape and a dtype (float32 by default), gives the initial array. A subclass says in `values` what the
    numbers are."""

    keras_module = "keras.initializers"

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(self.values(tuple(shape))).astype(numpy_dtype(dtype or "float32"), copy=False)

    def values(self, shape: tuple[int, ...]) -> Any:
        """The numbers, in whatever dtype they are computed in."""
        raise NotImplementedError(f"initializer {type(self).__name__} has no values")

    def clone(self) -> Any:
        """Another one from the same configuration; without a seed it gives other random values."""
        return type(self).from_config(self.get_config())
