"""Runs a .tflite file in LiteRT."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FileError, MissingComponentError, UsageError
from ...ir import Graph, TensorType
from ..quiet import without_notes
from ..samples import samples_for
from . import reader

PACKAGE = "ai-edge-litert"


def is_note(line: bytes) -> bool:
    """Whether LiteRT says no more than how it is set up."""
    return line.startswith(b"INFO: ")


def runtime() -> str:
    """The runtime and its version."""
    from importlib.metadata import version

    try:
        return f"LiteRT {version(PACKAGE)}"
    except PackageNotFoundError as error:
        raise MissingComponentError(f"running a .tflite file needs {PACKAGE}: pip install 'kport[tflite]'") from error


def interpreter(path: Path, **options: Any) -> Any:
    """LiteRT's interpreter on the CPU with its own XNNPACK kernels, as on a phone or a Raspberry Pi."""
    runtime()
    from ai_edge_litert.interpreter import Interpreter

    try:
        with without_notes(is_note):
            return Interpreter(str(path), num_threads=os.cpu_count(), **options)
    except (ValueError, RuntimeError) as error:
        raise FileError(f"LiteRT can't load {path}: {error}") from error


def _computed(opened: Any, inputs: Sequence[np.ndarray]) -> None:
    """Gives the inputs, in the sizes that they have, and computes."""
    details = opened.get_input_details()
    if len(details) != len(inputs):
        raise UsageError(f"expected {len(details)} inputs: {[d['name'] for d in details]}. Received: {len(inputs)}")
    try:
        for detail, array in zip(details, inputs, strict=True):
            if tuple(detail["shape"]) != array.shape:
                opened.resize_tensor_input(detail["index"], array.shape)
        with without_notes(is_note):
            opened.allocate_tensors()
        for detail, array in zip(details, inputs, strict=True):
            opened.set_tensor(detail["index"], array)
        opened.invoke()
    except (ValueError, RuntimeError) as error:
        raise UsageError(f"LiteRT can't compute this: {error}") from error


def run(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs for the inputs, both in the file's order."""
    opened = interpreter(path)
    _computed(opened, inputs)
    return [_output(opened, detail["index"]) for detail in opened.get_output_details()]


def _output(opened: Any, index: int) -> np.ndarray:
    """A tensor's array; text, which LiteRT gives as bytes, is text."""
    array: np.ndarray = opened.get_tensor(index)
    if array.dtype.kind not in "OS":
        return array
    return np.array([item.decode() for item in array.reshape(-1)], object).reshape(array.shape)


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input; they get the inputs' dtypes."""
    opened = interpreter(path)
    inputs, outputs = names(path, opened)
    declared = interface(opened, inputs)
    arrays = samples_for(declared, [x] if isinstance(x, np.ndarray) else x)
    _computed(opened, arrays)
    return {name: _output(opened, index) for name, index in outputs.items()}


def names(path: Path, opened: Any) -> tuple[dict[str, int], dict[str, int]]:
    """Input and output names with their tensors' numbers: of the signature, or else the tensors' own."""
    found = reader.signature(path)
    if found is not None:
        return found
    sides = (opened.get_input_details(), opened.get_output_details())
    inputs, outputs = ({detail["name"]: detail["index"] for detail in side} for side in sides)
    return inputs, outputs


def interface(opened: Any, inputs: Mapping[str, int]) -> Graph:
    """A graph that has only the inputs of the file, in its order."""
    graph = Graph()
    called = {index: name for name, index in inputs.items()}
    for detail in opened.get_input_details():
        sizes = tuple(None if d < 0 else int(d) for d in detail["shape_signature"])
        graph.add_input(called.get(detail["index"], detail["name"]), TensorType(_dtype(detail["dtype"]), sizes))
    return graph


def _dtype(kind: Any) -> str:
    dtype = np.dtype(kind)
    return "string" if dtype.kind in "OSU" else dtype.name


def observe(path: Path, inputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Every tensor of the main subgraph by name. Without XNNPACK, which would take some of them in."""
    from ai_edge_litert.interpreter import OpResolverType

    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    opened = interpreter(path, experimental_preserve_all_tensors=True, experimental_op_resolver_type=kernels)
    _computed(opened, inputs)
    found = {}
    for detail in opened.get_tensor_details():
        try:
            found[detail["name"]] = opened.get_tensor(detail["index"])
        except ValueError:  # an operator's own scratch space holds nothing
            continue
    return found
