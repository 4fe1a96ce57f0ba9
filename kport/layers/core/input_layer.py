"""Where data enters a model."""

from __future__ import annotations

from typing import Any

from ...ir import TensorType
from ...registry import layers
from ...settings import floatx
from ..keras_tensor import KerasTensor, LayerCall
from ..layer import Layer


@layers()
class InputLayer(Layer):
    """Gives the model's input. Without weights.

    Arguments: shape (without batch) or batch_shape (with it; None for unknown sizes); batch_size; dtype; sparse and
    ragged (only False can be computed); optional (the input may be None).
    """

    supports_masking = True

    def __init__(
        self,
        shape: tuple[int | None, ...] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        batch_shape: tuple[int | None, ...] | None = None,
        *,
        name: str | None = None,
        optional: bool = False,
        **kwargs: Any,
    ):
        super().__init__(name=name, dtype=dtype or floatx(), **kwargs)
        self.batch_shape = tuple(batch_shape) if batch_shape is not None else (batch_size, *(shape or ()))
        self.sparse = sparse
        self.ragged = ragged
        self.optional = optional
        self.built = True
        self._keras_call = LayerCall(self, (), {})
        self._keras_call.outputs = KerasTensor(TensorType(self.dtype_policy.name, self.batch_shape), self._keras_call)

    @property
    def output(self) -> KerasTensor:
        tensor: KerasTensor = self._keras_call.outputs
        return tensor

    def call(self, inputs: Any) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_shape": list(self.batch_shape or ()),
            "dtype": self.dtype_policy.name,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def Input(
    shape: tuple[int | None, ...] | None = None, batch_size: int | None = None, dtype: Any = None, **kwargs: Any
) -> KerasTensor:
    """The start of a functional model: a tensor of `shape` (without batch, None for unknown sizes) and `dtype`.

    Further arguments are those of InputLayer, such as `name`.
    """
    return InputLayer(shape, batch_size, dtype, **kwargs).output
