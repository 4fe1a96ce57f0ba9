"""Writes a prepared graph as a SavedModel: a graph of TensorFlow operations, and its weights in a bundle beside it.

The graph is TensorFlow 1's kind, as TF-Serving runs it and tf.saved_model.load opens it: names and order of inputs and outputs
are exactly the model's, nothing is traced twice, and no weight lies in the graph, which protobuf limits to 2 GiB.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...ops.backend import tf
from ..contract import write_file
from ..passes.half_precision import half_precision
from ..quiet import without_notes
from ..target import Options
from .canonical import canonical
from .emissions import EMISSIONS

TAG, SIGNATURE, INITIALIZER = "serve", "serving_default", "__saved_model_init_op"
VARIABLES = "variables/variables"
NOTE = re.compile(rb"[IW]\d{4} |WARNING: All log messages before absl|To enable the following instructions")
"""What TensorFlow says of itself and of the machine when it is imported."""
LITERAL = 256
"""Constants of at most so many bytes lie in the graph."""
MARK = "_kport"
"""Begins the attribute of an operation that has the name of the value it gives, with the output's number behind it."""


def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes `graph` to the folder `path`."""
    if options.precision == "float16":
        graph, _ = half_precision(graph)
    (path / "variables").mkdir(parents=True)
    with without_notes(NOTE.match):
        with tf.Graph().as_default():
            values = Values(graph)
            meta = meta_graph(graph, values)
        canonical(meta)
        write_saved_model(meta, path / "saved_model.pb")
        write_bundle(values.weights, path / VARIABLES)
    if contract:
        write_file(path, contract)


def meta_graph(graph: Graph, values: Values) -> Any:
    """The graph, its signature, and what restores its weights, as TensorFlow's MetaGraphDef."""
    for node in graph.nodes:
        with tf.name_scope(plain(node.layer or node.op.name)):
            kind: Any = type(node.op)
            EMISSIONS[kind].emit(values, node)
    outputs = [tf.identity(values.tensor(v), f"output_{i}") for i, v in enumerate(graph.outputs)]
    saver = values.saver()
    tables = tf.compat.v1.tables_initializer(name="init_tables")
    meta = tf.compat.v1.train.export_meta_graph(saver_def=saver, collection_list=[], strip_default_attrs=True)
    meta.meta_info_def.tags.append(TAG)
    v1 = tf.compat.v1.saved_model
    signature = v1.build_signature_def(
        {n: v1.build_tensor_info(values.tensor(v)) for n, v in zip(graph.input_names, graph.inputs, strict=True)},
        {n: v1.build_tensor_info(t) for n, t in zip(graph.output_names, outputs, strict=True)},
        "tensorflow/serving/predict",
    )
    meta.signature_def[SIGNATURE].CopyFrom(signature)
    meta.signature_def[INITIALIZER].outputs[INITIALIZER].name = tables.name
    return meta


def write_saved_model(meta: Any, path: Path) -> None:
    """The protobuf message SavedModel (schema version 1) around one graph, by its fields: TensorFlow doesn't export its class."""
    content = meta.SerializeToString(deterministic=True)
    path.write_bytes(b"\x08\x01\x12" + _varint(len(content)) + content)


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def write_bundle(weights: Mapping[str, np.ndarray], prefix: Path) -> None:
    """The weights by name, in TensorFlow's format."""
    tensors = [tf.constant(array) for array in weights.values()]
    tf.raw_ops.SaveV2(prefix=str(prefix), tensor_names=list(weights), shape_and_slices=[""] * len(tensors), tensors=tensors)


class Values:
    """The tensors that stand for a graph's values."""

    def __init__(self, graph: Graph):
        self.weights: dict[str, np.ndarray] = {}
        self._variables: list[Any] = []
        self._tensors: dict[Value, Any] = {}
        for i, value in enumerate(graph.inputs):
            self._tensors[value] = tf.compat.v1.placeholder(value.dtype, value.shape, f"input_{i}")

    def tensor(self, value: Value) -> Any:
        if value not in self._tensors:
            assert value.data is not None
            self._tensors[value] = self._constant(value)
        return self._tensors[value]

    def bind(self, node: Node, results: Sequence[Any]) -> None:
        """The results stand for what the node gives, and bear its names."""
        for value, tensor in zip(node.outputs, results, strict=True):
            self._tensors[value] = tensor
            mark = f"{MARK}{tensor.value_index}"
            if not any(key == mark for key in tensor.op.node_def.attr):
                tensor.op._set_attr(mark, tf.compat.v1.AttrValue(s=value.name.encode()))

    def saver(self) -> Any:
        """Operations that restore the weights, and what says where they are."""
        if not self._variables:
            self._variable("nothing", np.zeros((), np.float32))  # a bundle has at least one
        return tf.compat.v1.train.Saver(self._variables, sharded=False, allow_empty=False).as_saver_def()

    def _constant(self, value: Value) -> Any:
        array = np.ascontiguousarray(value.data)
        with tf.init_scope(), tf.name_scope(""):  # not in the body of a loop
            if array.dtype == object or array.nbytes <= LITERAL:
                return tf.constant(array.tolist() if array.dtype == object else array, value.dtype, value.shape)
            return self._variable(plain(value.name), array).read_value()

    def _variable(self, name: str, array: np.ndarray) -> Any:
        """A variable whose initial value isn't in the graph: it is only ever restored."""
        variable = tf.compat.v1.Variable(
            lambda: tf.zeros(array.shape, array.dtype), trainable=False, use_resource=True, name=name, dtype=array.dtype
        )
        self._variables.append(variable)
        self.weights[variable.op.name] = array  # by the name that was free
        return variable


def plain(name: str) -> str:
    """A name as TensorFlow takes it: what it doesn't is an underscore."""
    said = "".join(c if c.isascii() and (c.isalnum() or c in "_./-") else "_" for c in name).strip("/")
    return said if said[:1].isalnum() or said[:1] == "." else f"x{said}"
