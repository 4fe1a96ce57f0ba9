"""One operation by name, of kport and of its judges, as functions of a case's inputs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def named(module: str) -> Callable[..., Callable[..., Any]]:
    """For a name and further arguments, the function of this name in `module`, which is imported when it is called."""

    def with_arguments(name: str, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        return lambda *inputs: getattr(importlib.import_module(module), name)(*inputs, *args, **kwargs)

    return with_arguments


ours = named("kport.ops")
keras = named("keras.ops")
