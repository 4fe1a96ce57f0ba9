"""Names that Keras derives from class names; files refer to layers by them."""

from __future__ import annotations

import re
import weakref
from collections import Counter
from typing import ClassVar


def snake_case(name: str) -> str:
    """conv2d for Conv2D, max_pooling2d for MaxPooling2D, gru for GRU: an underscore only between a word and the next."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


class UniqueNames:
    """dense, dense_1, dense_2, ...: numbered from the second of a name on."""

    _all: ClassVar[weakref.WeakSet[UniqueNames]] = weakref.WeakSet()

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._all.add(self)

    def next(self, base: str) -> str:
        count = self._counts[base]
        self._counts[base] += 1
        return f"{base}_{count}" if count else base

    @classmethod
    def start_over(cls) -> None:
        """Every numbering that there is begins anew."""
        for names in cls._all:
            names._counts.clear()
