"""The user's own classes and functions, which a file refers to by name."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..registry import register


def register_custom(custom: Any) -> None:
    """Makes the user's own classes and functions known.

    custom: the path of a Python file, which is run (it is the user's, not the model's) and registers with
    `@kport.register`; or a dict from name to class or function; or None.
    """
    if custom is None:
        return
    if isinstance(custom, Mapping):
        for name, item in custom.items():
            register(name=name)(item)
        return
    path = Path(custom)
    if not path.is_file():
        raise UsageError(f"expected a Python file or a dict for custom. Received: custom={custom!r}")
    name = f"kport_custom_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"expected a Python file that ends in .py. Received: custom={custom!r}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"expected a Python file that runs. Received: {path}: {type(error).__name__}: {error}") from error
