"""In which float dtype the layer being called sees its weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_dtype: ContextVar[str | None] = ContextVar("kport_autocast", default=None)
_full_precision: ContextVar[bool] = ContextVar("kport_full_precision", default=False)


@contextmanager
def autocast(dtype: str | None) -> Iterator[None]:
    """Within the block, float weights are seen as `dtype` (None: as they are)."""
    token = _dtype.set(dtype)
    try:
        yield
    finally:
        _dtype.reset(token)


@contextmanager
def full_precision() -> Iterator[None]:
    """Within the block, mixed-precision layers compute in their weights' own dtype. Conversion traces models like this."""
    token = _full_precision.set(True)
    try:
        yield
    finally:
        _full_precision.reset(token)


def in_full_precision() -> bool:
    return _full_precision.get()


def seen_dtype(stored: str) -> str:
    """The dtype in which a weight kept as `stored` is seen now."""
    wanted = _dtype.get()
    return wanted if wanted is not None and ("float" in stored) else stored
