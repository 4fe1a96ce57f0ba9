"""Keeps what LiteRT tells about itself from the user's terminal."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STANDARD_ERROR = 2
NOTE = b"INFO: "
_lock = threading.Lock()


@contextmanager
def without_notes() -> Iterator[None]:
    """Within the block LiteRT's notes, which it has no setting for, are dropped; anything else that is written to standard
    error comes out after it."""
    if sys.stderr is None:  # a program without a terminal
        yield
        return
    sys.stderr.flush()
    with _lock, tempfile.TemporaryFile() as said:
        kept = os.dup(STANDARD_ERROR)
        os.dup2(said.fileno(), STANDARD_ERROR)
        try:
            yield
        finally:
            os.dup2(kept, STANDARD_ERROR)
            os.close(kept)
            said.seek(0)
            rest = b"".join(line for line in said if not line.startswith(NOTE))
            if rest:
                os.write(STANDARD_ERROR, rest)
