"""Dialects: what each generation of Keras wrote, upgraded step by step to Keras 3, the only one layers are built from."""

from __future__ import annotations

from typing import Any

from ...errors import FileError
from ..archive import Archive
from . import keras0, keras1, keras2, keras3
from .plain import Entry, is_entry

_STEPS = {0: keras0.upgrade, 1: keras1.upgrade, 2: keras2.upgrade, 3: keras3.upgrade}


def upgrade(archive: Archive) -> tuple[int, Entry]:
    """The generation of the architecture, and the architecture as Keras 3 has it."""
    architecture = archive.architecture
    generation = generation_of(architecture, archive.keras_version)
    if generation == 3:
        return 3, keras3.upgrade(architecture)
    for step in range(generation, 3):
        architecture = _STEPS[step](architecture)
    if not is_entry(architecture):
        raise FileError(f"expected the configuration of a model in {archive.path}. Received: {str(architecture)[:200]}")
    return generation, architecture


def generation_of(architecture: Any, keras_version: str | None) -> int:
    """0 to 3, told by what only one generation wrote; the recorded version decides where that leaves a doubt."""
    if isinstance(architecture, dict) and "class_name" not in architecture:
        return 0
    if _holds(architecture, keras3.is_written_by):
        return 3
    if _holds(architecture, keras1.is_written_by):
        return 1
    major = (keras_version or "2")[0]
    if major == "3" and _holds(architecture, keras2.is_written_by):
        return 2  # Keras 3's own HDF5 files have Keras 3's words, those of others may have the older ones
    return int(major) if major in "123" else 2


def _holds(x: Any, test: Any) -> bool:
    """Whether any dictionary within `x` passes the test."""
    if isinstance(x, dict):
        return test(x) or any(_holds(item, test) for item in x.values())
    return isinstance(x, list) and any(_holds(item, test) for item in x)
