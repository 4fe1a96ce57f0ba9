"""Connectionist temporal classification: the loss of sequences that are not aligned with their labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, as_array
from .backend import is_tensorflow, tf
from .casting import cast, convert_to_tensor
from .promotion import dtype_of, result_dtype
from .softmax import log_softmax


def ctc_loss(target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0) -> Any:
    """-ln of the probability that the frames spell the labels: summed over every way to repeat labels and to put blanks
    between them.

    target: (batch, L) labels, target_length: (batch,) how many of them count, output: (batch, T, C) logits, output_length:
    (batch,) how many frames count, mask_index: the number of the blank → (batch,). Labels that so few
    frames can't spell lose ∞ in NumPy, about 700 in TensorFlow. In a graph it is a ShapeError.
    Source: Graves et al. 2006, "Connectionist temporal classification", equations 6 to 8.
    """
    if any(isinstance(x, Symbolic) for x in (target, output)):
        raise ShapeError("ctc_loss: expected arrays or TensorFlow tensors: it is for training and has no place in a graph")
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    dtype = result_dtype(dtype_of(output) or "float32", "float32")
    lengths = [cast(convert_to_tensor(n), "int32") for n in (target_length, output_length)]
    if not is_tensorflow(target) and not is_tensorflow(output):
        arrays = [as_array(x) for x in (cast(target, "int32"), cast(output, dtype), *lengths)]
        return _forward(arrays[0], arrays[1], arrays[2], arrays[3], mask_index)
    loss = tf.nn.ctc_loss(
        labels=cast(target, "int32"),
        logits=cast(output, "float32"),  # TensorFlow has no other kernel
        label_length=lengths[0],
        logit_length=lengths[1],
        blank_index=mask_index,
        logits_time_major=False,
    )
    return cast(loss, dtype)


def _forward(labels: np.ndarray, logits: np.ndarray, label_length: Any, frames: Any, blank: int) -> np.ndarray:
    """The forward recursion over frames, in logarithms. A state is a place in: blank, label, blank, label, ..., blank."""
    batch, count = labels.shape
    states = np.full((batch, 2 * count + 1), blank, np.int64)
    states[:, 1::2] = labels
    # a label may follow another directly, unless it is the same one
    direct = np.zeros(states.shape, bool)
    direct[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    log_p = np.take_along_axis(log_softmax(logits), states[:, None, :], -1)  # (batch, T, states)

    alpha = np.full(states.shape, -np.inf, logits.dtype)
    alpha[:, :2] = log_p[:, 0, :2]
    with np.errstate(invalid="ignore"):
        for t in range(1, logits.shape[1]):
            before = np.pad(alpha, ((0, 0), (2, 0)), constant_values=-np.inf)
            skipped = np.where(direct, before[:, :-2], -np.inf)
            step = log_p[:, t] + np.logaddexp(np.logaddexp(alpha, before[:, 1:-1]), skipped)
            alpha = np.where((t < frames)[:, None], step, alpha)
        rows, last = np.arange(batch), 2 * label_length
        ends_in_label = np.where(label_length > 0, alpha[rows, np.maximum(last - 1, 0)], -np.inf)
        return np.asarray(-np.logaddexp(alpha[rows, last], ends_in_label), logits.dtype)


__all__ = ["ctc_loss"]
