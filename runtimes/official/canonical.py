"""Artifacts of converters, rewritten so that the same graph gives the same bytes: converters go through sets and maps whose
order differs from process to process."""

from __future__ import annotations

import json
import re
import struct
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ADDED = "kport.added"
"""The metadata that kport adds to a TFLite model."""


def onnx_file(path: Path) -> list[str]:
    """Nodes in the order in which the outputs need them, and everything inside named by that order. Gives the operations
    that ONNX doesn't have."""
    import onnx

    model = onnx.load(str(path))
    _order(model.graph, {}, _Names())
    path.write_bytes(model.SerializeToString(deterministic=True))
    return sorted({node.op_type for node in _all_nodes(model.graph) if not onnx.defs.has(node.op_type, node.domain)})


def _all_nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for body in _bodies(node):
            yield from _all_nodes(body)


class _Names:
    """New names: the operation that computes a tensor and a number."""

    def __init__(self) -> None:
        self.count = 0

    def new(self, stem: str) -> str:
        self.count += 1
        return f"{stem}_{self.count}"


def _order(graph: Any, outer: dict[str, str], names: _Names) -> None:
    """Puts a graph in order, in place. outer: new names of tensors outside, for the body of a loop or a branch."""
    producers = {output: node for node in graph.node for output in node.output if output}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    is_body = bool(outer)
    renamed = dict(outer)
    for i, value in enumerate(graph.input):
        renamed[value.name] = names.new(f"input{i}") if is_body else value.name
    if not is_body:
        renamed.update({value.name: value.name for value in graph.output})
    nodes: list[Any] = []
    used: list[Any] = []
    done: set[int] = set()
    for value in graph.output:
        for name in _needed(value.name, producers, done):
            node = producers.get(name)
            if node is None:
                if name in constants and constants[name] not in used:
                    used.append(constants[name])
                    renamed.setdefault(name, names.new("const"))
                continue
            for body in _bodies(node):
                _order(body, renamed, names)
            for output in node.output:
                if output:
                    renamed.setdefault(output, names.new(node.op_type))
            nodes.append(node)
    for node in nodes:
        for side in (node.input, node.output):
            side[:] = [renamed.get(name, name) for name in side]
        node.name, node.doc_string = node.output[0], ""
    for tensor in used:
        tensor.name = renamed[tensor.name]
    for value in (*graph.input, *graph.output):
        value.name = renamed[value.name]
    del graph.value_info[:], graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(used)


def _needed(name: str, producers: dict[str, Any], done: set[int]) -> Iterator[str]:
    """What has to be there before a tensor, and it, in order: names of constants and of one output of each node."""
    pending = [(name, False)]
    while pending:
        current, is_ready = pending.pop()
        node = producers.get(current)
        if node is None or is_ready:
            yield current
        elif id(node) not in done:
            done.add(id(node))
            pending.append((current, True))
            pending += [(other, False) for other in reversed(list(_read(node)))]


def _read(node: Any) -> Iterator[str]:
    """The names that a node reads, also within its bodies."""
    yield from (name for name in node.input if name)
    for body in _bodies(node):
        for inner in body.node:
            yield from _read(inner)
        yield from (value.name for value in body.output)


def _bodies(node: Any) -> list[Any]:
    return [attribute.g for attribute in node.attribute if attribute.HasField("g")]


def tfjs_folder(path: Path, signature: Mapping[str, Any]) -> None:
    """Keys in order, and a whole signature: tensorflowjs leaves it out for frozen graphs and mixes up the names of several
    tensors otherwise."""
    file = path / "model.json"
    model = json.loads(file.read_text()) | {"signature": signature}
    file.write_text(json.dumps(model, sort_keys=True, separators=(",", ":")))


def tflite_file(data: bytes) -> bytes:
    """A TFLite model with room for kport's metadata: the last thing in the file, so that it can grow."""
    from tensorflow.lite.python import schema_py_generated as schema
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(data)
    room, entry = schema.BufferT(), schema.MetadataT()
    room.data = np.frombuffer(b"{}", np.uint8)
    entry.name, entry.buffer = ADDED, len(model.buffers)
    model.buffers.append(room)
    model.metadata = [*(model.metadata or []), entry]
    packed = bytearray(flatbuffer_utils.convert_object_to_bytearray(model))
    packed += bytes(-len(packed) % 4)
    table = schema.Model.GetRootAs(packed, 0).Buffers(entry.buffer)._tab
    field = table.Pos + table.Offset(4)
    packed[field : field + 4] = struct.pack("<I", len(packed) - field)
    return bytes(packed) + struct.pack("<I", 2) + b"{}"


def package(path: Path) -> None:
    """An .mlpackage: identifiers made of what they identify, instead of random ones, and constants numbered in order."""
    from coremltools.proto import Model_pb2

    file = path / "Manifest.json"
    manifest = json.loads(file.read_text())
    new = {key: str(uuid.uuid5(uuid.NAMESPACE_URL, item["path"])).upper() for key, item in manifest["itemInfoEntries"].items()}
    manifest["itemInfoEntries"] = {new[key]: item for key, item in manifest["itemInfoEntries"].items()}
    manifest["rootModelIdentifier"] = new[manifest["rootModelIdentifier"]]
    file.write_text(json.dumps(manifest, indent=4, sort_keys=True) + "\n")
    for place in path.rglob("*.mlmodel"):
        model = Model_pb2.Model.FromString(place.read_bytes())
        for function in model.mlProgram.functions.values():
            for block in function.block_specializations.values():
                _number_constants(block, {})
        place.write_bytes(model.SerializeToString(deterministic=True))


def _number_constants(block: Any, names: dict[str, str]) -> None:
    """Gives the constants that coremltools numbered their number in this block; names: new names by old ones."""
    for operation in block.operations:
        for argument in operation.inputs.values():
            for binding in argument.arguments:
                binding.name = names.get(binding.name, binding.name)
        for inner in operation.blocks:
            _number_constants(inner, names)
        for output in operation.outputs:
            if re.fullmatch(r"const_\d+", output.name):
                output.name = names.setdefault(output.name, f"const_{len(names)}")
                if "name" in operation.attributes:
                    operation.attributes["name"].immediateValue.tensor.strings.values[:] = [output.name]
    block.outputs[:] = [names.get(name, name) for name in block.outputs]


def saved_model(path: Path) -> None:
    """A SavedModel without the file that holds a random number, its maps in order."""
    from tensorflow.core.protobuf import saved_model_pb2

    (path / "fingerprint.pb").unlink(missing_ok=True)
    file = path / "saved_model.pb"
    file.write_bytes(saved_model_pb2.SavedModel.FromString(file.read_bytes()).SerializeToString(deterministic=True))
