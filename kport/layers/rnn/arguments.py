"""The arguments that a recurrent cell and the layer around it share, as base classes of both."""

from __future__ import annotations

from typing import Any, ClassVar

from ... import activations, constraints, initializers, regularizers
from ...random.seed_generator import make_default_seed
from ..arguments import positive
from ..layer import Layer


class CellArguments(Layer):
    """Arguments: activation; use_bias; initializers, regularizers and constraints of the three weights; dropout of the
    input and recurrent_dropout of the state (training only), with a seed."""

    seed_first: ClassVar[bool] = False
    """Whether a seed that isn't given is drawn before those of the initializers: in Keras's order weights are repeatable."""

    def __init__(
        self,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        early = make_default_seed() if seed is None and self.seed_first else seed
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.seed = seed
        self.drawn_seed = make_default_seed() if early is None else early
        self.use_seed(self.drawn_seed)

    def use_seed(self, seed: int) -> None:
        """What a cell does with its seed. The layer around it only hands it on."""


class UnitsArguments(CellArguments):
    """And `units`: the size of a state."""

    def __init__(self, units: int, activation: Any = "tanh", use_bias: bool = True, **kwargs: Any):
        super().__init__(activation=activation, use_bias=use_bias, **kwargs)
        self.units = positive("units", units)


class GatedArguments(UnitsArguments):
    """And `recurrent_activation`: of the gates; `implementation` (how Keras multiplies; the numbers are the same)."""

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        *,
        implementation: int = 2,
        **kwargs: Any,
    ):
        super().__init__(units, activation, use_bias, **kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.implementation = implementation

    def get_config(self) -> dict[str, Any]:
        """Without the arguments that only say how Keras computes: its own configurations leave them out."""
        return {key: value for key, value in super().get_config().items() if key not in ("implementation", "use_cudnn")}
