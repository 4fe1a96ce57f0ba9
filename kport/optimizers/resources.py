"""The TensorFlow variables that a step changes.

In a distributed training each replica changes its own copy of a variable, by the handle of that copy: the replicas' summed
gradients are the same, so the copies stay equal without asking each other.
"""

from __future__ import annotations

from typing import Any

from ..ops.backend import tf
from ..ops.variable import Variable


def held(variable: Any) -> Any:
    """The TensorFlow variable that holds a weight's numbers."""
    return variable.in_tensorflow() if isinstance(variable, Variable) else variable


def handle(variable: Any) -> Any:
    """The handle of this replica's copy."""
    return held(variable).handle


def read(variable: Any) -> Any:
    """The numbers now, as a tensor."""
    return tf.convert_to_tensor(held(variable))


def assign(variable: Any, value: Any) -> None:
    """variable ← value. Slices (`tf.IndexedSlices`) replace the rows they name."""
    _change(variable, value, tf.raw_ops.AssignVariableOp, tf.raw_ops.ResourceScatterUpdate)


def assign_add(variable: Any, value: Any) -> None:
    """variable ← variable + value. Slices are added to the rows they name."""
    _change(variable, value, tf.raw_ops.AssignAddVariableOp, tf.raw_ops.ResourceScatterAdd)


def assign_sub(variable: Any, value: Any) -> None:
    """variable ← variable - value. Slices are taken from the rows they name."""
    _change(variable, value, tf.raw_ops.AssignSubVariableOp, tf.raw_ops.ResourceScatterSub)


def _change(variable: Any, value: Any, dense: Any, scatter: Any) -> None:
    target = held(variable)
    if not isinstance(value, tf.IndexedSlices):
        value = tf.convert_to_tensor(value)
    if value.dtype != target.dtype:
        value = tf.cast(value, target.dtype)
    if isinstance(value, tf.IndexedSlices):
        scatter(resource=target.handle, indices=value.indices, updates=value.values)
    else:
        dense(resource=target.handle, value=value)
