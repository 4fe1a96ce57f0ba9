"""The warning that an old name gives."""

from __future__ import annotations

import sys
import warnings


class KportDeprecationWarning(FutureWarning):
    """An old name of Keras was used; the message has the new one. Shown by default, once for each place in the code."""


_INNER = ("kport", "importlib")


def warn(message: str) -> None:
    """Warns at the place outside of kport that the call came from."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and (package := frame.f_globals.get("__name__", "").partition(".")[0]) in _INNER:
        depth, frame = depth + (package == "kport"), frame.f_back  # Python doesn't count importlib's frames
    warnings.warn(message, KportDeprecationWarning, stacklevel=depth + 1)
