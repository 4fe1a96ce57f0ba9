"""What every artifact says about itself: where it comes from, how to feed it, and one case that it must reproduce."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..ir import Graph
from ..ops.promotion import numpy_dtype

KEY = "kport.contract"
PARITY_KEY = "kport.parity"
PREPROCESSING = "preprocessing"
"""Where the contract has the program of what is to be done before the artifact."""
CONVERTER_KEY = "kport.converter"
"""Who wrote the artifact, if it wasn't kport."""
GOLDEN_LIMIT = 8 << 20
"""A golden case with more bytes than this is left out: the artifact shouldn't be mostly test data."""


def contract(
    version: str,
    source: Mapping[str, Any],
    options: Mapping[str, Any],
    graph: Graph,
    inputs: Sequence[np.ndarray] | None,
    outputs: Sequence[np.ndarray] | None,
    preprocessing: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """The contract as a mapping of texts. inputs, outputs: the golden case, if the reference was run; preprocessing: what
    is to be done before the artifact."""
    data = {
        "kport": version,
        "source": dict(source),
        "options": {k: v for k, v in options.items() if v is not None},
        "inputs": tensors(graph.input_names, [v.type for v in graph.inputs]),
        "outputs": tensors(graph.output_names, [v.type for v in graph.outputs]),
        "golden": golden(graph, inputs, outputs) if inputs is not None and outputs is not None else None,
    }
    if preprocessing is not None:
        data[PREPROCESSING] = dict(preprocessing)
    return {KEY: json.dumps(data, separators=(",", ":"))}


def tensors(names: Sequence[str], types: Sequence[Any]) -> list[dict[str, Any]]:
    """Names, shapes (null for unknown sizes) and dtypes, as JSON has them."""
    return [{"name": n, "shape": list(t.shape), "dtype": t.dtype} for n, t in zip(names, types, strict=True)]


def golden(graph: Graph, inputs: Sequence[np.ndarray], outputs: Sequence[np.ndarray]) -> dict[str, Any] | None:
    """One case: arrays by name, each as dtype, shape and zlib-compressed little-endian bytes in base64."""
    arrays = [*inputs, *outputs]
    if sum(a.nbytes for a in arrays) > GOLDEN_LIMIT or any(a.dtype == object for a in arrays):
        return None
    return {
        "inputs": {n: encode(a) for n, a in zip(graph.input_names, inputs, strict=True)},
        "outputs": {n: encode(a) for n, a in zip(graph.output_names, outputs, strict=True)},
    }


def encode(array: np.ndarray) -> dict[str, Any]:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    data = base64.b64encode(zlib.compress(little.tobytes(), 6)).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "zlib": data}


def decode(data: Mapping[str, Any]) -> np.ndarray:
    """The array that `encode` wrote."""
    raw = zlib.decompress(base64.b64decode(data["zlib"]))
    return np.frombuffer(raw, np.dtype(numpy_dtype(data["dtype"])).newbyteorder("<")).reshape(data["shape"])


FILE = "kport.json"
"""The contract's file in an artifact that is a folder."""


def write_file(folder: Path, entries: Mapping[str, str]) -> None:
    """Writes the contract's texts, or adds to them, in a folder's `kport.json`. The contract itself is there as an object."""
    found = {**(read_file(folder) or {}), **entries}
    data = {key: json.loads(text) if key == KEY else text for key, text in found.items()}
    (folder / FILE).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read_file(folder: Path) -> dict[str, str] | None:
    """The contract's texts from a folder; None if it has none."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or KEY not in data:
        return None
    return {key: json.dumps(value, separators=(",", ":")) if key == KEY else str(value) for key, value in data.items()}
