"""tf.keras's layers that are a TensorFlow function: TFOpLambda, SlicingOpLambda, TensorFlowOpLayer → Operation."""

from __future__ import annotations

import json
from typing import Any

Config = dict[str, Any]


def op_lambda(config: Config) -> tuple[str, Config]:
    """`function` is TensorFlow's public name; all arguments come with the call."""
    return "Operation", {"operation": f"tf.{config['function']}", "name": config["name"]}


def op_layer(config: Config) -> tuple[str, Config]:
    """`node_def` is a node of a TensorFlow graph as JSON, `constants` its inputs (by position) that aren't tensors."""
    node = config["node_def"]
    node = json.loads(node) if isinstance(node, str) else node
    attributes = {key: value for key, value in map(_attribute, node.get("attr", {}).items()) if value is not None}
    constants = {str(k): v for k, v in (config.get("constants") or {}).items()}
    operation = {"operation": f"tf.raw_ops.{node['op']}", "arguments": attributes, "constants": constants}
    return "Operation", {**operation, "name": f"tf_op_layer_{config['name']}"}


def _attribute(item: tuple[str, Any]) -> tuple[str, Any]:
    """An attribute's value from its one typed field; shapes and dtypes of inputs aren't needed."""
    name, value = item
    if not isinstance(value, dict) or len(value) != 1:
        return name, None
    kind, content = next(iter(value.items()))
    if kind == "i":
        return name, int(content)
    if kind in ("f", "b"):
        return name, content
    if kind == "type":
        return name, content if name in ("DstT", "out_type") else None
    if kind == "list" and isinstance(content, dict):
        return name, [int(i) for i in content.get("i", [])]
    return name, None
