"""What a metric is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import dtype_policies, initializers
from ..configurable import Configurable, constructor_parameters, serialize
from ..errors import UsageError
from ..naming import UniqueNames, snake_case
from ..ops import Variable
from ..ops.backend import tf
from ..ops.promotion import numpy_dtype

_names = UniqueNames()

FLOAT = "float32"


class Metric(Configurable):
    """Gathers numbers batch by batch, and says what they come to.

    A subclass defines `update_state(y_true, y_pred, sample_weight=None)`, which adds to variables made by `add_variable`, and
    `result()`. It works on arrays of NumPy alone; from the first TensorFlow tensor on the variables are TensorFlow's. Replicas of
    a distributed training keep sums of their own, which are added when they are read.
    """

    keras_module = "keras.metrics"

    def __init__(self, dtype: Any = None, name: str | None = None):
        self.name = name or _names.next(snake_case(type(self).__name__))
        self._dtype = dtype_policies.get(dtype or FLOAT).compute_dtype
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The dtype of the sums."""
        return self._dtype

    def add_variable(
        self, shape: Any, initializer: Any = None, dtype: str | None = None, aggregation: str = "sum", name: str | None = None
    ) -> Variable:
        """A number (or several) of the state; zeros unless an initializer is given. It is neither trained nor saved."""
        if "_variables" not in vars(self):
            raise UsageError(f"expected super().__init__() before variables are added to the metric {type(self).__name__}")
        variable = Variable(
            initializers.get(initializer),
            shape,
            dtype or FLOAT,
            name=name,
            trainable=False,
            aggregation=aggregation,
            synchronization="on_read",
        )
        variable.path = f"{self.name.replace('/', '>')}/{variable.name}"
        self._variables.append(variable)
        return variable

    def add_weight(self, shape: Any = (), initializer: Any = None, dtype: str | None = None, name: str | None = None) -> Variable:
        """As add_variable."""
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """The state: the metric's own variables, then those of metrics in its attributes."""
        held = list(_held(list(vars(self).values())))
        variables = [*self._variables, *(v for v in held if isinstance(v, Variable))]
        variables += [v for metric in held if isinstance(metric, Metric) for v in metric.variables]
        return list({id(v): v for v in variables}.values())

    def reset_state(self) -> None:
        """Forgets all batches: every variable becomes 0."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, numpy_dtype(variable.dtype)))

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch."""
        raise NotImplementedError(f"metric {type(self).__name__} has no update_state(...)")

    def result(self) -> Any:
        """What all batches since the last reset come to."""
        raise NotImplementedError(f"metric {type(self).__name__} has no result()")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch, and gives the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as JSON can hold them."""
        return {name: serialize(getattr(self, name)) for name in constructor_parameters(type(self)) if hasattr(self, name)}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def reading(variable: Variable) -> Any:
    """What the variable holds now."""
    return tf.convert_to_tensor(variable) if variable.is_in_tensorflow else variable.numpy()


def _held(values: list[Any]) -> Iterator[Any]:
    """Variables and metrics among values, and in the lists and dicts among them."""
    for value in values:
        if isinstance(value, (Variable, Metric)):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _held(list(value))
        elif isinstance(value, dict):
            yield from _held(list(value.values()))
