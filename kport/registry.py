"""Named things that a configuration refers to: layers, activations, initializers, ..."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .errors import KportError, LayerError, UnknownLayerError, UsageError

CUSTOM: dict[str, Any] = {}
"""What the user registered with `kport.register`, by class or function name and by "package>name"."""


def register(thing: Any = None, *, package: str = "Custom", name: str | None = None) -> Any:
    """Makes the user's own class or function known by name.

    Usable as `@register`, `@register("package")` and `@register(package=..., name=...)`.
    """
    if isinstance(thing, str):
        return register(package=thing, name=name)

    def add(item: Any) -> Any:
        key = name or item.__name__
        CUSTOM[key] = item
        CUSTOM[f"{package}>{key}"] = item
        return item

    return add if thing is None else add(thing)


def registered_name(item: Any) -> str | None:
    """The name "package>name" under which the user registered a class or function; None for anything else."""
    return next((key for key, value in CUSTOM.items() if value is item and ">" in key), None)


@contextmanager
def known(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Within the block, names also mean what `custom_objects` says."""
    before = dict(CUSTOM)
    CUSTOM.update(custom_objects or {})
    try:
        yield
    finally:
        CUSTOM.clear()
        CUSTOM.update(before)


FROM_A_FILE = "If it is your own, define it in a file and pass --custom FILE (API: custom=)"
IN_A_PROGRAM = "If it is your own, pass the object itself"


class Registry:
    """The built-in things of one kind, by their Keras names.

    `kind` is the word used in messages. `in_files`: models refer to them, so that a name that is unknown may need the user's
    code (UnknownLayerError); the others are arguments in a program (UsageError).
    """

    def __init__(self, kind: str, in_files: bool = True):
        self.kind = kind
        self.items: dict[str, Any] = {}
        self.unknown: type[KportError] = UnknownLayerError if in_files else UsageError
        self.wrong: type[KportError] = LayerError if in_files else UsageError
        self.remedy = FROM_A_FILE if in_files else IN_A_PROGRAM

    def add(self, item: Any, *aliases: str) -> Any:
        """Registers a class or function under its name and `aliases`. Names that are taken raise."""
        for key in (item.__name__, *aliases):
            if self.items.get(key, item) is not item:
                raise TypeError(f"{self.kind} {key!r} is defined twice")
            self.items[key] = item
        return item

    def __call__(self, *aliases: str) -> Callable[[Any], Any]:
        """As a decorator with aliases: `@activation("swish")`."""
        return lambda item: self.add(item, *aliases)

    def find(self, name: str, registered_name: str | None = None) -> Any:
        """The thing of this name; the user's own comes first. UnknownLayerError names the nearest."""
        for key in (registered_name, name):
            if key and key in CUSTOM:
                return CUSTOM[key]
        if name in self.items:
            return self.items[name]
        near = difflib.get_close_matches(name, self.items, n=1)
        hint = f" (nearest: {near[0]!r})" if near else ""
        raise self.unknown(
            f"expected the name of a built-in {self.kind} or of one registered with @kport.register. Received: {name!r}{hint}. "
            f"{self.remedy}"
        )

    def get(self, identifier: Any) -> Any:
        """The thing that an identifier means: None, a name, a Keras configuration, or the thing itself.

        A class is instantiated with its configuration; a function is returned as it is.
        """
        if identifier is None:
            return None
        if isinstance(identifier, str):
            found = self.find(identifier)
            return found() if inspect.isclass(found) else found
        if isinstance(identifier, dict):
            return self._from_dict(identifier)
        if callable(identifier):
            return identifier() if inspect.isclass(identifier) else identifier
        raise self.wrong(f"expected a name, a configuration or an instance of a {self.kind}. Received: {identifier!r}")

    def _from_dict(self, data: dict[str, Any]) -> Any:
        config = data.get("config")
        if data.get("class_name") == "function" and isinstance(config, str):
            return self.get(config)
        if "class_name" not in data:
            raise self.wrong(f"expected a {self.kind} configuration with 'class_name'. Received: keys={sorted(data)}")
        found = self.find(data["class_name"], data.get("registered_name"))
        if not inspect.isclass(found):
            return found
        config = config or {}
        return found.from_config(config) if hasattr(found, "from_config") else found(**config)


layers = Registry("layer")
activations = Registry("activation")
initializers = Registry("initializer")
regularizers = Registry("regularizer")
constraints = Registry("constraint")
losses = Registry("loss", in_files=False)
metrics = Registry("metric", in_files=False)
metric_functions = Registry("metric function", in_files=False)
optimizers = Registry("optimizer", in_files=False)
schedules = Registry("learning rate schedule", in_files=False)
