"""The oldest system that a package shall run on, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import UsageError
from ...ir import Node
from ..target import Options

DEFAULT = "ios15"
"""The first that has ML Programs."""
VERSIONS = {
    "ios15": 6,
    "ios16": 7,
    "ios17": 8,
    "ios18": 9,
    "macos12": 6,
    "macos13": 7,
    "macos14": 8,
    "macos15": 9,
    "tvos15": 6,
    "tvos16": 7,
    "tvos17": 8,
    "tvos18": 9,
    "watchos8": 6,
    "watchos9": 7,
    "watchos10": 8,
    "watchos11": 9,
}
"""System → version of the model specification, which says the set of operations too."""
IOS15, IOS16, IOS17, IOS18 = 6, 7, 8, 9
NAMES = {IOS15: "iOS 15", IOS16: "iOS 16", IOS17: "iOS 17", IOS18: "iOS 18"}


def specification(options: Options) -> int:
    """The version of the specification that the options ask for."""
    wanted = (options.min_os or DEFAULT).lower()
    if wanted not in VERSIONS:
        raise UsageError(f"expected --min-os {', '.join(VERSIONS)}. Received: {options.min_os}")
    return VERSIONS[wanted]


def since(first: int) -> Callable[[Node, Options], str | None]:
    """Accepts a node from a version on."""

    def accepts(node: Node, options: Options) -> str | None:
        return None if specification(options) >= first else f"CoreML has it from {NAMES[first]} on (--min-os)"

    return accepts
