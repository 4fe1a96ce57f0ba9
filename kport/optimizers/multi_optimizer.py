"""Several optimizers for one model, each for variables of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import Any

from ..configurable import Configurable, serialize
from ..errors import UsageError
from ..registry import optimizers
from .loss_scale_optimizer import LossScaleOptimizer
from .optimizer import Optimizer
from .serialization import deserialize


@optimizers("optimizermap")
class OptimizerMap(Configurable, MutableMapping):
    """Optimizers by the path of a variable: the one under this path, else the one whose pattern matches all of it, else
    default_optimizer."""

    keras_module = "keras.optimizers"

    def __init__(self, default_optimizer: Any, optimizer_map: dict[str, Any] | None = None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"expected default_optimizer to be an optimizer. Received: default_optimizer={default_optimizer!r}")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"expected optimizer_map to be a dict. Received: optimizer_map={optimizer_map!r}")
        self.default_optimizer = default_optimizer
        self.optimizer_map = optimizer_map or {}

    def __getitem__(self, key: str) -> Any:
        if key in self.optimizer_map:
            return self.optimizer_map[key]
        patterns = [pattern for pattern in self.optimizer_map if re.fullmatch(pattern, key)]
        if len(patterns) > 1:
            raise UsageError(f"expected one optimizer for each variable. Received: patterns={patterns} for variable '{key}'")
        return self.optimizer_map[patterns[0]] if patterns else self.default_optimizer

    def __setitem__(self, key: str, optimizer: Any) -> None:
        if key in self.optimizer_map:
            raise UsageError(f"expected a key that isn't there yet. Received: key={key!r}, which has {self.optimizer_map[key]}")
        if not isinstance(key, str):
            raise UsageError(f"expected a path or pattern. Received: key={key!r}")
        self.optimizer_map[key] = inner(optimizer)

    def __delitem__(self, key: str) -> None:
        del self.optimizer_map[key]

    def __len__(self) -> int:
        return len(self.optimizer_map)

    def __iter__(self) -> Iterator[str]:
        return iter(self.optimizer_map)

    def __call__(self, variable: Any) -> Any:
        return self[variable.path]

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> OptimizerMap:
        own = {key: deserialize(value, custom_objects) for key, value in config["optimizer_map"].items()}
        return cls(deserialize(config["default_optimizer"], custom_objects), own)


def inner(optimizer: Any) -> Any:
    """The optimizer itself, if it is one that another can hold."""
    if not isinstance(optimizer, Optimizer) or isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise UsageError(
            f"expected an optimizer, neither LossScaleOptimizer nor MultiOptimizer. Received: optimizer={optimizer!r}"
        )
    return optimizer


@optimizers("multioptimizer")
class MultiOptimizer(Optimizer):
    """Takes each variable's step with the optimizer that optimizer_map (an OptimizerMap, or any function of a variable) gives
    for it. The learning rates are those of these optimizers."""

    def __init__(self, optimizer_map: Callable[[Any], Any], loss_scale_factor: float | None = None, name: str | None = None):
        self.optimizers: list[Any] = []
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self.optimizer_map = optimizer_map
        values = getattr(optimizer_map, "values", tuple)
        for optimizer in (*values(), getattr(optimizer_map, "default_optimizer", None)):
            if optimizer is not None:
                self._index(optimizer)

    def _index(self, optimizer: Any) -> int:
        """The position of an optimizer among `optimizers`, which takes it up if it is new."""
        if optimizer not in self.optimizers:
            optimizer.loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)
        return self.optimizers.index(optimizer)

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        self._choices = [self._index(inner(self.optimizer_map(v))) for v in variables]
        super().build(variables)
        for optimizer, own in self._shares(variables):
            optimizer.build(own)

    def _shares(self, variables: Sequence[Any]) -> list[tuple[Any, list[Any]]]:
        """Each optimizer with its variables, if it has any."""
        shares: list[tuple[Any, list[Any]]] = [(optimizer, []) for optimizer in self.optimizers]
        for variable in variables:
            shares[self._choices[self._get_variable_index(variable)]][1].append(variable)
        return [(optimizer, own) for optimizer, own in shares if own]

    @property
    def variables(self) -> list[Any]:
        return [*super().variables, *(v for optimizer in self.optimizers for v in optimizer.variables)]

    @property
    def learning_rate(self) -> Any:
        raise AttributeError("MultiOptimizer has no learning rate of its own: expected `optimizers[i].learning_rate`")

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(f"MultiOptimizer has no learning rate of its own: expected `optimizers[i].learning_rate = {value}`")

    @property
    def loss_scale_factor(self) -> float | None:
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: float | None) -> None:
        self._loss_scale_factor = value
        for optimizer in self.optimizers:
            optimizer.loss_scale_factor = value

    def prepare(self, grads: Sequence[Any], variables: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Each optimizer prepares its own."""
        self._into_tensorflow(self._variables)
        by_variable = {id(v): g for g, v in zip(grads, variables, strict=True)}
        ready: tuple[list[Any], list[Any]] = [], []
        for optimizer, own in self._shares(variables):
            for whole, part in zip(ready, optimizer.prepare([by_variable[id(v)] for v in own], own), strict=True):
                whole.extend(part)
        return ready

    def commit(self, grads: list[Any], variables: list[Any]) -> None:
        by_variable = {id(v): g for g, v in zip(grads, variables, strict=True)}
        for optimizer, own in self._shares(variables):
            optimizer.commit([by_variable[id(v)] for v in own], own)
        self.assign_add(self._iterations, 1)

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        for optimizer, own in self._shares(var_list):
            optimizer.finalize_variable_values(own)

    def get_config(self) -> dict[str, Any]:
        return {"optimizer_map": serialize(self.optimizer_map), "loss_scale_factor": self.loss_scale_factor, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        return cls(**config | {"optimizer_map": deserialize(config["optimizer_map"], custom_objects)})
