"""The grid of operation cases, by family. An operation without a row here fails a test."""

import importlib
import pkgutil

from tests.ops.case import OpCase

CASES: list[OpCase] = [
    case
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__))
    for case in importlib.import_module(f"{__name__}.{module}").CASES
]
