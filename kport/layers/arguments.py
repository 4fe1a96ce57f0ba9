"""The arguments of a layer's `build` and `call`."""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Callable
from functools import cache
from typing import Any

from ..errors import UsageError
from ..ir import Symbolic, TensorType
from ..ops.casting import cast
from ..ops.promotion import dtype_of, is_float
from ..ops.variable import Variable
from ..tree import flatten, map_structure


def _call_parameters(cls: Any) -> tuple[str, ...]:
    """The names of the parameters of `call`."""
    return tuple(p for p in inspect.signature(cls.call).parameters if p != "self")


def _build_parameters(cls: Any) -> tuple[str, ...]:
    """The names of the parameters of `build`."""
    return tuple(p for p in inspect.signature(cls.build).parameters if p != "self")


# typed by hand: functools.cache asks for Hashable, which a checker doesn't see in a class object
call_parameters: Callable[[Any], tuple[str, ...]] = cache(_call_parameters)
build_parameters: Callable[[Any], tuple[str, ...]] = cache(_build_parameters)


def build_arguments(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What `build` takes, by name: the shape of the first argument of `call`, or of each that it has a parameter for."""
    parameters = build_parameters(cls)
    if len(parameters) == 1:
        first = args[0] if args else next(iter(kwargs.values()), None)
        return {parameters[0]: map_structure(_shape_of, first)}
    given = named_arguments(cls, args, kwargs)
    shapes = {f"{name}_shape": map_structure(_shape_of, value) for name, value in given.items() if value is not None}
    return {name: shapes[name] for name in parameters if name in shapes}


def named_arguments(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `call` by name."""
    return dict(zip(call_parameters(cls), args, strict=False)) | kwargs


def described(argument: Any) -> str:
    """An argument of `call` in few words: the types of tensors, anything else as it is."""
    if isinstance(argument, (list, tuple)):
        return f"[{', '.join(map(described, argument))}]"
    if isinstance(argument, dict):
        return f"{{{', '.join(f'{key}: {described(item)}' for key, item in argument.items())}}}"
    return str(type_of(argument)) if is_tensor(argument) else reprlib.repr(argument)


def map_shapes(function: Any, shape: Any) -> Any:
    """As map_structure, where the leaves are shapes (tuples or lists of int and None)."""
    if isinstance(shape, dict):
        return {key: map_shapes(function, item) for key, item in shape.items()}
    if isinstance(shape, (list, tuple)) and shape and isinstance(shape[0], (list, tuple)):
        return [map_shapes(function, item) for item in shape]
    return function(shape)


def holds_tensors(argument: Any) -> bool:
    """Whether an argument of `call` is a tensor or a nest of them."""
    return any(is_tensor(x) for x in flatten(argument))


def is_tensor(x: Any) -> bool:
    """Whether `x` is an array, a tensor of TensorFlow or a symbolic one."""
    return hasattr(x, "dtype") and hasattr(x, "shape")


def type_of(x: Any) -> TensorType | None:
    """The type of a tensor of any kind; None of None."""
    if x is None or isinstance(x, Symbolic):
        return None if x is None else x.type
    return TensorType(dtype_of(x) or "float32", tuple(x.shape))


def cast_float(x: Any, dtype: str) -> Any:
    """`x` in the float dtype, if it is a tensor of floats."""
    if x is None or isinstance(x, (bool, int, float, str, Variable)) or not hasattr(x, "dtype"):
        return x
    seen = dtype_of(x)
    return cast(x, dtype) if seen is not None and seen != dtype and is_float(seen) and is_float(dtype) else x


def _shape_of(x: Any) -> Any:
    return None if x is None or not hasattr(x, "shape") else tuple(x.shape)


def positive(name: str, value: Any) -> int:
    """`value` as a whole number above 0; anything else is a UsageError that names the argument."""
    if isinstance(value, (str, bytes)) or value is None or int(value) != value or value <= 0:
        raise UsageError(f"expected {name} to be a whole number above 0. Received: {name}={value!r}")
    return int(value)
