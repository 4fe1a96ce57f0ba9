"""Names in a program: letters, digits and underscores, not beginning with a digit.

Source: coremltools, converters/mil/mil/passes/defs/preprocess.py (NameSanitizer).
"""

from __future__ import annotations

import re

RESERVED = frozenset(
    "any bool func program tensor list dict tuple string state fp16 fp32 fp64 int int8 int16 int32 int64".split()  # noqa: SIM905
)
"""Words of the language that programs are shown in."""


def identifier(name: str) -> str:
    """The name with an underscore for everything that may not be in one."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"_{plain}" if not plain or plain[0].isdigit() or plain in RESERVED else plain


class Names:
    """Gives each identifier once."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """An identifier made of the name, with a number if there is one already."""
        wanted = identifier(name)
        candidate = wanted
        while candidate in self._taken:
            self._taken[wanted] += 1
            candidate = f"{wanted}_{self._taken[wanted]}"
        self._taken[candidate] = 0
        return candidate
