"""Classes under the names they had once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..signatures import written
from .arguments import modern
from .warning import warn

Convert = Callable[[tuple[Any, ...], dict[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]]
"""(args, kwargs) of the old class → those of the new one."""


class OldName:
    """Stands where the class had another name: calling it makes the new class; it can be subclassed and tested for.

    name: the old name; modern: the class; convert: what becomes of the arguments, the same by default;
    warns: False if Keras 3 still has the name, so that there is nothing to say but where arguments are converted.
    """

    def __init__(self, name: str, modern: type, convert: Convert | None = None, warns: bool = True):
        self.__name__ = modern.__name__
        self.__init__ = modern.__init__  # type: ignore[misc]  # who asks for the arguments gets the class's
        self.old_name = name
        self.modern = modern
        self.convert = convert
        self.warns = warns
        self.__doc__ = f"The old name of {modern.__name__}."

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given, named = self.convert(args, kwargs) if self.convert else (args, kwargs)
        named = modern(self.modern, named)
        if self.warns or (given, named) != (args, kwargs):
            old, new = written(self.old_name, kwargs, *args), written(self.modern.__name__, named, *given)
            warn(f"{old} is an old form of {new}")
        return self.modern(*given, **named)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (self.modern,)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, self.modern)

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self.modern)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.modern, name)

    def __repr__(self) -> str:
        return f"<old name {self.old_name} of {self.modern!r}>"
