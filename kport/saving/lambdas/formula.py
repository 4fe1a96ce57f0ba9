"""A Lambda's bytecode as a formula: a stack machine that knows arithmetic, subscripts and a list of functions.

The bytes are data. What isn't on the list (loops, branches, attributes of objects, other functions) is refused, and
the user is told how to give a replacement.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import CUSTOM
from .functions import CONSTANTS, FUNCTIONS, MODULES
from .marshal_data import Code, NotMarshal
from .opcodes import Instruction, instructions

_LIMIT = 2**63


class _Module:
    """A module's name; attributes of it are looked up in the tables."""


_NULL = object()

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "BINARY_POWER": ops.power,
    "BINARY_MULTIPLY": ops.multiply,
    "BINARY_DIVIDE": ops.divide,
    "BINARY_TRUE_DIVIDE": ops.divide,
    "BINARY_MODULO": ops.mod,
    "BINARY_ADD": ops.add,
    "BINARY_SUBTRACT": ops.subtract,
    "BINARY_FLOOR_DIVIDE": ops.floor_divide,
    "BINARY_MATRIX_MULTIPLY": ops.matmul,
}
_NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "BINARY_POWER": operator.pow,
    "BINARY_MULTIPLY": operator.mul,
    "BINARY_DIVIDE": operator.truediv,
    "BINARY_TRUE_DIVIDE": operator.truediv,
    "BINARY_MODULO": operator.mod,
    "BINARY_ADD": operator.add,
    "BINARY_SUBTRACT": operator.sub,
    "BINARY_FLOOR_DIVIDE": operator.floordiv,
}
_OPERATORS = (
    "BINARY_ADD",
    "",
    "BINARY_FLOOR_DIVIDE",
    "",
    "BINARY_MATRIX_MULTIPLY",
    "BINARY_MULTIPLY",
    "BINARY_MODULO",
    "",
    "BINARY_POWER",
    "",
    "BINARY_SUBTRACT",
    "BINARY_TRUE_DIVIDE",
    "",
)
"""Arguments of BINARY_OP; the in-place ones follow in the same order."""

_COMPARISONS = (ops.less, ops.less_equal, ops.equal, ops.not_equal, ops.greater, ops.greater_equal)


class Formula:
    """A function from parsed bytecode. Calling it computes with `kport.ops`; LayerError says what it can't, and the remedy.

    `stored` is what the file had, so that it can be written again.
    """

    stored: dict[str, Any] | None = None

    def __init__(self, code: Code, layer: str, defaults: Any = None, closure: Any = None):
        self.layer = layer
        self.code = code
        self.program: list[Instruction] = instructions(code)
        self.defaults = tuple(defaults or ())
        self.closure = tuple(closure or ())
        self.parameters = code.variables[: code.arguments]
        self.__name__ = code.name
        first_default = len(self.parameters) - len(self.defaults)
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.POSITIONAL_OR_KEYWORD,
                    default=self.defaults[i - first_default] if i >= first_default else inspect.Parameter.empty,
                )
                for i, name in enumerate(self.parameters)
            ]
        )
        self._check_names()

    def _check_names(self) -> None:
        """Every global name must be known, so that a file is refused when it is opened and not later."""
        for name, argument in self.program:
            if name in ("LOAD_GLOBAL", "LOAD_GLOBAL_NULL"):
                _global(self.code.names[argument >> (name == "LOAD_GLOBAL_NULL")])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = self.__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        try:
            return _Machine(self, dict(bound.arguments)).run()
        except NotMarshal as error:
            raise refusal(self.layer, str(error)) from None
        except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError, ZeroDivisionError) as error:
            raise refusal(self.layer, f"a step that fails: {error}") from error


def refusal(layer: str, reason: str) -> LayerError:
    """The error for a Lambda that isn't a formula."""
    return LayerError(
        f"expected a Lambda that is a formula of known functions. Received: Python code of the file with {reason}; it is never "
        f"run. Write the function with kport.ops into a file, @kport.register(name={layer!r}) above `def`, and pass "
        "--custom FILE (API: custom=)",
        layer,
    )


