"""coremltools, as far as kport needs it: imported late, quietly, and without the frameworks that it looks for."""

from __future__ import annotations

import functools
import logging
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import SimpleNamespace
from typing import Any

FRAMEWORKS = ("tensorflow", "torch", "sklearn", "xgboost", "libsvm")
"""Importing coremltools imports each of these that is installed, for front ends that kport doesn't use: seconds and
hundreds of megabytes. One that the user has imported already stays as it is."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps coremltools' warnings to itself: of native parts that exist on macOS only, and of what kport means so."""
    logger = logging.getLogger("coremltools")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


@functools.cache
@quiet()
def mil() -> Any:
    """What of coremltools the writer uses: the builder of MIL programs, its types, and the exporter to protobuf."""
    limit = sys.getrecursionlimit()  # one of the front ends raises it for the whole process
    with Hidden(FRAMEWORKS):
        from coremltools import proto
        from coremltools.converters.mil._deployment_compatibility import AvailableTarget
        from coremltools.converters.mil.backend.mil.load import MILProtoExporter
        from coremltools.converters.mil.mil import Builder, Function, Placeholder, Program, Var, get_new_symbol, types
    sys.setrecursionlimit(limit)
    return SimpleNamespace(
        AvailableTarget=AvailableTarget,
        Builder=Builder,
        Exporter=MILProtoExporter,
        Function=Function,
        Placeholder=Placeholder,
        Program=Program,
        Var=Var,
        model=proto.Model_pb2,
        new_symbol=get_new_symbol,
        types=types,
    )


class Hidden(MetaPathFinder):
    """While it is entered, packages look absent to the thread that entered it; other threads import them as always."""

    def __init__(self, names: Sequence[str]):
        self._names = frozenset(names)
        self._thread = 0

    def __enter__(self) -> None:
        self._thread = threading.get_ident()
        sys.meta_path.insert(0, self)

    def __exit__(self, *error: object) -> None:
        sys.meta_path.remove(self)

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
