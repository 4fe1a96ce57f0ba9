"""The state of an optimizer: its variables, their names and order, and the learning rate."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .. import initializers
from ..errors import UsageError
from ..legacy import old_attribute
from ..naming import UniqueNames, snake_case
from ..ops.backend import is_tensorflow, tf
from ..ops.promotion import dtype_of
from ..ops.variable import Variable
from .resources import held
from .schedules.schedule import LearningRateSchedule

_names = UniqueNames()

FLOAT = "float32"
"""The dtype of a learning rate."""


def automatic_name(cls: type) -> str:
    """adam, adam_1, ...: the class's name as Keras derives it, numbered from the second on."""
    return _names.next(snake_case(cls.__name__))


class OptimizerState:
    """What an optimizer remembers from one step to the next.

    Variables are kept in NumPy as long as the model's are, and are made in TensorFlow where the model's live: within the
    strategy of a distributed training each replica has its copy.
    """

    def __init__(self, learning_rate: Any, name: str | None):
        self.name = name or automatic_name(type(self))
        self.built = False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Any] = []
        self._indices: dict[int, int] = {}
        self._iterations = self.add_variable((), dtype="int64", aggregation="only_first_replica", name="iteration")
        self._learning_rate: Any = learning_rate
        if not callable(learning_rate):
            if not isinstance(learning_rate, float):
                raise UsageError(
                    "expected learning_rate to be a float, a LearningRateSchedule or a callable without arguments. "
                    f"Received: learning_rate={learning_rate!r}"
                )
            self._learning_rate = self.add_variable(
                (), initializers.Constant(learning_rate), aggregation="only_first_replica", name="learning_rate"
            )

    # variables

    @property
    def variables(self) -> list[Variable]:
        """All state in the order in which files hold it: iterations, learning rate, then what `build` makes."""
        return list(self._variables)

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: str | None = None,
        aggregation: str = "none",
        layout: None = None,
        name: str | None = None,
    ) -> Variable:
        """A new variable of the optimizer's state; `layout` is there for Keras's signature and must stay None."""
        if layout is not None:
            raise UsageError(f"expected layout=None: TensorFlow has no layouts. Received: layout={layout!r}")
        variable = Variable(
            initializers.get(initializer),
            shape,
            dtype or FLOAT,
            name=name,
            trainable=False,
            aggregation=aggregation or "none",
        )
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        if any(_in_tensorflow(v) for v in self._trainable_variables):
            self._into_tensorflow([variable])
        return variable

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """A new variable of the shape and dtype of one of the model's; named `<its path>_<name>`."""
        path = getattr(reference_variable, "path", None) or str(reference_variable.name).replace(":", "_")
        return self.add_variable(
            reference_variable.shape,
            initializer,
            dtype_of(_stored(reference_variable)),
            name=f"{path.replace('/', '_')}_{name or 'var'}",
        )

    def add_optimizer_variables(self, trainable_variables: Sequence[Any], name: Any, initializer: Any = "zeros") -> Any:
        """One new variable for each of the model's; with several names that many lists, made variable by variable.

        initializer: one for all, or as many as there are names.
        """
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, (list, tuple))
        makers: list[Any] = list(initializer) if several else [initializer] * len(names)
        if len(makers) != len(names):
            raise UsageError(f"expected as many initializers as names. Received: {len(makers)} initializers for name={names}")
        rows = [
            [self.add_variable_from_reference(v, n, i) for n, i in zip(names, makers, strict=True)] for v in trainable_variables
        ]
        lists = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
        return lists[0] if isinstance(name, str) else tuple(lists)

    def _into_tensorflow(self, variables: Sequence[Variable]) -> None:
        """Has TensorFlow hold these variables, beside the model's."""
        late = [v for v in variables if not v.is_in_tensorflow]
        if late:
            with _home(self._trainable_variables):
                for variable in late:
                    variable.in_tensorflow()

    def _get_variable_index(self, variable: Any) -> int:
        """The position of one of the model's variables among those the optimizer was built with; KeyError if it isn't."""
        if isinstance(variable, Variable):
            return self._indices[id(variable)]
        whole = getattr(variable, "_distributed_container", lambda: variable)()
        index = self._indices.get(id(whole))
        if index is not None:
            return index
        for i, known in enumerate(self._trainable_variables):
            if isinstance(known, Variable) and known.is_in_tensorflow and held(known) is whole:
                return i
        raise KeyError(getattr(variable, "name", variable))

    # learning rate

    @property
    def iterations(self) -> Any:
        """The number of steps so far."""
        return self._iterations

    lr = old_attribute("lr", "learning_rate")

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the next step: a Variable, or what the schedule or callable gives."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            return rate
        return rate(self._iterations) if isinstance(rate, LearningRateSchedule) else rate()

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        current = self._learning_rate
        if callable(learning_rate) and not isinstance(learning_rate, Variable):
            if isinstance(current, Variable):
                self._variables = [v for v in self._variables if v is not current]
            self._learning_rate = learning_rate
            return
        if isinstance(current, LearningRateSchedule):
            raise TypeError(
                "expected an optimizer whose learning rate is settable: this one was made with a LearningRateSchedule. Make it "
                f"with learning_rate=<a float>. Received: learning_rate={learning_rate!r}"
            )
        current.assign(learning_rate)

    # files

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces the state, in the order of `variables`."""
        if not self.built:
            raise UsageError(
                "expected an optimizer that is built: call `optimizer.build(trainable_variables)` before `set_weights()`. "
                f"Received: {len(weights)} weights"
            )
        for variable, weight in zip(self.variables, weights, strict=False):
            if tuple(variable.shape) != tuple(weight.shape):
                raise UsageError(
                    f"expected shape {variable.shape} for optimizer variable '{variable.path}'. Received: shape={weight.shape}"
                )
            variable.assign(weight)

    def save_own_variables(self, store: Any) -> None:
        """Puts the state into a file's group: "0", "1", ... in the order of `variables`."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Takes the state from a file's group; a group with another number of variables is left alone, with a warning."""
        variables = self.variables
        if len(store.keys()) != len(variables):
            hint = "" if self.built else " It isn't built yet: call `optimizer.build(trainable_variables)` first."
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {len(variables)} variables whereas the "
                f"saved optimizer has {len(store.keys())} variables.{hint}",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(variables):
            variable.assign(store[str(i)][...])


def _stored(variable: Any) -> Any:
    return variable.type if isinstance(variable, Variable) else variable


def _in_tensorflow(variable: Any) -> bool:
    return variable.is_in_tensorflow if isinstance(variable, Variable) else is_tensorflow(variable)


def _home(variables: Sequence[Any]) -> AbstractContextManager[Any]:
    """Where variables are to be made that go with these: in the scope of their strategy."""
    strategy = next((getattr(held(v), "distribute_strategy", None) for v in variables if _in_tensorflow(v)), None)
    if strategy is None or strategy is tf.distribute.get_strategy():
        return nullcontext()
    return strategy.scope()
