"""The grid of layer cases, by family. A layer without a row here fails a test."""

import importlib
import pkgutil

from tests.layers.case import LayerCase

CASES: list[LayerCase] = [
    case
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__))
    for case in importlib.import_module(f"{__name__}.{module}").CASES
]
