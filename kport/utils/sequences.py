"""Sequences of different lengths as one array."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UsageError


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """The sequences as an array (number, maxlen, *shape of a step), `value` where one is shorter.

    maxlen: the longest's length by default. padding, truncating: "pre" or "post", the end that is filled up or cut off.
    What isn't a list of sequences of equal steps is a UsageError.
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise UsageError(f"expected 'pre' or 'post'. Received: {name}={side!r}")
    if not hasattr(sequences, "__len__"):
        raise UsageError(f"expected a list of sequences. Received: sequences={sequences!r}")
    for index, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise UsageError(f"expected a list of sequences. Received: {sequence!r} at position {index}")
    is_text = dtype is object or np.issubdtype(dtype, np.str_) or np.issubdtype(dtype, np.bytes_)
    if isinstance(value, str) and not is_text:
        raise UsageError(f"expected dtype=object, which holds text of any length. Received: dtype={dtype!r}, value={value!r}")
    longest = max(map(len, sequences), default=0) if maxlen is None else maxlen
    step = next((np.shape(sequence)[1:] for sequence in sequences if len(sequence)), ())
    padded = np.full((len(sequences), longest, *step), value, dtype=dtype)
    for index, sequence in enumerate(sequences):
        kept = sequence[-longest:] if truncating == "pre" else sequence[:longest]
        if not len(kept):
            continue
        array = np.asarray(kept, dtype=dtype)
        if array.shape[1:] != step:
            raise UsageError(f"expected steps of shape {step}. Received: shape={array.shape[1:]} at position {index}")
        place = slice(longest - len(array), None) if padding == "pre" else slice(len(array))
        padded[index, place] = array
    return padded
