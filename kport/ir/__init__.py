"""The graph: data only. It knows no operation; operations know how to record themselves into it."""

from .arrays import as_array, dtype_name
from .graph import Graph, Node, Symbolic, Value
from .printer import format_graph
from .scope import current_scope, scope
from .types import TensorType

__all__ = ["Graph", "Node", "Symbolic", "TensorType", "Value", "as_array", "current_scope", "dtype_name", "format_graph", "scope"]
