"""Methods that take the arguments of Keras 1 and 2, too."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from ..errors import UsageError
from ..signatures import written
from .warning import warn


def old_arguments(_unused: tuple[str, ...] = (), **names: str) -> Callable[[Any], Any]:
    """A decorator: the function takes arguments by their old names (old="new"); those in the first argument do nothing."""

    def decorate(function: Any) -> Any:
        signature = inspect.signature(function)

        @wraps(function)
        def accepting(*args: Any, **kwargs: Any) -> Any:
            old = {key: kwargs.pop(key) for key in (*names, *_unused) if key in kwargs}
            if old:
                new = {names[key]: value for key, value in old.items() if key in names}
                call = written(function.__name__, old)
                if new.keys() & kwargs.keys() or new.keys() & signature.bind_partial(*args).arguments.keys():
                    raise UsageError(f"expected one of each old argument and its new name. Received: {call} and new names")
                warn(f"{call} is an old form of {written(function.__name__, new)}")
                kwargs |= new
            return function(*args, **kwargs)

        return accepting

    return decorate


def old_attribute(name: str, new_name: str) -> Any:
    """A property that is another one by its old name."""

    def get(self: Any) -> Any:
        warn(f"{type(self).__name__}.{name} is an old name of {type(self).__name__}.{new_name}")
        return getattr(self, new_name)

    def set_(self: Any, value: Any) -> None:
        warn(f"{type(self).__name__}.{name} is an old name of {type(self).__name__}.{new_name}")
        setattr(self, new_name, value)

    return property(get, set_)


def old_function(name: str, function: Any, new_name: str, **names: str) -> Any:
    """The function under the name it had once, which warns; it takes arguments by their old names (old="new"), too."""

    @wraps(function)
    def under_old_name(*args: Any, **kwargs: Any) -> Any:
        warn(f"{name} is an old name of {new_name}")
        return function(*args, **{names.get(key, key): value for key, value in kwargs.items()})

    return under_old_name
