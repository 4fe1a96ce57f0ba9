"""A function as a layer."""

from __future__ import annotations

import base64
import inspect
import marshal
from typing import Any

from ... import activations, ops
from ...configurable import serialize
from ...errors import LayerError
from ...registry import CUSTOM, layers
from ...registry import activations as activation_registry
from ..layer import Layer


@layers()
class Lambda(Layer):
    """y = function(x, **arguments); the function also gets `mask` if it has such a parameter. It is written in `kport.ops`.

    mask: the output's mask, or a function (inputs, mask) that gives it. output_shape is kept for files: kport finds the
    shape by itself.
    """

    def __init__(
        self,
        function: Any,
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.function = function
        self.output_shape = output_shape
        self.mask = mask
        self.arguments = dict(arguments or {})

    def get_config(self) -> dict[str, Any]:
        """As always; a Python lambda is written as its bytecode, as Keras does."""
        return super().get_config() | {"function": said(self.function)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """As always. A function registered under the layer's own name comes first; one of a known name is looked up;
        Python code in the file is never executed: a LayerError says what to do."""
        return super().from_config(config | {"function": resolve(config.get("function"), config.get("name", "lambda"))})

    def call(self, inputs: Any, mask: Any = None) -> Any:
        parameters = inspect.signature(self.function).parameters
        wanted = {"mask": mask, "training": False}
        return self.function(inputs, **self.arguments, **{k: v for k, v in wanted.items() if k in parameters})

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return self.mask(inputs, mask) if callable(self.mask) else self.mask


def said(function: Any) -> Any:
    """A function as a configuration has it: by name, or its bytecode where it has none."""
    stored = getattr(function, "stored", None)
    if stored is None:
        if getattr(function, "__name__", None) != "<lambda>":
            return serialize(function)
        code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
        closure = [cell.cell_contents for cell in function.__closure__ or ()]
        stored = {"code": code, "defaults": function.__defaults__, "closure": closure or None}
    return {"class_name": "__lambda__", "config": stored}


def resolve(function: Any, layer: str) -> Any:
    """The function that the configuration of the Lambda layer called `layer` means."""
    if layer in CUSTOM:
        return CUSTOM[layer]
    if isinstance(function, dict) and function.get("class_name") == "function":
        function = function["config"]
    if callable(function):
        return function
    if isinstance(function, str):
        if function in CUSTOM or function in activation_registry.items:
            return activations.get(function)
        if callable(getattr(ops, function, None)):
            return getattr(ops, function)
    received = function if isinstance(function, str) else "Python code in the file, which is never executed"
    raise LayerError(
        "expected the name of a function of kport.ops or kport.activations, or a registered one. "
        f"Received: function={received}. Write it with kport.ops into a file, "
        f"@kport.register(name={layer!r}) above `def`, and pass --custom FILE (API: custom=)",
        layer,
    )
