"""Work of which the next piece is done while the last one is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_END: Any = object()


def ahead(pieces: Iterable[T]) -> Iterator[T]:
    """The same pieces, each made in a thread of its own while the one before it is used: kernels are transposed while
    others are written. Never more than one waits."""
    iterator = iter(pieces)
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, iterator, _END)
        while (piece := coming.result()) is not _END:
            coming = worker.submit(next, iterator, _END)
            yield piece
