"""Python's marshal format, read as data: the constants, names and bytes of a code object. Nothing is ever executed.

One reader for Python 2.7 and 3.4 to 3.13. A code object's fields say which of them wrote it.
Source: Python/marshal.c of CPython.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

_MAX_DEPTH = 40
_REF = 0x80


class NotMarshal(Exception):
    """The bytes aren't what marshal writes (or hold what no function has)."""


@dataclass(frozen=True)
class Code:
    """What is needed of a code object. `layout`: the first Python with these fields: 2.7, 3.0, 3.8 or 3.11."""

    layout: str
    arguments: int
    code: bytes
    constants: tuple[Any, ...]
    names: tuple[str, ...]
    variables: tuple[str, ...]
    free: tuple[str, ...]
    cells: tuple[str, ...]
    name: str


_LAYOUTS = {
    "2.7": "nnnn code consts names variables free cells file name n table",
    "3.0": "nnnnn code consts names variables free cells file name n table",
    "3.8": "nnnnnn code consts names variables free cells file name n table",
    "3.11": "nnnnn code consts names variables kinds file name qualname n table exceptions",
}
"""The fields of a code object in order; n is a number. The first number is the count of arguments."""


def parse_code(data: bytes) -> Code:
    """The code object that `data` is; NotMarshal if it is none."""
    python2 = data[:1] == b"c"
    for layout in ("2.7",) if python2 else ("3.11", "3.8", "3.0"):
        reader = _Reader(data, layout)
        try:
            result = reader.read()
        except (NotMarshal, struct.error, IndexError, ValueError, TypeError):
            continue
        if isinstance(result, Code) and reader.position == len(data):
            return result
    raise NotMarshal("not a code object of Python 2.7 or 3.4 to 3.13")


@dataclass
class _Reader:
    data: bytes
    layout: str
    position: int = 0
    depth: int = 0
    refs: list[Any] = field(default_factory=list)
    interned: list[Any] = field(default_factory=list)

    def take(self, count: int) -> bytes:
        if count < 0 or self.position + count > len(self.data):
            raise NotMarshal(f"{count} bytes at {self.position} of {len(self.data)}")
        part = self.data[self.position : self.position + count]
        self.position += count
        return part

    def number(self) -> int:
        return int(struct.unpack("<i", self.take(4))[0])

    def byte(self) -> int:
        return self.take(1)[0]

    def read(self) -> Any:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise NotMarshal("nested too deeply")
        tag = self.byte()
        kind, place = chr(tag & ~_REF), None
        if tag & _REF:
            place = len(self.refs)
            self.refs.append(None)
        value = self.value(kind)
        if place is not None:
            self.refs[place] = value
        self.depth -= 1
        return value

    def value(self, kind: str) -> Any:
        if kind in _SINGLETONS:
            return _SINGLETONS[kind]
        if kind == "i":
            return self.number()
        if kind == "I":
            return struct.unpack("<q", self.take(8))[0]
        if kind == "g":
            return struct.unpack("<d", self.take(8))[0]
        if kind == "f":
            return float(self.take(self.byte()))
        if kind == "l":
            return self.long()
        if kind in "su":
            data = self.take(self.number())
            return data.decode("utf-8", "surrogatepass") if kind == "u" else data
        if kind in "tAa":
            return self.text(kind)
        if kind in "zZ":
            return self.take(self.byte()).decode("latin-1")
        if kind == "R":
            return self.interned[self.number()]
        if kind == "r":
            return self.refs[self.number()]
        if kind in "()[<>":
            count = self.byte() if kind == ")" else self.number()
            if not 0 <= count <= len(self.data):
                raise NotMarshal(f"{count} items")
            return tuple(self.read() for _ in range(count))
        if kind == "c":
            return self.code()
        raise NotMarshal(f"type {kind!r}")

    def long(self) -> int:
        """Digits of 15 bits; the count's sign is the number's."""
        count = self.number()
        if abs(count) > 8:
            raise NotMarshal("a very long number")
        digits = struct.unpack(f"<{abs(count)}H", self.take(2 * abs(count)))
        total = sum(d << (15 * i) for i, d in enumerate(digits))
        return -total if count < 0 else total

    def text(self, kind: str) -> str:
        """Text that Python keeps once; Python 2 refers to it by number later."""
        text = self.take(self.number()).decode("latin-1")
        if kind == "t":
            self.interned.append(text)
        return text

    def code(self) -> Code:
        fields: dict[str, Any] = {}
        numbers: list[int] = []
        for part in _LAYOUTS[self.layout].split():
            if set(part) == {"n"}:
                numbers += [self.number() for _ in part]
            else:
                fields[part] = self.read()
        if not isinstance(fields["code"], bytes) or not isinstance(fields["consts"], tuple):
            raise NotMarshal("no bytes of code")
        if not 0 <= numbers[0] <= 255:
            raise NotMarshal("no count of arguments")
        variables = self.strings(fields["variables"])
        free, cells = self.strings(fields.get("free", ())), self.strings(fields.get("cells", ()))
        if "kinds" in fields:  # one list of variables, whose kinds say which are free (0x80) or cells (0x40)
            kinds = fields["kinds"]
            free = tuple(v for v, k in zip(variables, kinds, strict=True) if k & 0x80)
            cells = tuple(v for v, k in zip(variables, kinds, strict=True) if k & 0x40)
        names = self.strings(fields["names"])
        name = self.strings((fields["name"],))[0]
        return Code(self.layout, numbers[0], fields["code"], fields["consts"], names, variables, free, cells, name)

    def strings(self, items: Any) -> tuple[str, ...]:
        """Names, which are bytes in Python 2."""
        if not isinstance(items, tuple):
            raise NotMarshal("no names")
        texts = tuple(i.decode("latin-1") if isinstance(i, bytes) else i for i in items)
        if not all(isinstance(t, str) for t in texts):
            raise NotMarshal("no names")
        return texts


_SINGLETONS = {"N": None, "T": True, "F": False, ".": Ellipsis, "0": None}
