"""The targets there are. Each is loaded when it is first asked for."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path

from ..errors import MissingComponentError, UsageError
from .target import Target

MODULES = {
    "onnx": ".onnx.target",
    "tflite": ".tflite.target",
    "tfjs": ".tfjs.target",
    "coreml": ".coreml.target",
    "keras": ".keras.target",
    "savedmodel": ".saved_model.target",
    "dl4j": ".dl4j.target",
}
"""Target name → the module whose TARGET is its record."""


def get(name: str) -> Target:
    """The target of this name; UsageError names the nearest."""
    if name not in MODULES:
        near = difflib.get_close_matches(name.lower(), MODULES, n=1)
        hint = f" (nearest: {near[0]})" if near else ""
        raise UsageError(f"expected a target: {', '.join(MODULES)} or all. Received: {name}{hint}")
    target: Target = importlib.import_module(MODULES[name], __package__).TARGET
    return target


def parse(names: str | Iterable[str]) -> list[Target]:
    """The targets that "onnx,tflite", "all" or a list of names mean, each once."""
    wanted = [name.strip() for name in (names.split(",") if isinstance(names, str) else names)]
    return [get(name) for name in dict.fromkeys(MODULES if "all" in wanted else wanted)]


def missing(target: Target) -> list[str]:
    """The packages that the target needs and that are not installed."""
    return [package for package in target.requires if importlib.util.find_spec(package) is None]


def require(target: Target) -> None:
    """MissingComponentError with the command that installs what the target needs."""
    absent = missing(target)
    if absent:
        raise MissingComponentError(f"target {target.name} needs {', '.join(absent)}: pip install 'kport[{target.extra}]'")


def recognise(path: Path) -> Target | None:
    """The target that an artifact was written for, by its content."""
    for name in MODULES:
        target = get(name)
        if target.recognises(path):
            return target
    return None
