"""Arithmetic, functions of one element, activations, comparison, logic, casting."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops import activation, bounds, casting, error_function, logic, math, rounding, trigonometry
from ...ops import elementwise as e
from ...ops.op import Op
from ...ops.softmax import LogSoftmax, Softmax
from ..target import Emission
from .rebuild import Builder
from .saying import emission, one


def _cast(b: Builder, node: Node, x: Any) -> Any:
    source = node.inputs[0]
    assert source is not None
    return x if source.dtype == node.output.dtype else b.operation(node, "Cast", x, dtype=node.output.dtype)


def _clip(b: Builder, node: Node, x: Any) -> Any:
    op: Any = node.op
    for operation, limit in (("Maximum", op.low), ("Minimum", op.high)):
        x = x if limit is None else b.operation(node, operation, x, limit)
    return x


def _bitwise(operation: str) -> Emission:
    """Keras wants arrays here, not numbers."""

    def say(b: Builder, node: Node, *xs: Any) -> Any:
        return b.operation(node, operation, *(np.atleast_1d(x) if isinstance(x, np.ndarray) else x for x in xs))

    return emission(say)


EMISSIONS: dict[type[Op], Emission] = {
    activation.Elu: one("Elu"),
    activation.Gelu: one("Gelu"),
    activation.LeakyRelu: one("LeakyRelu", alpha="negative_slope"),
    activation.Relu: one("Relu"),
    activation.Selu: one("Selu"),
    activation.Sigmoid: one("Sigmoid"),
    activation.Silu: one("Silu"),
    activation.Softplus: one("Softplus"),
    activation.Softsign: one("Softsign"),
    bounds.Clip: emission(_clip),
    casting.Cast: emission(_cast),
    e.Absolute: one("Absolute"),
    e.Add: one("Add"),
    e.Divide: one("Divide"),
    e.Exp: one("Exp"),
    e.Log: one("Log"),
    e.Maximum: one("Maximum"),
    e.Minimum: one("Minimum"),
    e.Multiply: one("Multiply"),
    e.Negative: one("Negative"),
    e.Power: one("Power"),
    e.Sqrt: one("Sqrt"),
    e.Square: one("Square"),
    e.StopGradient: one("StopGradient"),
    e.Subtract: one("Subtract"),
    e.Tanh: one("Tanh"),
    e.Where: one("Where"),
    error_function.Erf: one("Erf"),
    logic.BitwiseAnd: _bitwise("BitwiseAnd"),
    logic.BitwiseOr: _bitwise("BitwiseOr"),
    logic.BitwiseXor: _bitwise("BitwiseXor"),
    logic.Equal: one("Equal"),
    logic.Greater: one("Greater"),
    logic.GreaterEqual: one("GreaterEqual"),
    logic.IsInf: one("Isinf"),
    logic.IsNan: one("Isnan"),
    logic.LeftShift: _bitwise("BitwiseLeftShift"),
    logic.Less: one("Less"),
    logic.LessEqual: one("LessEqual"),
    logic.LogicalAnd: one("LogicalAnd"),
    logic.LogicalNot: one("LogicalNot"),
    logic.LogicalOr: one("LogicalOr"),
    logic.LogicalXor: one("LogicalXor"),
    logic.NotEqual: one("NotEqual"),
    logic.RightShift: _bitwise("BitwiseRightShift"),
    math.Expm1: one("Expm1"),
    math.Log1p: one("Log1p"),
    math.Reciprocal: one("Reciprocal"),
    math.Rsqrt: one("Rsqrt"),
    math.Sign: one("Sign"),
    rounding.Ceil: one("Ceil"),
    rounding.Floor: one("Floor"),
    rounding.FloorDivide: one("FloorDivide"),
    rounding.Mod: one("Mod"),
    rounding.Round: one("Round"),
    LogSoftmax: one("LogSoftmax"),
    Softmax: one("Softmax"),
    trigonometry.Acos: one("Arccos"),
    trigonometry.Acosh: one("Arccosh"),
    trigonometry.Asin: one("Arcsin"),
    trigonometry.Asinh: one("Arcsinh"),
    trigonometry.Atan: one("Arctan"),
    trigonometry.Atan2: one("Arctan2"),
    trigonometry.Atanh: one("Arctanh"),
    trigonometry.Cos: one("Cos"),
    trigonometry.Cosh: one("Cosh"),
    trigonometry.Sin: one("Sin"),
    trigonometry.Sinh: one("Sinh"),
    trigonometry.Tan: one("Tan"),
}
