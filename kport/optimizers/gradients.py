"""What happens to gradients before a step takes them.

The gradient of an embedding comes as `tf.IndexedSlices`: rows with their numbers, where a row that was looked up twice comes
twice. As in Keras, functions of single gradients (squares, clipping) see the rows as they come; sums come after.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import UsageError
from ..ops.backend import tf


def is_sparse(gradient: Any) -> bool:
    return isinstance(gradient, tf.IndexedSlices)


def mapped(gradient: Any, function: Callable[[Any], Any]) -> Any:
    """The function of each element; rows stay rows."""
    if is_sparse(gradient):
        return tf.IndexedSlices(function(gradient.values), gradient.indices, gradient.dense_shape)
    return function(gradient)


def summed(gradient: Any) -> Any:
    """The gradient as a tensor of its variable's shape: rows that come twice are added."""
    return tf.convert_to_tensor(gradient)


def summed_square(gradient: Any) -> Any:
    """g²; of rows that come twice Σ g², not (Σ g)²."""
    return summed(mapped(gradient, tf.square))


def without_absent(gradients: Sequence[Any], variables: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The gradients that there are, and their variables. None of all is a UsageError; some missing, a warning."""
    pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
    missing = [getattr(v, "path", v.name) for g, v in zip(gradients, variables, strict=True) if g is None]
    if not pairs:
        raise UsageError(
            "No gradients provided for any variable: expected a loss that depends on at least one of them. "
            f"Received: gradients=None for variables={missing}"
        )
    if missing:
        warnings.warn(
            f"Gradients do not exist for variables {missing} when minimizing the loss. "
            "If using `model.compile()`, did you forget to provide a `loss` argument?",
            stacklevel=3,
        )
    return [g for g, _ in pairs], [v for _, v in pairs]


def clipped(gradients: list[Any], clipnorm: float | None, global_clipnorm: float | None, clipvalue: float | None) -> list[Any]:
    """Gradients made smaller: each to a norm of its own, all to one norm, or each element to a range."""
    if clipnorm and clipnorm > 0:
        return [tf.clip_by_norm(g, clipnorm) for g in gradients]
    if global_clipnorm and global_clipnorm > 0:
        return _clipped_together(gradients, global_clipnorm)
    if clipvalue and clipvalue > 0:
        return [mapped(g, lambda x: tf.clip_by_value(x, -clipvalue, clipvalue)) for g in gradients]
    return gradients


def _clipped_together(gradients: list[Any], limit: float) -> list[Any]:
    """g · limit · min(1 / n, 1 / limit), n the norm of all gradients; all are NaN where n isn't finite."""
    dtype = gradients[0].dtype
    squares = [tf.reduce_sum(tf.square(g.values if is_sparse(g) else g)) for g in gradients]
    norm = tf.sqrt(tf.add_n([tf.cast(s, dtype) for s in squares]))
    scale = limit * tf.minimum(1.0 / norm, 1.0 / limit) + (norm - norm)
    return [summed(g) * tf.cast(scale, g.dtype) for g in gradients]


def all_finite(gradients: Sequence[Any]) -> Any:
    """Whether no element is infinite or NaN: a boolean scalar tensor."""
    values = [g.values if is_sparse(g) else g for g in gradients if g is not None]
    return tf.reduce_all(tf.stack([tf.reduce_all(tf.math.is_finite(v)) for v in values]))


def summed_over_replicas(tensors: list[Any]) -> list[Any]:
    """The sums over the replicas of a distributed training; the tensors themselves outside of one."""
    context = tf.distribute.get_replica_context()
    if context is None:
        raise UsageError(
            "expected the optimizer's apply() in a replica's context: call it in a function that `strategy.run` runs. "
            f"Received: a call in the scope of {type(tf.distribute.get_strategy()).__name__}"
        )
    if context.num_replicas_in_sync == 1:
        return tensors
    return list(context.all_reduce(tf.distribute.ReduceOp.SUM, tensors))
