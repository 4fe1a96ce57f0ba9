"""Modules under the names they had once, and names in the modules where they were once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from .warning import warn


def old_place(module: str, target: str) -> Callable[[str], Any]:
    """A module's `__getattr__`: public names that it lacks are those of `target`, with a warning at the first use."""

    def getattr_(name: str) -> Any:
        if name[:1] == "_" or (name.islower() and name not in _FUNCTIONS):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        try:
            value = getattr(importlib.import_module(target), name)
        except AttributeError:
            raise AttributeError(f"module {module!r} has no attribute {name!r}") from None
        setattr(sys.modules[module], name, value)
        warn(f"{module}.{name} is an old place of {target}.{name}")
        return value

    return getattr_


_FUNCTIONS = ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract")
"""Functions among the names; other names in lower case are those of files."""


def add_old_modules(package: str, names: Iterable[str]) -> None:
    """Makes `package.name` importable for each name, where everything is in the package itself now."""
    for name in names:
        full_name = f"{package}.{name}"
        module = ModuleType(full_name, f"An old place of what is in {package}.")
        module.__getattr__ = old_place(full_name, package)  # type: ignore[method-assign]
        sys.modules[full_name] = module
