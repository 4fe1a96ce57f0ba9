"""Operations that a functional model applies to its tensors, as objects of keras.ops.

What the table lacks stays an operation of kport's, which Keras doesn't know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Entry = dict[str, Any]
Said = tuple[str, dict[str, Any], list[Any]]
"""Class, configuration, and the arguments of a call."""
Say = Callable[[dict[str, Any], list[Any]], Said | None]
"""(attributes, arguments of a call) → how Keras says it; None where it can't."""

_SAME = """
Absolute Add Ceil Cos Cosh Divide Elu Equal Erf Exp Expm1 Floor FloorDivide Gelu Greater GreaterEqual Less LessEqual Log Log1p
LogSoftmax LogicalAnd LogicalNot LogicalOr LogicalXor Maximum Minimum Mod Multiply Negative NotEqual Power Reciprocal Relu Round
Rsqrt Selu Sigmoid Sign Silu Sin Sinh Softmax Softplus Softsign Sqrt Square StopGradient Subtract Tan Tanh TakeAlongAxis Where
"""
_RENAMED = {
    "Acos": "Arccos",
    "Acosh": "Arccosh",
    "Asin": "Arcsin",
    "Asinh": "Arcsinh",
    "Atan": "Arctan",
    "Atan2": "Arctan2",
    "Atanh": "Arctanh",
    "ArgMax": "Argmax",
    "ArgMin": "Argmin",
    "ArgSort": "Argsort",
    "IsInf": "Isinf",
    "IsNan": "Isnan",
    "MatMul": "Matmul",
    "Sort": "Sort",
}
_REDUCTIONS = {
    "LogSumExp": "Logsumexp",
    "ReduceAll": "All",
    "ReduceAny": "Any",
    "ReduceMax": "Max",
    "ReduceMean": "Mean",
    "ReduceMin": "Min",
    "ReduceProd": "Prod",
    "ReduceSum": "Sum",
}


def _as(name: str, **renamed: str) -> Say:
    """The same arguments, and the attributes (renamed: ours to Keras's)."""
    return lambda attributes, args: (name, {renamed.get(key, key): value for key, value in attributes.items()}, args)


def _reduction(name: str) -> Say:
    return lambda attributes, args: (name, {"axis": attributes["axes"], "keepdims": attributes["keepdims"]}, args)


def _slice(attributes: dict[str, Any], args: list[Any]) -> Said:
    parts = zip(attributes["begin"], attributes["end"], attributes["step"], strict=True)
    key = [{"class_name": "__slice__", "config": {"start": b, "stop": e, "step": s}} for b, e, s in parts]
    return "GetItem", {}, [*args, key]


def _squeeze(attributes: dict[str, Any], args: list[Any]) -> Said | None:
    axes = attributes["axes"]
    return ("Squeeze", {"axis": axes[0]}, args) if len(axes) == 1 else None


def _expand_dims(attributes: dict[str, Any], args: list[Any]) -> Said | None:
    axes = attributes["axes"]
    return ("ExpandDims", {"axis": axes[0]}, args) if len(axes) == 1 else None


def _reshape(attributes: dict[str, Any], args: list[Any]) -> Said | None:
    shape = attributes["shape"]
    return ("Reshape", {"newshape": shape}, args) if len(args) == 1 and None not in shape else None


TABLE: dict[str, Say] = {
    **{name: _as(name) for name in _SAME.split()},
    **{ours: _as(keras) for ours, keras in _RENAMED.items()},
    **{ours: _reduction(keras) for ours, keras in _REDUCTIONS.items()},
    "Cast": _as("Cast"),
    "Concatenate": lambda attributes, args: ("Concatenate", {"axis": attributes["axis"]}, [args]),
    "Einsum": _as("Einsum", equation="subscripts"),
    "ExpandDims": _expand_dims,
    "LeakyRelu": _as("LeakyRelu", alpha="negative_slope"),
    "Reshape": _reshape,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Take": _as("Take"),
    "Tile": _as("Tile", multiples="repeats"),
    "Transpose": _as("Transpose", permutation="axes"),
}
"""By kport's operation."""


def said_by_keras(entry: Entry, modules: dict[str, str]) -> Entry:
    """The entry of an operation in Keras's words; as it is where Keras has none.

    modules: the module of each class of operations.
    """
    config = entry["config"]
    say = TABLE.get(config["op"])
    nodes = entry.get("inbound_nodes", [])
    answers = [say(config["attributes"], list(node["args"])) for node in nodes] if say is not None else []
    said = [one for one in answers if one is not None]
    if not said or len(said) < len(nodes) or any(node["kwargs"] for node in nodes):
        return entry
    name, arguments, _ = said[0]
    inbound: list[Any] = [{"args": args, "kwargs": {}} for _, _, args in said]
    return {
        **entry,
        "module": modules[name],
        "class_name": name,
        "registered_name": name,
        "config": {"name": config["name"], **arguments},
        "inbound_nodes": inbound,
    }
