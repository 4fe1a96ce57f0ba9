"""What kind of TensorFlow graph a file holds."""

from __future__ import annotations

from pathlib import Path

import sessions
from graphs import Graph, SavedGraph, Shapes
from tensorflow.core.protobuf import saved_model_pb2


def open_graph(path: Path, shapes: Shapes) -> Graph:
    """A SavedModel directory of TensorFlow 1 or 2, or a frozen graph."""
    if not path.is_dir():
        return sessions.open_frozen(path, shapes)
    meta = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes()).meta_graphs[0]
    if meta.HasField("object_graph_def"):
        return SavedGraph(path, shapes)
    return sessions.open_saved(path, meta, shapes)
