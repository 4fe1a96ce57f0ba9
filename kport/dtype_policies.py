"""In which dtype a layer computes and keeps its weights."""

from __future__ import annotations

from typing import Any

from .configurable import Configurable
from .errors import LayerError
from .ops.promotion import DTYPES

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}

_ALIASES = {"half": "float16", "float": "float32", "double": "float64"}
"""TensorFlow's other names; NumPy's "float" would be float64."""


class DTypePolicy(Configurable):
    """`name` is a dtype or "mixed_float16"/"mixed_bfloat16": compute in 16 bits, keep weights in float32."""

    keras_module = "keras"

    def __init__(self, name: str = "float32"):
        name = _ALIASES.get(name, name)
        if name not in DTYPES and name not in _MIXED:
            raise LayerError(f"expected a dtype among {', '.join(DTYPES)}, or {', '.join(_MIXED)}. Received: dtype={name!r}")
        self.name = name

    @property
    def compute_dtype(self) -> str:
        return _MIXED.get(self.name, self.name)

    @property
    def variable_dtype(self) -> str:
        return "float32" if self.name in _MIXED else self.name


def get(identifier: Any) -> DTypePolicy:
    """The policy that None (float32), a name, a Keras configuration or a policy means."""
    if identifier is None:
        return DTypePolicy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    if isinstance(identifier, dict) and "name" in identifier.get("config", {}):
        return DTypePolicy(identifier["config"]["name"])
    raise LayerError(f"expected a dtype, a policy's name or its configuration. Received: dtype={identifier!r}")
