"""Seeded test data, described by small records so that a case stays one row."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Floats:
    """float32 of `shape`, uniform in [low, high)."""

    shape: tuple[int, ...]
    low: float = -1.0
    high: float = 1.0
    dtype: str = "float32"


@dataclass(frozen=True)
class Ints:
    """Integers of `shape`, uniform in [low, high)."""

    shape: tuple[int, ...]
    high: int = 10
    low: int = 0
    dtype: str = "int32"


@dataclass(frozen=True)
class Bools:
    """True or False of `shape`, each with the same chance."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Exactly:
    """These values."""

    values: Any
    dtype: str = "float32"


def make(spec: Any, seed: int) -> Any:
    """The array that a record (or a bare shape, meaning Floats) describes; nested lists and dicts of them too."""
    if isinstance(spec, list):
        return [make(s, seed + i) for i, s in enumerate(spec)]
    if isinstance(spec, dict):
        return {k: make(s, seed + i) for i, (k, s) in enumerate(spec.items())}
    if isinstance(spec, tuple):
        spec = Floats(spec)
    rng = np.random.default_rng(seed)
    if isinstance(spec, Floats):
        return rng.uniform(spec.low, spec.high, spec.shape).astype(spec.dtype)
    if isinstance(spec, Ints):
        return rng.integers(spec.low, spec.high, spec.shape).astype(spec.dtype)
    if isinstance(spec, Bools):
        return rng.random(spec.shape) < 0.5
    if isinstance(spec, Exactly):
        return np.array(spec.values, object if spec.dtype == "string" else spec.dtype)
    return spec


def seed_of(text: str) -> int:
    """A seed that stays the same from run to run."""
    return zlib.crc32(text.encode())
