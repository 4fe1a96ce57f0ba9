"""Cross-entropies of probabilities and of logits, with the names and arguments of keras.ops.

TensorFlow has operations that compute them from logits at once; everything else is composed. Probabilities that TensorFlow
computed by a softmax or sigmoid are taken back to the logits they came from: nothing is lost where they are 0 or 1.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..errors import UsageError
from .activation import relu, softplus
from .attached import logits_of
from .backend import is_tensorflow, tf
from .bounds import clip
from .casting import as_float, cast
from .elementwise import absolute, add, divide, log, multiply, negative, subtract
from .gathering import take_along_axis
from .promotion import dtype_of
from .reduce import sum as sum_of
from .shape import expand_dims, squeeze
from .softmax import log_softmax

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1, as Keras does."""


def _logits(output: Any, from_logits: bool, op_type: str, name: str) -> tuple[Any, bool]:
    """The logits that `output` is or comes from, and whether they are."""
    logits = logits_of(output, op_type)
    if logits is None:
        return output, from_logits
    if from_logits:
        warnings.warn(
            f"{name}: expected logits because of from_logits=True. Received: what a softmax or sigmoid computed; "
            f"its own input is used instead. Leave out from_logits=True, or the activation",
            stacklevel=4,
        )
    return logits, True


def _probabilities(output: Any) -> Any:
    return clip(output, EPSILON, 1 - EPSILON)


def _check_same_shape(name: str, target: Any, output: Any) -> None:
    sizes = tuple(target.shape), tuple(output.shape)
    if len(sizes[0]) != len(sizes[1]) or any(a is not None and b is not None and a != b for a, b in zip(*sizes, strict=True)):
        raise UsageError(
            f"{name}: expected a target of the output's shape. Received: target.shape={sizes[0]}, output.shape={sizes[1]}"
        )


def _in_tensorflow(*xs: Any) -> bool:
    return any(map(is_tensorflow, xs))


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-(t · ln p + (1 - t) · ln(1 - p)) of each element; with logits x = ln(p / (1 - p)): max(x, 0) - x · t + ln(1 + e^-|x|).

    target: (...), output: (...) → (...). Shapes that differ are a UsageError.
    """
    output = as_float(output)
    _check_same_shape("binary_crossentropy", target, output)
    output, from_logits = _logits(output, from_logits, "Sigmoid", "binary_crossentropy")
    target = cast(target, dtype_of(output) or "float32")
    if not from_logits:
        output = _probabilities(output)
        chosen = multiply(target, log(output))
        return negative(add(chosen, multiply(subtract(1.0, target), log(subtract(1.0, output)))))
    if _in_tensorflow(target, output):
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=output)
    return add(subtract(relu(output), multiply(output, target)), softplus(negative(absolute(output))))


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """-Σ t · ln p along `axis`, the classes; probabilities are first divided by their sum, logits x mean p = softmax(x).

    target: (..., C), output: (..., C) → (...). Shapes that differ are a UsageError.
    """
    output = as_float(output)
    if not len(target.shape):
        raise UsageError(f"categorical_crossentropy: expected an axis of classes. Received: target.shape={tuple(target.shape)}")
    _check_same_shape("categorical_crossentropy", target, output)
    output, from_logits = _logits(output, from_logits, "Softmax", "categorical_crossentropy")
    target = cast(target, dtype_of(output) or "float32")
    if not from_logits:
        logs = log(_probabilities(divide(output, sum_of(output, axis, keepdims=True))))
    elif _in_tensorflow(target, output):
        return tf.nn.softmax_cross_entropy_with_logits(labels=target, logits=output, axis=axis)
    else:
        logs = log_softmax(output, axis)
    return negative(sum_of(multiply(target, logs), axis))


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """-ln p of the class that `target` names; as categorical_crossentropy, but that p are clipped before the division.

    target: (...) or (..., 1), the numbers of classes, output: (..., C) → (...). Other shapes, another axis than the last, and
    numbers outside of 0 to C - 1 are a UsageError.
    """
    output = as_float(output)
    rank = len(output.shape)
    if axis not in (-1, rank - 1):
        raise UsageError(f"sparse_categorical_crossentropy: expected the classes in the last axis. Received: axis={axis}")
    output, from_logits = _logits(output, from_logits, "Softmax", "sparse_categorical_crossentropy")
    target = cast(target, "int64")
    if len(target.shape) == rank and target.shape[-1] == 1:
        target = squeeze(target, -1)
    sizes = tuple(target.shape), tuple(output.shape)
    if len(sizes[0]) != rank - 1 or any(a is not None and b is not None and a != b for a, b in zip(*sizes, strict=False)):
        raise UsageError(
            f"sparse_categorical_crossentropy: expected target: (...), the numbers of classes, and output: (..., classes). "
            f"Received: target.shape={sizes[0]}, output.shape={sizes[1]}. One-hot targets need categorical_crossentropy"
        )
    if not from_logits:
        output = log(_probabilities(output))
    if _in_tensorflow(target, output):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=output)
    _check_classes(target, sizes[1][-1])
    return negative(squeeze(take_along_axis(log_softmax(output), expand_dims(target, -1), -1), -1))


def _check_classes(target: Any, classes: int | None) -> None:
    """TensorFlow's own operation finds wrong numbers itself."""
    if isinstance(target, np.ndarray) and classes is not None and target.size:
        least, greatest = target.min(), target.max()
        if least < 0 or greatest >= classes:
            raise UsageError(f"expected the numbers of {classes} classes, 0 to {classes - 1}. Received: {least} to {greatest}")


__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
]
