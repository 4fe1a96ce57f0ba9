"""coremltools, as far as kport needs it: imported late, quietly, and without the frameworks that it looks for."""

from __future__ import annotations

import functools
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
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
    hidden: dict[str, Any] = {name: None for name in FRAMEWORKS if name not in sys.modules}
    sys.modules.update(hidden)
    try:
        from coremltools import proto
        from coremltools.converters.mil._deployment_compatibility import AvailableTarget
        from coremltools.converters.mil.backend.mil.load import MILProtoExporter
        from coremltools.converters.mil.mil import Builder, Function, Placeholder, Program, Var, get_new_symbol, types
    finally:
        for name in hidden:
            forget(name)
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


def forget(name: str) -> None:
    """Lets a module be imported again that was made to look absent."""
    module: ModuleType | None = sys.modules.get(name)
    if module is None:
        sys.modules.pop(name, None)
