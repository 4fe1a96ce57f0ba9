"""What an initializer is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..configurable import Configurable


class Initializer(Configurable):
    """Called with a shape and a dtype, gives the initial array."""

    keras_module = "keras.initializers"

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
        raise NotImplementedError
