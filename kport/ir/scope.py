"""The path of the layer that is being called, so that every node and every message can name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_path: ContextVar[tuple[str, ...]] = ContextVar("kport_scope", default=())


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Within the block, recorded nodes belong to the layer `name` of the enclosing scope."""
    token = _path.set((*_path.get(), name))
    try:
        yield
    finally:
        _path.reset(token)


def current_scope() -> str:
    """The path of the layer being called, "" outside of any."""
    return "/".join(_path.get())
