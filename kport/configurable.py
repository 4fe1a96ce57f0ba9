"""Objects whose configuration is what their constructor takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, ClassVar

import numpy as np

from .legacy import accept_old_arguments
from .registry import activations, registered_name


def _constructor_parameters(cls: Any) -> tuple[str, ...]:
    """The named parameters of the constructor, base classes' after the class's own where it passes on **kwargs."""
    names: list[str] = []
    for base in cls.__mro__:
        if "__init__" not in base.__dict__ or base is object:
            continue
        parameters = inspect.signature(base.__init__).parameters.values()
        names += [
            p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name not in ("self", *names)
        ]
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return tuple(names)


constructor_parameters: Callable[[Any], tuple[str, ...]] = cache(_constructor_parameters)


class Configurable:
    """Keeps every constructor argument in an attribute of the same name, so `get_config` needs no code of its own."""

    keras_module: ClassVar[str]
    """The Keras module that configurations name, such as "keras.layers"."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        accept_old_arguments(cls, constructor_parameters)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as JSON can hold them."""
        return {name: serialize(getattr(self, name)) for name in constructor_parameters(type(self))}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A new object from `get_config`'s result."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_config().items())})"


def serialize(value: Any) -> Any:
    """A constructor argument as JSON can hold it, in Keras 3's form."""
    if isinstance(value, (list, tuple)):
        return [serialize(item) for item in value]
    if isinstance(value, dict):
        return {key: serialize(item) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, Configurable):
        kind = type(value)
        own = registered_name(kind) or (None if kind.__module__.partition(".")[0] == "kport" else kind.__name__)
        return {
            "module": None if own else value.keras_module,
            "class_name": kind.__name__,
            "config": value.get_config(),
            "registered_name": own,
        }
    if isinstance(value, FunctionType):
        name = value.__name__
        if activations.items.get(name) is value:
            return name
        name = registered_name(value) or name
        return {"module": "builtins", "class_name": "function", "config": name, "registered_name": name}
    return value
