"""Inputs to verify with: seeded, and such as the model can take.

Integers stay below the vocabulary that they index, padding values end some of the sequences so that masks mask, and
unknown sizes get values that the model accepts. Floats are multiples of 1/64, which every precision holds exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import LayerError, UsageError
from ..interpret import interpret
from ..ir import Graph, Value
from ..ops.casting import Cast
from ..ops.gathering import OneHot, Take
from ..ops.indexing import Slice
from ..ops.logic import NotEqual
from ..ops.promotion import is_float
from ..ops.shape import ExpandDims, Reshape, Squeeze, Transpose

SEED = 20151  # any number, as long as it stays the same
BATCH = 2
SIZES = (16, 64, 128, 256, 512)
"""Tried in turn for unknown sizes beyond the batch, until the model takes them."""
TRANSPARENT = (Cast, Reshape, ExpandDims, Squeeze, Transpose, Slice)
"""Operations through which a value stays an index or a padding value."""


@dataclass
class Facts:
    """What the graph says about one input."""

    limit: int | None = None
    """Its elements index a table of this many entries."""
    padding: float | None = None
    """Elements of this value are masked."""


def facts(graph: Graph, value: Value) -> Facts:
    """What the operations that read `value` ask of its elements."""
    found = Facts()
    uses = graph.uses()
    pending = [value]
    while pending:
        current = pending.pop()
        for node in uses.get(current, []):
            if isinstance(node.op, TRANSPARENT):
                pending += node.outputs
            elif isinstance(node.op, Take) and len(node.inputs) > 1 and node.inputs[1] is current and node.inputs[0] is not None:
                size = node.inputs[0].shape[node.op.axis]
                found.limit = min(size or 10, found.limit or size or 10)
            elif isinstance(node.op, OneHot):
                found.limit = min(node.op.depth, found.limit or node.op.depth)
            elif isinstance(node.op, NotEqual):
                other = next((v for v in node.inputs if v is not None and v.data is not None and v.data.size == 1), None)
                if other is not None and other.data is not None and other.data.dtype.kind in "fiu":
                    found.padding = float(other.data.item())
    return found


def make_samples(graph: Graph, seed: int = SEED) -> list[np.ndarray]:
    """One array for each input, two samples each; the same for the same graph and seed."""
    unknown = any(d is None for v in graph.inputs for d in v.shape[1:])
    error: LayerError | None = None
    for size in SIZES if unknown else SIZES[:1]:
        arrays = [_array(graph, value, size, seed + i) for i, value in enumerate(graph.inputs)]
        if not unknown:
            return arrays
        try:
            interpret(graph, arrays)
        except LayerError as failure:
            error = failure
            continue
        return arrays
    raise UsageError(
        f"none of the sizes {SIZES} for the unknown dimensions of {[str(v.type) for v in graph.inputs]} fits the model: {error}. "
        "Give --input-shape or --samples"
    )


def _array(graph: Graph, value: Value, size: int, seed: int) -> np.ndarray:
    batch, *rest = value.shape or (BATCH,)
    shape = (BATCH if batch is None else batch, *(size if d is None else d for d in rest)) if value.shape else ()
    rng = np.random.default_rng(seed)
    known = facts(graph, value)
    dtype = value.dtype
    if dtype == "string":
        return rng.choice(np.array(["the", "quick", "brown fox", "", "Jumps over!"], object), shape)
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if is_float(dtype) and known.limit is None:
        array = (rng.integers(-64, 64, shape) / 64).astype(dtype)
    else:
        low = 1 if known.padding == 0 and (known.limit or 10) > 1 else 0
        array = rng.integers(low, known.limit or 10, shape).astype(dtype)
    if known.padding is not None and array.ndim > 1:
        _pad_sequences(array, known.padding)
    return array


def _pad_sequences(array: np.ndarray, padding: float) -> None:
    """Ends every second sample's sequence with the padding value."""
    length = array.shape[1]
    array[1::2, length - length // 3 :] = padding


def read_samples(path: Path, graph: Graph) -> list[np.ndarray]:
    """Samples from a .npz with an array for each input, by name, or a .npy for a model with one input."""
    if not path.exists():
        raise UsageError(f"expected a file of samples. Received: {path}, which does not exist")
    try:
        loaded = np.load(path, allow_pickle=False)
    except ValueError as error:
        raise UsageError(f"expected numbers in .npz or .npy form in {path}: {error}") from error
    arrays: Mapping[str, np.ndarray]
    arrays = {graph.input_names[0]: loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    if set(arrays) != set(graph.input_names):
        raise UsageError(f"expected arrays for the inputs {graph.input_names}. Received: {sorted(arrays)} in {path}")
    ordered = [arrays[name] for name in graph.input_names]
    return [check_sample(name, v, a) for name, v, a in zip(graph.input_names, graph.inputs, ordered, strict=True)]


def check_sample(name: str, value: Value, array: np.ndarray) -> np.ndarray:
    """The array in the input's dtype; UsageError if its shape doesn't fit."""
    fits = array.ndim == len(value.shape) and all(d is None or d == s for d, s in zip(value.shape, array.shape, strict=True))
    if not fits:
        raise UsageError(f"expected samples of {value.type} for input '{name}'. Received: shape={array.shape}")
    return array if value.dtype == "string" else array.astype(value.dtype)


def first_sample(arrays: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """The first sample of each array, as a batch of one: the golden case."""
    return (a[:1] for a in arrays)
