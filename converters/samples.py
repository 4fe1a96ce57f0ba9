"""Inputs to verify with: seeded, and such as the model can take.

Integers stay below the vocabulary that they index, padding values end some of the sequences so that masks mask, and
unknown sizes get values that the model accepts. Floats are multiples of 1/64, which every precision holds exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ..errors import LayerError, UsageError
from ..interpret import interpret
from ..ir import Graph, TensorType, Value
from ..ops.casting import Cast
from ..ops.gathering import OneHot, Take
from ..ops.indexing import Slice
from ..ops.logic import NotEqual
from ..ops.promotion import is_float, numpy_dtype
from ..ops.shape import Concatenate, ExpandDims, Reshape, Squeeze, Transpose
from .files import read_arrays

Compute = Callable[[Sequence[np.ndarray]], list[np.ndarray]]
Samples = str | Path | Sequence[np.ndarray] | Mapping[str, np.ndarray] | None

SEED = 20151  # any number, as long as it stays the same
BATCH = 2
SIZES = (16, 64, 128, 256, 512)
"""Tried in turn for unknown sizes beyond the batch, until the model takes them."""
TRANSPARENT = (Cast, Concatenate, Reshape, ExpandDims, Squeeze, Transpose, Slice)
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


def make_samples(graph: Graph, seed: int = SEED, compute: Compute | None = None) -> list[np.ndarray]:
    """One array for each input, two samples each; the same for the same graph and seed.

    compute: what says by LayerError that sizes don't fit the model; default: the interpreter on the graph.
    """
    compute = compute or partial(interpret, graph)
    unknown = any(d is None for v in graph.inputs for d in v.shape[1:])
    error: LayerError | None = None
    for size in SIZES if unknown else SIZES[:1]:
        arrays = [_array(graph, value, size, seed + i) for i, value in enumerate(graph.inputs)]
        if not unknown:
            return arrays
        try:
            compute(arrays)
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
        return np.asarray(rng.choice(np.array(["the", "quick", "brown fox", "", "Jumps over!"], object), shape), object)
    if dtype == "bool":
        return np.asarray(rng.random(shape) < 0.5)
    if is_float(dtype) and known.limit is None:
        array = np.asarray(rng.integers(-64, 64, shape) / 64, numpy_dtype(dtype))
    else:
        low = 1 if known.padding == 0 and (known.limit or 10) > 1 else 0
        array = np.asarray(rng.integers(low, known.limit or 10, shape), numpy_dtype(dtype))
    if known.padding is not None and array.ndim > 1 and _holds(dtype, known.padding):
        _pad_sequences(array, known.padding)
    return array


def _holds(dtype: str, number: float) -> bool:
    """Whether a dtype has this very number: an integer that is compared with 0.5 has no padding value."""
    return is_float(dtype) or (number.is_integer() and np.iinfo(dtype).min <= number <= np.iinfo(dtype).max)


def _pad_sequences(array: np.ndarray, padding: float) -> None:
    """Ends every second sample's sequence with the padding value."""
    length = array.shape[1]
    array[1::2, length - length // 3 :] = padding


def samples_for(graph: Graph, samples: Samples, compute: Compute | None = None) -> list[np.ndarray]:
    """The user's samples (a file, arrays in order or by name) in the order of the inputs, or seeded ones."""
    if samples is None:
        return make_samples(graph, compute=compute)
    origin = ""
    if isinstance(samples, (str, Path)):
        origin = f" in {samples}"
        found = read_arrays(Path(samples))
        samples = [found] if isinstance(found, np.ndarray) else found
    if isinstance(samples, Mapping):
        if set(samples) != set(graph.input_names):
            raise UsageError(f"expected arrays for the inputs {graph.input_names}. Received: {sorted(samples)}{origin}")
        samples = [samples[name] for name in graph.input_names]
    if len(samples) != len(graph.inputs):
        raise UsageError(
            f"expected arrays for {len(graph.inputs)} input(s): {graph.input_names}. Received: {len(samples)}{origin}"
        )
    return [check_sample(n, v, np.asarray(a)) for n, v, a in zip(graph.input_names, graph.inputs, samples, strict=True)]


def check_sample(name: str, value: Value, array: np.ndarray) -> np.ndarray:
    """The array in the input's dtype; UsageError if its shape doesn't fit or its numbers would change."""
    fits = array.ndim == len(value.shape) and all(d is None or d == s for d, s in zip(value.shape, array.shape, strict=True))
    if not fits:
        raise UsageError(f"expected samples of {value.type} for input '{name}'. Received: shape={array.shape}")
    if value.dtype == "string":
        if array.dtype.kind not in "OSU":
            raise UsageError(f"expected text for input '{name}'. Received: dtype={array.dtype}")
        return array.astype(object)
    if array.dtype.kind in "biuf" or is_float(array.dtype.name):
        with np.errstate(invalid="ignore"):  # what doesn't fit an integer is found below
            converted = array.astype(numpy_dtype(value.dtype))
        if is_float(value.dtype) or np.array_equal(converted, array):
            return converted
    raise UsageError(f"expected samples that {value.dtype} holds for input '{name}'. Received: dtype={array.dtype}")


def arrays_for(
    inputs: Mapping[str, TensorType], x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray
) -> list[np.ndarray]:
    """Arrays in the order of an artifact's inputs, of their dtypes, from arrays by name, in order, or for the only input."""
    declared = Graph()
    for name, type in inputs.items():
        declared.add_input(name, type)
    return samples_for(declared, [x] if isinstance(x, np.ndarray) else x)
