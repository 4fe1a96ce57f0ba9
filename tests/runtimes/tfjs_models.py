"""Small TF.js models, written by hand: what the runtime is tested on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

DTYPES = {"float32": "DT_FLOAT", "int32": "DT_INT32", "bool": "DT_BOOL"}


def node(name: str, op: str, inputs: Sequence[str] = (), **attributes: Any) -> dict[str, Any]:
    """A node of a graph model. An attribute is a dtype's name, a bool, or the name of a function."""
    return {"name": name, "op": op, "input": list(inputs), "attr": {key: attribute(value) for key, value in attributes.items()}}


def attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"b": value}
    if value in DTYPES:
        return {"type": DTYPES[value]}
    return {"func": {"name": value, "attr": {}}}


def placeholder(name: str, dtype: str, shape: Sequence[int]) -> dict[str, Any]:
    made = node(name, "Placeholder", dtype=dtype)
    made["attr"]["shape"] = {"shape": {"dim": [{"size": str(size)} for size in shape]}}
    return made


def write_graph(
    folder: Path,
    nodes: Sequence[Mapping[str, Any]],
    weights: Mapping[str, np.ndarray],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    functions: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """A graph model. inputs, outputs: names → tensors. Two shards, the first of one byte."""
    constants = [node(name, "Const", dtype=array.dtype.name) for name, array in weights.items()]
    types = {n["name"]: n["attr"].get("dtype", {}).get("type", "DT_FLOAT") for n in nodes}
    signature = [
        {name: {"name": at, "dtype": types[at.partition(":")[0]]} for name, at in side.items()} for side in (inputs, outputs)
    ]
    data = b"".join(array.tobytes() for array in weights.values())
    shards = {"a.bin": data[:1], "b.bin": data[1:]}
    specs = [{"name": name, "shape": list(array.shape), "dtype": array.dtype.name} for name, array in weights.items()]
    model = {
        "format": "graph-model",
        "signature": {"inputs": signature[0], "outputs": signature[1]},
        "modelTopology": {"node": [*constants, *nodes], "library": {"function": list(functions)}, "versions": {"producer": 1}},
        "weightsManifest": [{"paths": list(shards), "weights": specs}],
    }
    folder.mkdir()
    (folder / "model.json").write_text(json.dumps(model))
    for name, shard in shards.items():
        (folder / name).write_bytes(shard)
    return folder


WEIGHT = np.arange(-6, 6, dtype=np.float32).reshape(3, 4)


def dense(folder: Path) -> Path:
    """relu(x @ W) as "features", whether each is above 0 as "positive", and n + n as "twice"."""
    return write_graph(
        folder,
        [
            placeholder("x", "float32", (-1, 3)),
            placeholder("n", "int32", (-1,)),
            node("product", "MatMul", ["x", "W"], transpose_a=False, transpose_b=False),
            node("relu", "Relu", ["product"]),
            node("above", "Greater", ["relu", "zero"], dtype="bool"),
            node("sum", "AddV2", ["n", "n"], dtype="int32"),
        ],
        {"W": WEIGHT, "zero": np.zeros((), np.float32)},
        {"n": "n:0", "x": "x:0"},
        {"positive": "above:0", "features": "relu:0", "twice": "sum:0"},
    )


def function(name: str, nodes: Sequence[Mapping[str, Any]], result: str, dtype: str) -> dict[str, Any]:
    """A function of one argument, the floats `v`, that a loop calls."""
    arguments = [{"name": "v", "type": "DT_FLOAT"}]
    signature = {"name": name, "inputArg": arguments, "outputArg": [{"name": "out", "type": DTYPES[dtype]}]}
    return {"signature": signature, "nodeDef": list(nodes), "ret": {"out": result}}


def loop(folder: Path) -> Path:
    """Doubles x until its sum is 100 or more: a loop with functions of its own."""
    weights = {"most": np.array(100, np.float32), "axis": np.zeros(1, np.int32)}  # a function's constants are weights, too
    constants = [node(name, "Const", dtype=array.dtype.name) for name, array in weights.items()]
    condition = [*constants, node("s", "Sum", ["v", "axis"], keep_dims=False), node("less", "Less", ["s", "most"])]
    body = [node("doubled", "AddV2", ["v", "v"])]
    return write_graph(
        folder,
        [placeholder("x", "float32", (-1,)), node("loop", "StatelessWhile", ["x"], cond="condition", body="body")],
        weights,
        {"x": "x:0"},
        {"y": "loop:0"},
        [function("condition", condition, "less:z:0", "bool"), function("body", body, "doubled:z:0", "float32")],
    )