class _Machine:
    """One run of a formula."""

    def __init__(self, formula: Formula, variables: dict[str, Any]):
        self.formula = formula
        self.code = formula.code
        self.variables = variables | dict(zip(formula.code.free, formula.closure, strict=False))
        self.stack: list[Any] = []
        self.keywords: tuple[str, ...] = ()

    def run(self) -> Any:
        for name, argument in self.formula.program:
            if name == "RETURN_VALUE":
                return self.stack.pop()
            if name == "RETURN_CONST":
                return self.code.constants[argument]
            if name in _BINARY:
                self.binary(name)
            else:
                getattr(self, name.lower())(argument)
        raise NotMarshal("no value that is returned")

    def pop(self, count: int) -> list[Any]:
        if count > len(self.stack):
            raise NotMarshal("a stack that is too short")
        items = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return items

    # constants, variables, names

    def load_const(self, argument: int) -> None:
        self.stack.append(self.code.constants[argument])

    def load_fast(self, argument: int) -> None:
        self.stack.append(self.variables[self.code.variables[argument]])

    def store_fast(self, argument: int) -> None:
        self.variables[self.code.variables[argument]] = self.stack.pop()

    def load_fast_load_fast(self, argument: int) -> None:
        self.load_fast(argument >> 4)
        self.load_fast(argument & 15)

    def store_fast_load_fast(self, argument: int) -> None:
        self.store_fast(argument >> 4)
        self.load_fast(argument & 15)

    def load_deref(self, argument: int) -> None:
        cells = self.code.variables if self.code.layout == "3.11" else self.code.cells + self.code.free
        self.stack.append(self.variables[cells[argument]])

    def load_global(self, argument: int) -> None:
        self.stack.append(_global(self.code.names[argument]))

    def load_global_null(self, argument: int) -> None:
        if argument & 1:
            self.stack.append(_NULL)
        self.load_global(argument >> 1)

    def import_name(self, argument: int) -> None:
        self.pop(2)
        self.stack.append(_global(self.code.names[argument].split(".")[0]))

    def import_from(self, argument: int) -> None:
        self.stack.append(_attribute(self.stack[-1], self.code.names[argument]))

    def load_attr(self, argument: int) -> None:
        self.stack.append(_attribute(self.stack.pop(), self.code.names[argument]))

    def load_method(self, argument: int) -> None:
        self.load_attr(argument)
        self.stack.insert(-1, _NULL)

    def load_attr_method(self, argument: int) -> None:
        self.load_attr(argument >> 1)
        if argument & 1:
            self.stack.insert(-1, _NULL)

    # the stack itself

    def nop(self, argument: int) -> None:
        pass

    def pop_top(self, argument: int) -> None:
        self.stack.pop()

    def push_null(self, argument: int) -> None:
        self.stack.append(_NULL)

    def rot_two(self, argument: int) -> None:
        self.stack[-2:] = self.stack[-1], self.stack[-2]

    def rot_three(self, argument: int) -> None:
        self.stack[-3:] = self.stack[-1], self.stack[-3], self.stack[-2]

    def dup_top(self, argument: int) -> None:
        self.stack.append(self.stack[-1])

    def swap(self, argument: int) -> None:
        self.stack[-1], self.stack[-argument] = self.stack[-argument], self.stack[-1]

    def copy(self, argument: int) -> None:
        self.stack.append(self.stack[-argument])

    # arithmetic

    def binary(self, name: str) -> None:
        a, b = self.pop(2)
        self.stack.append(_BINARY[name](a, b) if _is_tensor(a) or _is_tensor(b) else _of_numbers(name, a, b))

    def binary_op(self, argument: int) -> None:
        name = _OPERATORS[argument % 13]
        if not name:
            raise NotMarshal("an operation on bits")
        self.binary(name)

    def unary_negative(self, argument: int) -> None:
        x = self.stack.pop()
        self.stack.append(ops.negative(x) if _is_tensor(x) else -x)

    def unary_positive(self, argument: int) -> None:
        pass

    def compare_op(self, argument: int) -> None:
        a, b = self.pop(2)
        self.stack.append(_COMPARISONS[argument](a, b))

    def compare_op_12(self, argument: int) -> None:
        self.compare_op(argument >> 4)

    def compare_op_13(self, argument: int) -> None:
        self.compare_op(argument >> 5)

    # sequences and slices

    def build_tuple(self, argument: int) -> None:
        self.stack.append(tuple(self.pop(argument)))

    def build_list(self, argument: int) -> None:
        self.stack.append(self.pop(argument))

    def unpack_sequence(self, argument: int) -> None:
        items = list(self.stack.pop())
        if len(items) != argument:
            raise NotMarshal(f"{argument} variables for {len(items)} values")
        self.stack += reversed(items)

    def build_slice(self, argument: int) -> None:
        self.stack.append(slice(*self.pop(argument)))

    def binary_subscr(self, argument: int) -> None:
        x, key = self.pop(2)
        self.stack.append(_subscript(x, key))

    def binary_slice(self, argument: int) -> None:
        x, start, stop = self.pop(3)
        self.stack.append(_subscript(x, slice(start, stop)))

    def slice_0(self, argument: int) -> None:
        self.stack.append(_subscript(self.stack.pop(), slice(None)))

    def slice_1(self, argument: int) -> None:
        x, start = self.pop(2)
        self.stack.append(_subscript(x, slice(start, None)))

    def slice_2(self, argument: int) -> None:
        x, stop = self.pop(2)
        self.stack.append(_subscript(x, slice(None, stop)))

    def slice_3(self, argument: int) -> None:
        self.binary_slice(argument)

    # calls

    def invoke(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
        if not callable(function):
            raise NotMarshal("a call of something that is no function")
        self.stack.append(function(*args, **kwargs))

    def call_function(self, argument: int) -> None:
        if self.code.layout == "2.7" or not _is_wordcode(self.code):
            pairs = self.pop(2 * (argument >> 8))
            kwargs = {_text(k): v for k, v in zip(pairs[::2], pairs[1::2], strict=True)}
            args = self.pop(argument & 0xFF)
            self.invoke(self.stack.pop(), args, kwargs)
        else:
            args = self.pop(argument)
            self.invoke(self.stack.pop(), args, {})

    def call_function_kw(self, argument: int) -> None:
        self.with_keywords(argument, self.stack.pop())
        self.invoke(self.stack.pop(), *self._arguments)

    def with_keywords(self, count: int, names: tuple[str, ...]) -> None:
        values = self.pop(count)
        split = count - len(names)
        self._arguments = (values[:split], dict(zip(names, values[split:], strict=True)))

    def call_method(self, argument: int) -> None:
        args = self.pop(argument)
        self.invoke(self.callee(), args, {})

    def kw_names(self, argument: int) -> None:
        self.keywords = self.code.constants[argument]

    def call(self, argument: int) -> None:
        names, self.keywords = self.keywords, ()
        self.with_keywords(argument, names)
        self.invoke(self.callee(), *self._arguments)

    def call_kw(self, argument: int) -> None:
        self.with_keywords(argument, self.stack.pop())
        self.invoke(self.callee(), *self._arguments)

    def callee(self) -> Any:
        """The function of the two places below a call's arguments; the other one is empty."""
        first, second = self.pop(2)
        return second if first is _NULL else first


def _is_wordcode(code: Code) -> bool:
    return code.code[-1:] != b"\x53"


def _is_tensor(x: Any) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype")


def _text(x: Any) -> str:
    return x.decode("latin-1") if isinstance(x, bytes) else str(x)


def _of_numbers(name: str, a: Any, b: Any) -> Any:
    """Arithmetic of constants, kept small: a file can't make it take long."""
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)) and name == "BINARY_ADD":
        return [*a, *b] if isinstance(a, list) else (*a, *b)
    if not (isinstance(a, (int, float)) and isinstance(b, (int, float))) or name not in _NUMBERS:
        raise NotMarshal("arithmetic of something that is no number")
    if name == "BINARY_POWER" and (abs(b) > 64 or abs(a) > _LIMIT):
        raise NotMarshal("a very large number")
    result = _NUMBERS[name](a, b)
    if isinstance(result, complex) or (isinstance(result, int) and abs(result) > _LIMIT):
        raise NotMarshal("a very large number")
    return result


def _subscript(x: Any, key: Any) -> Any:
    if _is_tensor(x):
        return ops.getitem(x, key)
    if isinstance(x, (tuple, list)):
        return x[key]
    raise NotMarshal("a part of something that is no tensor")


def _global(name: str) -> Any:
    if name in CUSTOM:
        return CUSTOM[name]
    if name in MODULES:
        return _Module()
    return _known(name)


def _known(name: str) -> Any:
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    if name in CONSTANTS:
        return CONSTANTS[name]
    raise NotMarshal(f"the name {name!r}")


def _attribute(x: Any, name: str) -> Any:
    if isinstance(x, _Module):
        return _Module() if name in MODULES else _known(name)
    if _is_tensor(x) and name in ("shape", "dtype", "ndim"):
        return tuple(ops.shape(x)) if name == "shape" else getattr(x, name)
    raise NotMarshal(f"the attribute {name!r}")
