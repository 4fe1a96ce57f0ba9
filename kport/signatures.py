"""Calls as code has them, and arguments that a constructor doesn't take."""

from __future__ import annotations

import difflib
import inspect
import reprlib
from collections.abc import Callable, Collection, Sequence
from typing import Any

from .errors import ArgumentError


def written(name: str, named: dict[str, Any], *positional: Any) -> str:
    """A call as code has it; long values are shortened."""
    parts = [*map(reprlib.repr, positional), *(f"{key}={reprlib.repr(value)}" for key, value in named.items())]
    return f"{name}({', '.join(parts)})"


def refused(
    constructor: Callable[..., None], made: Any, args: Sequence[Any], kwargs: dict[str, Any], known: Collection[str]
) -> ArgumentError | None:
    """The error for what a constructor of `made` was called with; None if it takes that.

    known: the names of all arguments, those of base classes included.
    """
    cls = type(made)
    unknown = next((name for name in kwargs if name not in known), None)
    if unknown is not None:
        alike = difflib.get_close_matches(unknown, known, 1)
        expected = f"'{alike[0]}'" if alike else ", ".join(known)
        return ArgumentError(
            f"expected an argument that {cls.__name__} takes: {expected}. Received: {unknown}={reprlib.repr(kwargs[unknown])}"
        )
    try:
        inspect.signature(constructor).bind(made, *args, **kwargs)
    except TypeError as error:
        call = written(cls.__name__, kwargs, *args)
        return ArgumentError(f"expected the arguments that {cls.__name__} needs. Received: {call}, {error}")
    return None
