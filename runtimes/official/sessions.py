"""Graphs of TensorFlow 1, frozen or in a SavedModel. They may hold loops of a kind that functions of TensorFlow 2 can't, so they
run in a session, and converters that can read the frozen GraphDef itself get that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from graphs import Graph, Shapes, chosen, fixed

v1 = tf.compat.v1
LEARNING_PHASE = "keras_learning_phase"
"""Keras 1 and 2 ask this placeholder whether they train."""
PASSIVE = ("Const", "NoOp", "Placeholder", "PlaceholderWithDefault", "Assert")
"""Operations that are no result, even if nothing reads them."""


class SessionGraph(Graph):
    """A graph in a session.

    feeds, fetches: its tensors by the names of the inputs and outputs; constants: what other placeholders hold.
    """

    def __init__(
        self,
        session: Any,
        feeds: Mapping[str, tf.Tensor],
        fetches: Mapping[str, tf.Tensor],
        shapes: Shapes,
        constants: Mapping[tf.Tensor, Any],
    ):
        self._session, self._feeds, self._fetches, self._constants = session, feeds, fetches, dict(constants)
        self.specs = fixed({n: tf.TensorSpec(t.shape, t.dtype) for n, t in feeds.items()}, shapes)
        self._definition = self._named(self._freeze())
        self.frozen = self.folder / "graph.pb"
        self.frozen.write_bytes(self._definition.SerializeToString(deterministic=True))

    def compute(self, inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        feeds = {self._feeds[name]: array for name, array in inputs.items()}
        found: dict[str, np.ndarray] = self._session.run(dict(self._fetches), feeds | self._constants)
        return {n: np.asarray(y) for n, y in found.items()}

    def call(self, **tensors: tf.Tensor) -> Mapping[str, tf.Tensor]:
        names = list(self._fetches)
        found = tf.graph_util.import_graph_def(self._definition, tensors, [f"{n}:0" for n in names], name="")
        return dict(zip(names, found, strict=True))

    def _freeze(self) -> Any:
        results = [tensor.op.name for tensor in self._fetches.values()]
        return v1.graph_util.convert_variables_to_constants(self._session, self._session.graph.as_graph_def(), results)

    def _named(self, definition: Any) -> Any:
        """The frozen graph under the names of the interface, with the sizes that were asked for."""
        with tf.Graph().as_default() as graph:
            own = {self._feeds[n].name: v1.placeholder(s.dtype, s.shape, n) for n, s in self.specs.items()}
            held = {t.name: tf.constant(value, t.dtype) for t, value in self._constants.items()}
            kept = {f"{node.name}:0" for node in definition.node}
            given = {name: tensor for name, tensor in (own | held).items() if name in kept}
            results = tf.graph_util.import_graph_def(definition, given, [t.name for t in self._fetches.values()], name="graph")
            for name, result in zip(self._fetches, results, strict=True):
                tf.identity(result, name)
            return graph.as_graph_def()


def open_frozen(path: Path, shapes: Shapes) -> SessionGraph:
    """A GraphDef: its placeholders are the inputs, what nothing reads are the outputs."""
    definition = v1.GraphDef.FromString(path.read_bytes())
    read = {name.lstrip("^").split(":")[0] for node in definition.node for name in node.input}
    placeholders = [node.name for node in definition.node if node.op == "Placeholder"]
    phases = [name for name in placeholders if name.startswith(LEARNING_PHASE)]
    inputs = [name for name in placeholders if name not in phases]
    outputs = [node.name for node in definition.node if node.name not in read and node.op not in PASSIVE]
    if not inputs or not outputs:
        raise ValueError(f"expected placeholders and results in {path}. Received: inputs={inputs}, outputs={outputs}")
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(definition, name="")
    tensors = {name: graph.get_tensor_by_name(f"{name}:0") for name in (*placeholders, *outputs)}
    feeds, fetches = ({name: tensors[name] for name in names} for names in (inputs, outputs))
    return SessionGraph(v1.Session(graph=graph), feeds, fetches, shapes, {tensors[name]: False for name in phases})


def open_saved(path: Path, meta: Any, shapes: Shapes) -> SessionGraph:
    """The signature of a SavedModel of TensorFlow 1."""
    graph = tf.Graph()
    session = v1.Session(graph=graph)
    with graph.as_default():
        signatures = v1.saved_model.load(session, list(meta.meta_info_def.tags), str(path)).signature_def
    signature = signatures[chosen({name: s for name, s in signatures.items() if s.inputs}, path)]
    feeds, fetches = (
        {name: graph.get_tensor_by_name(info.name) for name, info in sorted(side.items())}
        for side in (signature.inputs, signature.outputs)
    )
    return SessionGraph(session, feeds, fetches, shapes, {})
