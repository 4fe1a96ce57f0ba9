"""One configuration of one layer, and what it is compared with."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tests.compare import ATOL, RTOL


@dataclass(frozen=True)
class LayerCase:
    """A row of the layer grid.

    layer: Keras class name; inputs: the first argument of `call` as `tests.data.make` takes it;
    config: constructor arguments as Keras's JSON has them (a wrapped layer is a dict with class_name and config);
    call: further arguments of `call` by name; mask: the mask of the input;
    oracle: "keras" (3.15) or "tf_keras" for what Keras 3 dropped, or None with `expected` given (its source in `reason`):
    the outputs, or a function of the inputs and the weights that gives them; weights: random ones if absent;
    reason: why a tolerance is wider than the default, or why something can't be compared;
    skip: parts that can't be shown for this case, each with its reason: any of tensorflow, graph, config, keras_config.
    """

    layer: str
    inputs: Any
    config: dict[str, Any] = field(default_factory=dict)
    call: dict[str, Any] = field(default_factory=dict)
    mask: Any = None
    oracle: str | None = "keras"
    expected: Any = None
    weights: Any = None
    rtol: float = RTOL
    atol: float = ATOL
    reason: str = ""
    skip: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wider = self.rtol > RTOL or self.atol > ATOL
        if (wider or self.oracle is None) and not self.reason:
            raise ValueError(f"{self}: a wider tolerance or a missing oracle needs a reason")

    @property
    def id(self) -> str:
        parts = [f"{k}={v}" for k, v in self.config.items()]
        parts += [f"call.{k}" for k in self.call] + (["mask"] if self.mask is not None else [])
        return f"{self.layer}({', '.join(parts)}) {self.inputs}".replace("[", "(").replace("]", ")")

    def layer_config(self, name: str = "layer") -> dict[str, Any]:
        """The config of a layer of this name: a copy, because Keras empties the nested ones it is given."""
        return {"name": name, **copy.deepcopy(self.config)}
