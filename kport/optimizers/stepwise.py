"""Optimizers that compute once a step what all variables share."""

from __future__ import annotations

from typing import Any

from ..ops.backend import tf
from ..ops.promotion import dtype_of
from .optimizer import Optimizer
from .resources import read


class Stepwise(Optimizer):
    """Base of the built-in optimizers: `shared` gives scalars (learning rate, bias corrections) once for all variables of a
    dtype, `update` changes one variable with them."""

    def shared(self, rate: Any, step: Any) -> Any:
        """What variables of one dtype share in a step. rate: the learning rate; step: the number of the step, from 1; both
        are scalar tensors of that dtype."""
        raise NotImplementedError(f"optimizer {type(self).__name__} has no shared")

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        """Changes a variable; gradient: of its dtype, maybe `tf.IndexedSlices`; index: its position; now: what `shared` gave."""
        raise NotImplementedError(f"optimizer {type(self).__name__} has no update")

    def update_steps(self, grads: list[Any], variables: list[Any], learning_rate: Any) -> None:
        if type(self).update_step is not Stepwise.update_step:
            super().update_steps(grads, variables, learning_rate)  # the user's own
            return
        now: dict[Any, Any] = {}
        for gradient, variable in zip(grads, variables, strict=True):
            dtype = _dtype(variable)
            if dtype not in now:
                now[dtype] = self._shared(learning_rate, dtype)
            self._update(gradient, variable, dtype, now[dtype])

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        dtype = _dtype(variable)
        self._update(gradient, variable, dtype, self._shared(learning_rate, dtype))

    def _shared(self, learning_rate: Any, dtype: str) -> Any:
        step = tf.cast(read(self._iterations) if not self.gradient_accumulation_steps else self.iterations, dtype)
        return self.shared(tf.cast(learning_rate, dtype), step + 1)

    def _update(self, gradient: Any, variable: Any, dtype: str, now: Any) -> None:
        if gradient.dtype != dtype:
            gradient = tf.cast(gradient, dtype)
        self.update(gradient, variable, self._get_variable_index(variable), now)


def _dtype(variable: Any) -> str:
    """The name of the dtype in which a variable is kept."""
    return variable.type.dtype if hasattr(variable, "type") else dtype_of(variable) or ""
