"""How an operation may be written: its parameters, their types, and from which iOS on.

The tables beside the kernels have one line for each change of an operation:

    15 clip(x: T=F, alpha: const T, beta: const T) -> T

- `15`: from iOS 15 on, until a later line says otherwise.
- `x[3-5]: T=F`: of rank 3 to 5, of a type T that is one of F; every T of the line is the same.
- `const`: known when the model is compiled; `?`: may be left out; `*`: any number of values.
- `-> T, int32`: the types of what it gives; `?` may be left out, `...` any number of them, `any` is that of some input,
  `=dtype:fp32` that which the parameter `dtype` names, fp32 if it isn't given, `free` is whatever the program says.

Source: the documentation of Apple's MIL operations (coremltools, converters/mil/mil/ops/defs/iOS15 to iOS18).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FLOATS = ("fp16", "fp32")
SMALL = ("int8", "uint8", "int16", "uint16")
DOMAINS: dict[str, tuple[str, ...]] = {
    "F": FLOATS,
    "N": (*FLOATS, "int32"),
    "A": (*FLOATS, "int32", "bool"),
    "W": (*FLOATS, "int32", "bool", *SMALL),
    "X": (*FLOATS, "int32", *SMALL),
    "INDEX16": ("int32", "int16", "uint16"),
    "INDEX17": ("int32", *SMALL),
    "SIZES": ("int32", "int8", "int16"),
    "BYTE": ("int8", "uint8"),
    "INT": ("int32",),
    "SCALE": ("fp32", "int32"),
    "ZERO": ("int8", "uint8", "fp32"),
    "RESIZED": ("int32", "int16", "uint16", "uint32"),
    "BOX": (*FLOATS, "uint16"),
    "BOXES": ("int32", "uint16"),
    "SINGLE": ("fp32",),
    "LOGIT": ("bool", *FLOATS),
    "PACKED": ("uint1", "uint2", "uint3", "uint4", "uint6", "uint8"),
    "QUANTA": ("int4", "uint4", "int8", "uint8", *FLOATS),
    "PLAIN": ("int8", "uint8", *FLOATS),
}
"""Sets of types that the tables name"""
DTYPES = {"fp16", "fp32", "int32", "bool", "string", "uint8", "uint32", "uint1", "int8"}
MANY = 1 << 30
_LINE = re.compile(r"(\d+) (\w+)\((.*)\) -> (.*)")
_PARAMETER = re.compile(r"(\w+)([?*]?)(?:\[(\d)(?:-(\d))?\])?: (const )?(\w+)(?:=(\w+))?")


@dataclass(frozen=True)
class Parameter:
    """types: what it may have; variable: the letter that all of the same type share; several: any number of values."""

    name: str
    types: tuple[str, ...]
    variable: str
    const: bool
    optional: bool
    several: bool
    ranks: tuple[int, int] | None


@dataclass(frozen=True)
class Form:
    """One operation as it is from one iOS on. least, most: how many outputs it has; beyond those listed as the last one."""

    since: int
    name: str
    parameters: Mapping[str, Parameter]
    outputs: tuple[str, ...]
    least: int
    most: int

    def output(self, index: int) -> str:
        return self.outputs[min(index, len(self.outputs) - 1)]


def read_forms(table: str) -> dict[str, tuple[Form, ...]]:
    """The forms of each operation in a table, oldest first."""
    forms: dict[str, tuple[Form, ...]] = {}
    for line in filter(None, map(str.strip, table.splitlines())):
        form = _form(line)
        forms[form.name] = (*forms.get(form.name, ()), form)
    return forms


def _form(line: str) -> Form:
    found = _LINE.fullmatch(line)
    assert found, line
    since, name, parameters, outputs = found.groups()
    domains: dict[str, tuple[str, ...]] = {}
    read = [_parameter(text, domains) for text in filter(None, parameters.split(", "))]
    marked = [] if outputs == "nothing" else outputs.split(", ")
    names = tuple(re.sub(r"(\.\.\.|\?)$", "", m) for m in marked)
    assert all(n in {*DTYPES, *domains, "any", "free"} or n[0] == "=" for n in names), line
    least = sum(m[-1] not in ".?" for m in marked)
    most = MANY if outputs.endswith("...") else len(marked)
    return Form(int(since), name, {p.name: p for p in read}, names, least, most)


def _parameter(text: str, domains: dict[str, tuple[str, ...]]) -> Parameter:
    found = _PARAMETER.fullmatch(text)
    assert found, text
    name, mark, low, high, const, kind, domain = found.groups()
    if domain:
        domains[kind] = DOMAINS[domain]
    ranks = (int(low), int(high or low)) if low else None
    types = domains.get(kind) or DOMAINS.get(kind) or ((kind,) if kind != "any" else ())
    assert kind == "any" or all(t in DTYPES or kind in domains or kind in DOMAINS for t in types), text
    return Parameter(name, types, kind if kind in domains else "", bool(const), mark == "?", mark == "*", ranks)


def form_of(forms: tuple[Form, ...], ios: int) -> Form | None:
    """The form that holds in this iOS; None if the operation came later."""
    fitting = [form for form in forms if form.since <= ios]
    return fitting[-1] if fitting else None
