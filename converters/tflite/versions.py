"""The lowest version of each operator that says what is meant: older runtimes refuse versions that they don't know.

Source: https://github.com/google-ai-edge/LiteRT/blob/main/tflite/tools/versioning/op_version.cc
"""

from __future__ import annotations

from collections.abc import Callable

from .tensor import Operator


def _dtype(operator: Operator, index: int = 0) -> str:
    tensor = operator.inputs[index]
    assert tensor is not None
    return tensor.type.dtype


def _rank(operator: Operator) -> int:
    return max(t.type.rank for t in operator.inputs if t is not None)


def _broadcasts(operator: Operator) -> bool:
    shapes = {t.type.shape for t in operator.inputs if t is not None}
    return len(shapes) > 1


def _by_dtype(versions: dict[str, int]) -> Callable[[Operator], int]:
    return lambda operator: versions.get(_dtype(operator), 1)


def _wide(then: int) -> Callable[[Operator], int]:
    """Broadcasting beyond four dimensions."""
    return lambda operator: then if _broadcasts(operator) and _rank(operator) > 4 else 1


def _fully_connected(operator: Operator) -> int:
    """Without a bias 6; with leading dimensions that are kept 5."""
    if len(operator.inputs) < 3 or operator.inputs[2] is None:
        return 6
    return 5 if operator.options.get("keep_num_dims") else 1


def _conv(operator: Operator) -> int:
    """In groups 6."""
    x, kernel = operator.inputs[:2]
    assert x is not None and kernel is not None
    return 6 if x.type.shape[-1] != kernel.type.shape[-1] else 1


def _depthwise(operator: Operator) -> int:
    dilated = {operator.options.get(f"dilation_{side}_factor", 1) for side in "wh"} != {1}
    return 2 if dilated else 1


def _transpose(operator: Operator) -> int:
    rank = _rank(operator)
    return 6 if rank > 5 else 4 if rank > 4 else _by_dtype({"int8": 2, "bool": 3})(operator)


def _strided_slice(operator: Operator) -> int:
    return 4 if _rank(operator) > 4 else _by_dtype({"int8": 2, "bool": 3})(operator)


def _gather(operator: Operator) -> int:
    return 5 if operator.options.get("batch_dims") else _by_dtype({"int8": 2, "bool": 3})(operator)


def _cast(operator: Operator) -> int:
    dtypes = {_dtype(operator), operator.outputs[0].type.dtype}
    if dtypes & {"float64", "float16", "bfloat16"}:
        return 7 if "bfloat16" in dtypes else 5
    return 4 if "uint16" in dtypes else 3 if "int16" in dtypes else 2 if "int8" in dtypes else 1


def _pad(operator: Operator) -> int:
    return 3 if _rank(operator) > 4 else _by_dtype({"int8": 2})(operator)


VERSIONS: dict[str, Callable[[Operator], int]] = {
    "ABS": _by_dtype({"int32": 5}),
    "ADD": lambda o: _by_dtype({"int64": 4})(o),
    "ARG_MAX": _by_dtype({"int8": 2, "bool": 3}),
    "ARG_MIN": _by_dtype({"int8": 2, "bool": 3}),
    "BROADCAST_TO": lambda o: 2,  # the first that a runtime has
    "CAST": _cast,
    "CONCATENATION": _by_dtype({"int8": 2}),
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEQUANTIZE": _by_dtype({"float16": 3}),
    "DIV": _wide(2),
    "EQUAL": _by_dtype({"int8": 2}),
    "FLOOR_DIV": _by_dtype({"float32": 2}),
    "FULLY_CONNECTED": _fully_connected,
    "GATHER": _gather,
    "GATHER_ND": _by_dtype({"int8": 2, "bool": 5}),
    "MAXIMUM": _wide(3),
    "MINIMUM": _wide(3),
    "MUL": lambda o: max(_by_dtype({"int64": 6})(o), _wide(3)(o)),
    "NOT_EQUAL": _by_dtype({"int8": 2}),
    "PACK": _by_dtype({"int8": 2}),
    "PAD": _pad,
    "PADV2": _pad,
    "RANGE": _by_dtype({"int64": 2}),
    "RESIZE_BILINEAR": lambda o: 3,  # the centres of pixels at half-integers
    "RESIZE_NEAREST_NEIGHBOR": lambda o: 3,
    "SCATTER_ND": lambda o: 2 if _dtype(o, 1) == "bool" else 1,
    "SIGN": _by_dtype({"int32": 2}),
    "SLICE": lambda o: 3 if _rank(o) > 4 else _by_dtype({"int8": 2})(o),
    "SPLIT": lambda o: 2 if _dtype(o, 1) == "int8" else 1,
    "SPLIT_V": _by_dtype({"int8": 2}),
    "STRIDED_SLICE": _strided_slice,
    "SUB": lambda o: max(_by_dtype({"int64": 4})(o), _wide(3)(o)),
    "TILE": _by_dtype({"int8": 3}),
    "TRANSPOSE": _transpose,
    "TRANSPOSE_CONV": lambda o: 4 if o.options.get("fused_activation_function") else 3 if len(o.inputs) > 3 else 1,
}
"""Operators that have more than version 1 for something that kport writes."""


def version(operator: Operator) -> int:
    rule = VERSIONS.get(operator.name)
    return 1 if rule is None else rule(operator)
