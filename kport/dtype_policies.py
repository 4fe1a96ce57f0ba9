"""In which dtype a layer computes and keeps its weights."""

from __future__ import annotations

from typing import Any

from .configurable import Configurable
from .errors import LayerError
from .ops.promotion import DTYPES
from .settings import floatx

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}

_ALIASES = {"half": "float16", "float": "float32", "double": "float64"}
"""TensorFlow's other names; NumPy's "float" would be float64."""


class DTypePolicy(Configurable):
    """`name` is a dtype or "mixed_float16"/"mixed_bfloat16": compute in 16 bits, keep weights in float32.

    None is the name of the policy that layers have from now on (`dtype_policy`).
    """

    keras_module = "keras"

    def __init__(self, name: str | None = None):
        name = dtype_policy().name if name is None else _ALIASES.get(name, name)
        if name not in DTYPES and name not in _MIXED:
            raise LayerError(f"expected a dtype among {', '.join(DTYPES)}, or {', '.join(_MIXED)}. Received: dtype={name!r}")
        self.name: str = name

    @property
    def compute_dtype(self) -> str:
        return _MIXED.get(self.name, self.name)

    @property
    def variable_dtype(self) -> str:
        return "float32" if self.name in _MIXED else self.name

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


FloatDTypePolicy = DTypePolicy

_global: list[DTypePolicy] = []
"""The policy that was set; none: floatx."""


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are made from now on without a dtype: what was set, or floatx."""
    return _global[0] if _global else DTypePolicy(floatx())


def set_dtype_policy(policy: Any) -> None:
    """Sets the policy of layers that are made from now on: a dtype, "mixed_float16", "mixed_bfloat16" or a DTypePolicy."""
    _global[:] = [] if policy is None else [get(policy)]


def get(identifier: Any) -> DTypePolicy:
    """The policy that None (the global one), a name, a dtype of NumPy or TensorFlow, a Keras configuration or a policy means."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    if isinstance(identifier, dict) and "name" in identifier.get("config", {}):
        return DTypePolicy(identifier["config"]["name"])
    name = getattr(identifier, "name", None) or getattr(identifier, "__name__", None)
    if isinstance(name, str):
        return DTypePolicy(name)
    raise LayerError(f"expected a dtype, a policy's name or its configuration. Received: dtype={identifier!r}")


def serialize(dtype_policy: DTypePolicy) -> Any:
    """The policy's configuration."""
    return {"module": "keras", "class_name": "DTypePolicy", "config": dtype_policy.get_config(), "registered_name": None}


deserialize = get
