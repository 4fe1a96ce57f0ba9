"""A layer's weight or state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .autocast import seen_dtype
from .backend import is_tensorflow, tf
from .promotion import numpy_dtype


class Variable:
    """A named array that an operation takes like any tensor.

    The initial value is computed on first use only, so that loading a file never pays for initial values it replaces.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: str = "float32",
        initializer: Callable[..., Any] | None = None,
        *,
        name: str = "variable",
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
    ):
        self.name = name
        self.path = name
        self.type = TensorType(dtype, tuple(shape))
        self.trainable = trainable
        self.initializer = initializer
        self.regularizer = regularizer
        self.constraint = constraint
        self._value: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.type.shape  # type: ignore[return-value]

    @property
    def dtype(self) -> str:
        """The dtype an operation sees: within a mixed-precision layer, the layer's compute dtype."""
        return seen_dtype(self.type.dtype)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def value(self) -> Any:
        """The array (or the TensorFlow variable, while training) as an operation sees it."""
        if self.dtype == self.type.dtype:
            return self.stored
        stored = self.stored
        return tf.cast(stored, self.dtype) if is_tensorflow(stored) else stored.astype(numpy_dtype(self.dtype))

    @property
    def stored(self) -> Any:
        """The array (or the TensorFlow variable, while training) as it is kept."""
        if self._value is None:
            if self.initializer is None:
                self._value = np.zeros(self.shape, numpy_dtype(self.type.dtype))
            else:
                self._value = np.asarray(self.initializer(self.shape, dtype=self.type.dtype))
        return self._value

    def numpy(self) -> np.ndarray:
        return np.asarray(self.stored)

    def assign(self, value: Any) -> None:
        """Replaces the value; shape must match, the dtype is cast to the variable's."""
        if tuple(value.shape) != self.shape:
            raise ShapeError(f"weight '{self.path}' has shape {self.shape}. Received: shape={tuple(value.shape)}")
        if self._value is not None and hasattr(self._value, "assign"):
            self._value.assign(value)
        else:
            self._value = np.asarray(value).astype(numpy_dtype(self.type.dtype), copy=False)

    def as_constant(self) -> tuple[np.ndarray, str]:
        """The array and the name it gets as a constant of a graph."""
        seen = self.dtype
        return (self.numpy(), self.path) if seen == self.type.dtype else (np.asarray(self.value), f"{self.path}:{seen}")

    # without these two `array * variable` and `tensor * variable` would compute with a copy, which has no gradient

    __array_ufunc__ = None

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return tf.convert_to_tensor(self.value, dtype, name=name)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype=dtype)

    def __repr__(self) -> str:
        return f"<Variable {self.path}: {self.type}>"
