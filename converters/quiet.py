"""Keeps what runtimes tell about themselves from the user's terminal, where they have no setting for it."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

IsNote = Callable[[bytes], object]
STANDARD_ERROR = 2


class _Capture:
    """Standard error while somebody has notes to drop: targets that are worked on at a time share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._notes: list[IsNote] = []
        self._said: IO[bytes]
        self._kept: int

    def enter(self, is_note: IsNote) -> None:
        with self._lock:
            if not self._open:
                self._said = tempfile.TemporaryFile()  # noqa: SIM115  it is closed when the last one leaves
                self._kept = os.dup(STANDARD_ERROR)
                os.dup2(self._said.fileno(), STANDARD_ERROR)
            self._open += 1
            self._notes.append(is_note)

    def leave(self) -> None:
        with self._lock:
            self._open -= 1
            if self._open:
                return
            os.dup2(self._kept, STANDARD_ERROR)
            os.close(self._kept)
            notes, self._notes = self._notes, []
            with self._said as said:
                said.seek(0)
                rest = b"".join(line for line in said if not any(is_note(line) for is_note in notes))
            if rest:
                os.write(STANDARD_ERROR, rest)


_capture = _Capture()


@contextmanager
def without_notes(is_note: IsNote) -> Iterator[None]:
    """Within the block lines on standard error that are notes are dropped; anything else that is written there comes out
    after it."""
    if sys.stderr is None:  # a program without a terminal
        yield
        return
    sys.stderr.flush()
    _capture.enter(is_note)
    try:
        yield
    finally:
        _capture.leave()
