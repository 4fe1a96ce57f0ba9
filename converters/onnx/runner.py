"""Runs an .onnx file in ONNX Runtime."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FileError, KportError, UsageError
from ...ir import Graph, TensorType
from ...ops.promotion import numpy_dtype
from ..samples import samples_for
from .proto import data_type, output_field
from .reader import mapped, tensor_names

BFLOAT16 = "tensor(bfloat16)"
DTYPES = {"float": "float32", "double": "float64"}
"""What ONNX Runtime calls otherwise than NumPy."""


def runtime() -> str:
    """The runtime and its version."""
    import onnxruntime

    return f"onnxruntime {onnxruntime.__version__}"


def session(path: Path, more_outputs: bytes = b"") -> Any:
    """A session on the CPU that takes the weights from where they lie in the file: nothing is copied or repacked.

    more_outputs: fields of the model that add outputs; protobuf merges what is appended into the message.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # only what is fatal: errors are raised
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.disable_prepacking", "1")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.parent))
    with _told(FileError, f"ONNX Runtime can't load {path}"):
        return onnxruntime.InferenceSession(mapped(path) + more_outputs, options, providers=["CPUExecutionProvider"])


@contextmanager
def _told(kind: type[KportError], what: str) -> Iterator[None]:
    """The runtime's errors, which have no class in common, as kport's."""
    try:
        yield
    except Exception as error:
        raise kind(f"{what}: {error}") from error


def _run(opened: Any, outputs: list[str] | None, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    with _told(UsageError, "ONNX Runtime can't compute this"):
        if BFLOAT16 in {tensor.type for tensor in (*opened.get_inputs(), *opened.get_outputs())}:
            given = {name: _as_ort(array) for name, array in inputs.items()}
            names = outputs or [tensor.name for tensor in opened.get_outputs()]
            return [_from_ort(value) for value in opened.run_with_ort_values(names, given)]
        return list(opened.run(outputs, dict(inputs)))


def _as_ort(array: np.ndarray) -> Any:
    """The array as ONNX Runtime holds it; it doesn't know NumPy's bfloat16, but takes its bits."""
    from onnxruntime import OrtValue

    if array.dtype.name != "bfloat16":
        return OrtValue.ortvalue_from_numpy(array)
    return OrtValue.ortvalue_from_numpy_with_onnx_type(np.ascontiguousarray(array).view(np.uint16), data_type("bfloat16"))


def _from_ort(value: Any) -> np.ndarray:
    """The value as an array; the bits of a bfloat16 are read from where they lie."""
    if value.data_type() != BFLOAT16:
        return np.asarray(value.numpy())
    shape = value.shape()
    bits = ctypes.string_at(value.data_ptr(), 2 * math.prod(shape)) if math.prod(shape) else b""
    return np.frombuffer(bits, numpy_dtype("bfloat16")).reshape(shape)


def run(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs for the inputs, both in the file's order."""
    opened = session(path)
    names = [i.name for i in opened.get_inputs()]
    if len(names) != len(inputs):
        raise UsageError(f"expected {len(names)} inputs: {names}. Received: {len(inputs)}")
    return _run(opened, None, dict(zip(names, inputs, strict=True)))


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input; they get the inputs' dtypes."""
    opened = session(path)
    declared = interface(opened)
    arrays = samples_for(declared, [x] if isinstance(x, np.ndarray) else x)
    names = [o.name for o in opened.get_outputs()]
    return dict(zip(names, _run(opened, None, dict(zip(declared.input_names, arrays, strict=True))), strict=True))


def interface(opened: Any) -> Graph:
    """A graph that has only the inputs of the file."""
    graph = Graph()
    for tensor in opened.get_inputs():
        kind = tensor.type.removeprefix("tensor(").removesuffix(")")
        sizes = tuple(size if isinstance(size, int) else None for size in tensor.shape)
        graph.add_input(tensor.name, TensorType(DTYPES.get(kind, kind), sizes))
    return graph


def observe(path: Path, inputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Every tensor of the outermost graph by name."""
    opened = session(path, output_field(tensor_names(path)))
    inputs_by_name = dict(zip([i.name for i in opened.get_inputs()], inputs, strict=True))
    outputs = [o.name for o in opened.get_outputs()]
    return dict(zip(outputs, _run(opened, outputs, inputs_by_name), strict=True))
