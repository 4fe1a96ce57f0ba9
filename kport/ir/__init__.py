"""The graph: data only. It knows no operation; operations know how to record themselves into it."""

from .graph import Graph, Node, Symbolic, Value
from .printer import format_graph
from .scope import current_scope, scope
from .types import TensorType

__all__ = ["Graph", "Node", "Symbolic", "TensorType", "Value", "current_scope", "format_graph", "scope"]
