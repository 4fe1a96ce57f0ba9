"""A layer's weight or state."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType
from .autocast import seen_dtype
from .backend import is_tensorflow, is_traced_by_tensorflow, tf
from .promotion import numpy_dtype


class Variable:
    """A named array that an operation takes like any tensor.

    The initial value is computed on first use only, so that loading a file never pays for initial values it replaces.
    The array is NumPy's until TensorFlow first computes with it; from then on a TensorFlow variable holds it
    (`in_tensorflow`), so that gradients flow to it and steps of training change it in place.

    initializer: a function (shape, dtype) → array, an array or number, whose shape the variable has, or None for zeros.
    autocast is Keras's; the layer decides here.
    aggregation: what becomes of different values that the replicas of a distributed training assign: "none", "mean",
    "sum" or "only_first_replica"; synchronization: "auto", or "on_read" for sums that replicas keep apart until they are read.
    """

    def __init__(
        self,
        initializer: Any = None,
        shape: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        *,
        regularizer: Any = None,
        constraint: Any = None,
    ):
        if initializer is not None and not callable(initializer):
            first = np.asarray(
                initializer.numpy() if hasattr(initializer, "numpy") else initializer, numpy_dtype(dtype or "float32")
            )
            shape, initializer = first.shape, lambda shape, dtype: first
        self.name = self.path = name or "variable"
        self.type = TensorType(dtype or "float32", tuple(int(d) for d in shape or ()))
        self.trainable = trainable
        self.initializer = initializer
        self.regularizer = regularizer
        self.constraint = constraint
        self.aggregation = aggregation
        self.synchronization = synchronization
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

    @property
    def is_in_tensorflow(self) -> bool:
        """Whether a TensorFlow variable holds the numbers."""
        return self._value is not None and is_tensorflow(self._value)

    def in_tensorflow(self) -> Any:
        """The TensorFlow variable that holds the numbers from now on; made outside of any graph. Strings stay in NumPy."""
        if not self.is_in_tensorflow and self.type.dtype != "string":
            with tf.init_scope():
                self._value = tf.Variable(
                    self.stored,
                    trainable=self.trainable,
                    name=re.sub(r"[^A-Za-z0-9_.\\/>-]|^[^A-Za-z0-9.]", "_", self.path),
                    dtype=self.type.dtype,
                    aggregation=tf.VariableAggregation[self.aggregation.upper()],
                    synchronization=tf.VariableSynchronization[self.synchronization.upper()],
                )
        return self._value

    def numpy(self) -> np.ndarray:
        """The array as it is now, while TensorFlow records a function, too."""
        if is_traced_by_tensorflow():
            with tf.init_scope():
                return np.asarray(self.stored)
        return np.asarray(self.stored)

    def __float__(self) -> float:
        return float(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def assign(self, value: Any) -> Any:
        """Replaces the value; shape must match, the dtype is cast to the variable's. Returns the variable."""
        return self._change("assign", value)

    def assign_add(self, value: Any) -> Any:
        """Adds `value`, as `assign` does."""
        return self._change("assign_add", value)

    def assign_sub(self, value: Any) -> Any:
        """Subtracts `value`, as `assign` does."""
        return self._change("assign_sub", value)

    def _change(self, how: str, value: Any) -> Variable:
        if isinstance(value, Symbolic) and self.synchronization == "on_read":
            return self  # a metric's: no output of a graph that is recorded comes from it
        value = value.value if isinstance(value, Variable) else value if hasattr(value, "shape") else np.asarray(value)
        if not _fits(value.shape, self.shape, scalar=how != "assign"):
            raise ShapeError(f"weight '{self.path}' has shape {self.shape}. Received: shape={tuple(value.shape)}")
        if is_tensorflow(value) or self.is_in_tensorflow or is_traced_by_tensorflow():
            held = self.in_tensorflow()
            getattr(held, how)(tf.cast(value, held.dtype))
            return self
        array = np.asarray(value)
        if how != "assign":
            array = self.stored + array if how == "assign_add" else self.stored - array
        self._value = array.astype(numpy_dtype(self.type.dtype), copy=False)
        return self

    def as_constant(self) -> tuple[np.ndarray, str]:
        """The array and the name it gets as a constant of a graph."""
        seen = self.dtype
        return (self.numpy(), self.path) if seen == self.type.dtype else (np.asarray(self.value), f"{self.path}:{seen}")

    # TensorFlow takes what has these three for a variable: gradients can be asked for it

    _should_act_as_resource_variable = True

    @property
    def handle(self) -> Any:
        return self.in_tensorflow().handle

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        held = self.in_tensorflow()
        return tf.convert_to_tensor(held if self.dtype == self.type.dtype else tf.cast(held, self.dtype), dtype, name=name)

    # without this `array * variable` would compute with a copy, which has no gradient

    __array_ufunc__ = None

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype=dtype)

    def __repr__(self) -> str:
        return f"<Variable {self.path}: {self.type}>"


def _fits(given: Any, shape: tuple[int, ...], scalar: bool) -> bool:
    """Whether a value of the shape `given` (sizes may be unknown) can be assigned to the variable's."""
    if getattr(given, "rank", 0) is None:
        return True
    given = tuple(given)
    return (scalar and given == ()) or (
        len(given) == len(shape) and all(g is None or g == d for g, d in zip(given, shape, strict=True))
    )
