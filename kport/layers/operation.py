"""An operation as a layer, for operations that are applied to a functional model's tensors."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..configurable import serialize
from ..ir import as_array
from ..ops.op import OPS, Op
from ..registry import layers
from .layer import Layer, automatic_name


@layers()
class OpLayer(Layer):
    """One operation of `kport.ops` in a functional model. It has no weights; a mask doesn't go through it, as in Keras."""

    autocast = False

    def __init__(self, op: Op, name: str | None = None):
        super().__init__(name=name or automatic_name(type(op)))
        self.op = op

    def get_config(self) -> dict[str, Any]:
        attributes = {field.name: getattr(self.op, field.name) for field in fields(self.op)}
        return {"name": self.name, "op": self.op.name, "attributes": serialize(attributes)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        attributes = {name: _as_tuples(value) for name, value in config["attributes"].items()}
        return cls(OPS[config["op"]](**attributes), config["name"])

    def call(self, *inputs: Any) -> Any:
        return self.op(*inputs)


def _as_tuples(value: Any) -> Any:
    """JSON's lists as what an operation's attributes are."""
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list) else value


@layers()
class Operation(Layer):
    """An operation that a file's functional model applies to tensors: one of keras.ops, TensorFlow or Keras's backend.

    operation: its name, a key of `keras_operations.OPERATIONS` ("Add", "GetItem") or of
    `tensorflow_functions.FUNCTIONS` ("tf.math.add", "tf.raw_ops.Transpose"); arguments: those that the layer's
    configuration gives; the others come with the call; constants: arguments that aren't tensors, by position.
    An unknown operation is an UnknownLayerError. No weights.
    """

    autocast = False

    def __init__(
        self,
        operation: str,
        arguments: dict[str, Any] | None = None,
        constants: dict[str, Any] | None = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
    ):
        from .keras_operations import find_operation
        from .tensorflow_functions import find_function

        super().__init__(name=name or operation.lower().replace(".", "_"), trainable=trainable, dtype=dtype)
        self.operation = operation
        self.arguments = dict(arguments or {})
        self.constants = dict(constants or {})
        self._function = (find_function if "." in operation else find_operation)(operation, self.name)

    def call(self, *inputs: Any, **kwargs: Any) -> Any:
        args = list(inputs)
        for position, value in sorted((int(k), v) for k, v in self.constants.items()):
            args.insert(position, as_array(value))
        return self._function(*args, **kwargs, **self.arguments)
