"""Numbers of categories as vectors."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...ir import Value

OUTPUT_MODES = ("int", "one_hot", "multi_hot", "count")

_OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def output_mode_of(mode: str, known: tuple[str, ...], layer: str) -> str:
    """`mode` by its present name; LayerError if it is not among `known`."""
    mode = _OLD_MODES.get(mode, mode)
    if mode not in known:
        raise LayerError(f"expected an output_mode among {', '.join(known)}. Received: output_mode={mode!r}", layer)
    return mode


def encode(indices: Any, mode: str, depth: int, dtype: str, weights: Any = None) -> Any:
    """Integers in another form, by `mode`. Numbers outside of [0, depth) count nothing.

    int: as they are; one_hot: (..., 1) or (...) → (..., depth); multi_hot, count: the axis 1 (0 of a vector) is summed up
    into (..., depth), which says whether or how often each number is there; `weights` are what each counts.
    """
    if mode == "int":
        return ops.cast(indices, dtype)
    rank = len(indices.shape)
    if rank == 0:
        indices, rank = ops.expand_dims(indices, 0), 1
    if mode == "one_hot":
        return ops.one_hot(ops.squeeze(indices, -1) if rank > 1 and indices.shape[-1] == 1 else indices, depth, dtype=dtype)
    if rank > 2:
        indices = ops.moveaxis(indices, 1, -1)
        weights = None if weights is None else ops.moveaxis(weights, 1, -1)
    return ops.count_indices(indices, depth, weights, binary=mode == "multi_hot", dtype=dtype)


def only_types(x: Any) -> bool:
    """Whether a call with `x` is for the types of its outputs alone, which need no vocabulary."""
    return isinstance(x, Value) and x.graph.types_only
