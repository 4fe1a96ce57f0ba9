"""Runs an artifact in DL4J, on a JVM."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import UsageError
from ...ir import Graph, TensorType
from ...ops.promotion import numpy_dtype
from .. import installation
from ..contract import KEY
from ..runtime_process import Answer, RuntimeProcess
from ..samples import samples_for
from .names import Names, Port
from .reader import names, read_contract


def process() -> RuntimeProcess:
    """The JVM that answers. MissingComponentError if it isn't installed."""
    return installation.get("jvm").process()


def runtime() -> str:
    """The runtime and its version."""
    return str(process().ask({"ask": "runtime"})["runtime"])


def run(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs for the inputs, both in the model's order."""
    table = names(path)
    answer = _answer(path, table, inputs)
    return [returned(answer.outputs[port.layer], port) for port in table.outputs]


def observe(path: Path, inputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """What the layers that hold a value of the graph give, by the value's name."""
    table = names(path)
    answer = _answer(path, table, inputs, observe=True)
    return {table.values[layer]: array for layer, array in answer.outputs.items() if layer in table.values}


def _answer(path: Path, table: Names, inputs: Sequence[np.ndarray], **more: Any) -> Answer:
    if len(inputs) != len(table.inputs):
        raise UsageError(f"expected {len(table.inputs)} inputs: {[p.name for p in table.inputs]}. Received: {len(inputs)}")
    given = {port.layer: sent(array) for port, array in zip(table.inputs, inputs, strict=True)}
    return process().run(path, given, **more)


def sent(array: np.ndarray) -> np.ndarray:
    """An array as DL4J takes it: of float32, with an axis beside the batch's."""
    array = np.asarray(array, np.float32)
    return array[:, None] if array.ndim == 1 else array


def returned(array: np.ndarray, port: Port) -> np.ndarray:
    """An output as the Keras model gives it."""
    array = array.reshape(array.shape[: port.rank]) if array.ndim > port.rank else array
    return array.astype(numpy_dtype(port.dtype))


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input."""
    arrays = samples_for(interface(path), [x] if isinstance(x, np.ndarray) else x)
    return dict(zip([p.name for p in names(path).outputs], run(path, arrays), strict=True))


def interface(path: Path) -> Graph:
    """A graph that has only the inputs, with the shapes of the contract."""
    graph = Graph()
    contract = read_contract(path)
    shapes = {} if contract is None else {t["name"]: tuple(t["shape"]) for t in json.loads(contract[KEY])["inputs"]}
    for port in names(path).inputs:
        graph.add_input(port.name, TensorType(port.dtype, shapes.get(port.name, (None,) * port.rank)))
    return graph
