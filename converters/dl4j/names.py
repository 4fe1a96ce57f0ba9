"""Which layer of an artifact is which input, output and value: a table in the file, beside the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEY = "kport.layers"
"""The root attribute that holds it."""
SAFE = re.compile(r"[A-Za-z]\w*", re.ASCII)
"""Names of layers that DL4J takes as they are."""


@dataclass(frozen=True)
class Port:
    """An input or an output: its name in the Keras model, its layer, its dtype, and its number of axes."""

    name: str
    layer: str
    dtype: str
    rank: int


@dataclass(frozen=True)
class Names:
    """The ports in order, and the values of the graph by layer."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    values: Mapping[str, str]

    def text(self) -> str:
        data = {
            "inputs": {p.name: p.layer for p in self.inputs},
            "outputs": {p.name: p.layer for p in self.outputs},
            "dtypes": [[p.dtype for p in ports] for ports in (self.inputs, self.outputs)],
            "ranks": [[p.rank for p in ports] for ports in (self.inputs, self.outputs)],
            "values": dict(self.values),
        }
        return json.dumps(data, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Names:
        data: dict[str, Any] = json.loads(text)
        sides = (
            tuple(Port(*port) for port in zip(data[side], data[side].values(), dtypes, ranks, strict=True))
            for side, dtypes, ranks in zip(("inputs", "outputs"), data["dtypes"], data["ranks"], strict=True)
        )
        inputs, outputs = sides
        return cls(inputs, outputs, data["values"])


def layer_name(name: str, number: int, kind: str) -> str:
    """A name of the Keras model as a layer's; what DL4J can't take is numbered."""
    return name if SAFE.fullmatch(name) else f"{kind}_{number}"
