"""The weights of a layer and of the layers in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from inspect import unwrap
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .. import constraints, initializers, regularizers
from ..errors import LayerError, NotBuiltError
from ..ops.promotion import is_float
from ..ops.variable import Variable
from ..tree import flatten
from .own_variables import OwnVariables

if TYPE_CHECKING:
    from .layer import Layer

PLAIN = frozenset({bool, float, int, str, type(None)})
"""Types of attributes that hold no layers: most are of these."""


@cache
def _attributes_of(cls: type) -> frozenset[str]:
    """The attributes that the methods of a class speak of."""
    methods = (unwrap(method) for base in cls.__mro__ for method in vars(base).values() if isinstance(method, FunctionType))
    return frozenset(name for method in methods for name in method.__code__.co_names)


class WeightHolder(OwnVariables):
    """Part of Layer: creates weights, finds those of the layers in its attributes, reads and replaces them."""

    name: str
    _trainable: bool
    own_weights: list[Variable]

    if not TYPE_CHECKING:  # a checker would take every attribute to be there

        def __getattr__(self, name: str) -> Any:
            if not vars(self).get("built", True) and name in _attributes_of(type(self)):
                raise NotBuiltError(
                    f"expected to be built before '{name}' is read: call the layer on data, or build(input_shape). Received: a "
                    "layer without weights",
                    self.name,
                )
            return object.__getattribute__(self, name)  # Python's own error

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
        synchronization: str = "auto",
    ) -> Variable:
        """A new weight, as Keras 3's `add_weight`. An unknown size in `shape` is a LayerError.

        initializer: "glorot_uniform" by default, zeros for other dtypes than floats. `autocast` and
        `overwrite_with_gradient` are Keras's and change nothing here.
        """
        if isinstance(shape, str):  # Keras 2: add_weight(name, shape, initializer=...)
            shape, initializer, name = initializer, "glorot_uniform", shape
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if None in shape:
            raise LayerError(
                f"expected a known shape for weight '{name}'. Received: shape={shape}; give the input's size", self.name
            )
        dtype = dtype or self.variable_dtype
        name = name or ("variable" if not self.own_weights else f"variable_{len(self.own_weights)}")
        variable = Variable(
            initializers.get(initializer or ("glorot_uniform" if is_float(dtype) else "zeros")),
            shape,
            dtype,
            name=name,
            trainable=trainable,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
            aggregation=aggregation,
            synchronization=synchronization,
        )
        variable.path = f"{self.name}/{name}"
        self.own_weights.append(variable)
        return variable

    def sublayers(self) -> Iterator[Layer]:
        """The layers held in attributes, in the order they were set, lists and dicts of them included."""
        from .layer import Layer

        seen: set[int] = set()
        for key, value in vars(self).items():
            if type(value) in PLAIN or key.startswith("_keras_"):
                continue
            items = list(value.values()) if isinstance(value, dict) else value
            for item in flatten(items) if isinstance(items, (list, tuple)) else (items,):
                if isinstance(item, Layer) and id(item) not in seen:
                    seen.add(id(item))
                    yield item

    def all_layers(self) -> Iterator[Layer]:
        """This layer and all in it, each once."""
        seen: set[int] = set()
        stack: list[Any] = [self]
        while stack:
            layer = stack.pop()
            if id(layer) not in seen:
                seen.add(id(layer))
                yield layer
                stack += reversed(list(layer.sublayers()))

    @property
    def variable_dtype(self) -> str:
        """In which dtype weights are kept."""
        raise NotImplementedError

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights. Setting it sets it in all layers inside, too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.sublayers():
            layer.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """All weights: the layer's own, trainable ones first, then its sublayers', in order of creation."""
        found = {id(w): w for w in sorted(self.own_weights, key=lambda w: not w.trainable)}
        for layer in self.sublayers():
            found.update((id(w), w) for w in layer.weights)
        return list(found.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """Weights that training changes."""
        if not self._trainable:
            return []
        found = {id(w): w for w in self.own_weights if w.trainable}
        for layer in self.sublayers():
            found.update((id(w), w) for w in layer.trainable_weights)
        return list(found.values())

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trainable = {id(w) for w in self.trainable_weights}
        return [w for w in self.weights if id(w) not in trainable]

    @property
    def variables(self) -> list[Variable]:
        """The weights, and the states of random number generators."""
        found = {id(v): v for v in self.weights}
        for layer in self.all_layers():
            for item in vars(layer).values():
                state = getattr(item, "state", None) if hasattr(item, "next") else None
                if isinstance(state, Variable):
                    found[id(state)] = state
        return list(found.values())

    @property
    def trainable_variables(self) -> list[Variable]:
        """As `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """As `non_trainable_weights`, and the states of random number generators."""
        trainable = {id(w) for w in self.trainable_weights}
        return [v for v in self.variables if id(v) not in trainable]

    def get_weights(self) -> list[Any]:
        """The weights as arrays, in the order of `weights`; later changes don't reach them."""
        return [w.numpy().copy() for w in self.weights]

    def set_weights(self, arrays: list[Any]) -> None:
        """Replaces all weights, in the order of `weights`."""
        weights = self.weights
        if len(arrays) != len(weights):
            raise LayerError(f"expected {len(weights)} arrays. Received: {len(arrays)} arrays", self.name)
        for weight, array in zip(weights, arrays, strict=True):
            weight.assign(array)

    def count_params(self) -> int:
        """The number of numbers in all weights."""
        return sum(w.type.size or 0 for w in self.weights)
