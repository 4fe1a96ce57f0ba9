"""What an optimizer is: state, and a step that changes the model's variables by their gradients."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..configurable import Configurable, constructor_parameters, serialize
from ..errors import UsageError
from ..ops.backend import tf
from ..ops.promotion import dtype_of
from ..ops.variable import Variable
from ..registry import optimizers as registry
from . import resources, schedules
from .gradients import clipped, mapped, summed, summed_over_replicas, without_absent
from .state import OptimizerState


@registry("optimizer")
class Optimizer(Configurable, OptimizerState):
    """Base of all optimizers.

    A subclass makes its variables in `build` (`add_optimizer_variables`) and changes one of the model's variables in
    `update_step`, with `assign`, `assign_add` and `assign_sub`. Its constructor passes on what it doesn't know itself.

    Arguments: learning_rate (a float, a LearningRateSchedule, or a callable without arguments);
    weight_decay (each step first takes learning_rate · weight_decay of each variable off it);
    one of clipnorm (the greatest norm of each gradient), clipvalue (the greatest absolute value of its elements) and
    global_clipnorm (the greatest norm of all gradients together);
    use_ema (keep averages a ← m · a + (1 - m) · w, m = ema_momentum, which take the variables' places every
    ema_overwrite_frequency steps, and at the end of `fit`);
    loss_scale_factor (the loss is multiplied by it and the gradients are divided by it: small float16 gradients don't vanish);
    gradient_accumulation_steps (so many steps add up their gradients; the last of them takes a step with the mean); name.
    """

    keras_module = "keras.optimizers"

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if kwargs:
            raise UsageError(f"expected arguments of {type(self).__name__}. Argument(s) not recognized: {kwargs}")
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check()
        if isinstance(learning_rate, dict):
            learning_rate = schedules.deserialize(learning_rate)
        OptimizerState.__init__(self, learning_rate, name)
        self._excluded: set[int] = set()
        self._excluded_names: re.Pattern[str] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Constructors name their own arguments only; the signature shows those of this class after them."""
        super().__init_subclass__(**kwargs)
        parameters = list(inspect.signature(vars(cls).get("__init__", cls.__init__)).parameters.values())
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            own = [p for p in parameters[1:] if p.kind is p.POSITIONAL_OR_KEYWORD]
            names = {p.name for p in own}
            common = [p for p in inspect.signature(Optimizer).parameters.values() if p.name not in names]
            cls.__signature__ = inspect.Signature([*own, *common])  # type: ignore[attr-defined]

    def _check(self) -> None:
        steps, frequency = self.gradient_accumulation_steps, self.ema_overwrite_frequency
        if steps and not steps >= 2:
            raise UsageError(
                f"expected gradient_accumulation_steps to be an integer >= 2. Received: gradient_accumulation_steps={steps}"
            )
        if self.use_ema and not 0 <= self.ema_momentum <= 1:
            raise UsageError(f"expected ema_momentum in the range [0, 1]. Received: ema_momentum={self.ema_momentum}")
        if self.use_ema and frequency and (not isinstance(frequency, int) or frequency < 1):
            raise UsageError(
                f"expected ema_overwrite_frequency to be an integer >= 1 or None. Received: ema_overwrite_frequency={frequency}"
            )
        clips = {name: getattr(self, name) for name in ("clipnorm", "clipvalue", "global_clipnorm")}
        if sum(value is not None for value in clips.values()) > 1:
            raise UsageError(f"expected only one of {', '.join(clips)}. Received: {clips}")

    # variables

    def build(self, variables: Sequence[Any]) -> None:
        """Makes the state for the model's trainable variables, in their order."""
        variables = list(variables)
        self._trainable_variables = variables
        self._indices = {id(v): i for i, v in enumerate(variables)}
        if any((isinstance(v, Variable) and v.is_in_tensorflow) or not isinstance(v, Variable) for v in variables):
            self._into_tensorflow(self._variables)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulated = self.add_optimizer_variables(variables, "gradient_accumulator")
        self.built = True

    @property
    def iterations(self) -> Any:
        """The number of steps so far; with gradient_accumulation_steps that of steps that changed the model."""
        steps = self.gradient_accumulation_steps
        return ops.floor_divide(self._iterations, steps) if steps else self._iterations

    def assign(self, variable: Any, value: Any) -> None:
        """variable ← value, in a distributed training on this replica; for a model's or an optimizer's variable."""
        resources.assign(variable, value)

    def assign_add(self, variable: Any, value: Any) -> None:
        """variable ← variable + value, as `assign`."""
        resources.assign_add(variable, value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """variable ← variable - value, as `assign`."""
        resources.assign_sub(variable, value)

    def exclude_from_weight_decay(self, var_list: Sequence[Any] | None = None, var_names: Sequence[str] | None = None) -> None:
        """Variables that weight decay leaves alone: these, and those whose name has one of the patterns in it."""
        if self.built:
            raise UsageError("expected `exclude_from_weight_decay()` before the optimizer is built. Received: built=True")
        self._excluded = {id(v) for v in var_list or ()}
        self._excluded_names = re.compile("|".join(set(var_names))) if var_names else None

    # a step

    def apply_gradients(self, grads_and_vars: Any) -> Any:
        """A step with pairs of a gradient and its variable. Returns the number of steps so far."""
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """A step: changes the variables (those of `build` by default) by their gradients."""
        grads = list(grads)
        if grads:
            self.commit(*self.prepare(grads, self._variables_for(grads, trainable_variables)))

    def _variables_for(self, grads: list[Any], trainable_variables: Sequence[Any] | None) -> list[Any]:
        """The variables that gradients belong to; builds the optimizer on its first step."""
        if trainable_variables is None:
            if not self.built:
                raise UsageError(
                    "expected variables beside the gradients of the first step: call "
                    "`optimizer.build(trainable_variables)` first. Received: trainable_variables=None"
                )
            if len(grads) != len(self._trainable_variables):
                raise UsageError(
                    f"expected one gradient for each of the {len(self._trainable_variables)} variables that the optimizer was "
                    f"built with. Received: {len(grads)} gradients"
                )
            return self._trainable_variables
        variables = list(trainable_variables)
        if not self.built:
            self.build(variables)
        for variable in variables:
            try:
                self._get_variable_index(variable)
            except KeyError:
                raise UsageError(
                    f"Unknown variable: {variable}. An optimizer can only be called for the variables it was built with; make "
                    "another one for other variables"
                ) from None
        return variables

    def prepare(self, grads: Sequence[Any], variables: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Gradients as `commit` takes them, with their variables: without absent ones, unscaled, clipped, and in a
        distributed training summed over the replicas. With gradient_accumulation_steps only the mean is clipped."""
        self._into_tensorflow(self._variables)
        grads, variables = without_absent(grads, variables)
        scale = self.loss_scale_factor
        if scale is not None:
            grads = [mapped(g, lambda x: x / scale) for g in grads]
        if not self.gradient_accumulation_steps:
            grads = self._clipped(grads)
        return summed_over_replicas(grads), variables

    def commit(self, grads: list[Any], variables: list[Any]) -> None:
        """Changes the model's variables and the optimizer's. Replicas don't ask each other anything here, so that it may be
        one branch of a `tf.cond`."""
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables, self.gradient_accumulation_steps)
        else:
            self._step(grads, variables)
        if self.use_ema:
            self._average()
        for variable in variables:
            if variable.constraint is not None:
                resources.assign(variable, variable.constraint(resources.read(variable)))
        resources.assign_add(self._iterations, 1)

    def _clipped(self, grads: list[Any]) -> list[Any]:
        return clipped(grads, self.clipnorm, self.global_clipnorm, self.clipvalue)

    def _step(self, grads: list[Any], variables: list[Any]) -> None:
        rate = tf.convert_to_tensor(self.learning_rate)
        self._decay_weights(variables, rate)
        self.update_steps(grads, variables, rate)

    def weight_decay_of(self, variable: Any) -> float | None:
        """The weight decay of one of the model's variables that isn't excluded."""
        return self.weight_decay

    def _decay_weights(self, variables: list[Any], rate: Any) -> None:
        """w ← w - w · rate · weight_decay"""
        factors: dict[Any, Any] = {}
        for variable in variables:
            decay = self.weight_decay_of(variable)
            names = self._excluded_names
            if decay is None or id(variable) in self._excluded or (names and names.search(variable.name)):
                continue
            value = resources.read(variable)
            key = (decay, value.dtype)
            if key not in factors:
                factors[key] = tf.cast(rate, value.dtype) * tf.constant(decay, value.dtype)
            resources.assign_sub(variable, value * factors[key])

    def update_steps(self, grads: list[Any], variables: list[Any], learning_rate: Any) -> None:
        """`update_step` for each variable."""
        for gradient, variable in zip(grads, variables, strict=True):
            self.update_step(gradient, variable, learning_rate)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Changes one variable."""
        raise NotImplementedError(f"optimizer {type(self).__name__} has no update_step")

    def _accumulate(self, grads: list[Any], variables: list[Any], steps: int) -> None:
        """Adds gradients up; every `steps`-th time takes a step with their mean."""
        sums = [self._accumulated[self._get_variable_index(v)] for v in variables]

        def step() -> None:
            means = [(summed(g) + resources.read(s)) / steps for g, s in zip(grads, sums, strict=True)]
            self._step(self._clipped(means), variables)
            for accumulated in self._accumulated:
                resources.assign(accumulated, tf.zeros(accumulated.shape, accumulated.dtype))

        def add() -> None:
            for g, s in zip(grads, sums, strict=True):
                resources.assign_add(s, summed(g))

        tf.cond((resources.read(self._iterations) + 1) % steps == 0, step, add)

    def _average(self) -> None:
        """a ← m · a + (1 - m) · w, m = 0 at the first step; now and then w ← a."""
        iterations = tf.convert_to_tensor(self.iterations)
        pairs = list(zip(self._trainable_variables, self._averages, strict=True))
        for variable, average in pairs:
            dtype = dtype_of(average)
            momentum = tf.where(iterations != 0, tf.constant(self.ema_momentum, dtype), tf.constant(0, dtype))
            resources.assign(average, momentum * resources.read(average) + (1 - momentum) * resources.read(variable))

        def overwrite() -> None:
            for variable, average in pairs:
                resources.assign(variable, resources.read(average))

        if self.ema_overwrite_frequency:
            tf.cond((iterations + 1) % self.ema_overwrite_frequency == 0, overwrite, lambda: None)

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """What is done at the end of training: with use_ema the averages take the places of the variables."""
        if not self.use_ema:
            return
        if len(var_list) != len(self._averages):
            raise UsageError(
                f"expected the {len(self._averages)} variables that the optimizer was built with. "
                f"Received: {len(var_list)} variables"
            )
        for variable, average in zip(var_list, self._averages, strict=True):
            variable.assign(average.value)

    def scale_loss(self, loss: Any) -> Any:
        """The loss whose gradients `apply` takes: multiplied by loss_scale_factor."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def stateless_apply(self, optimizer_variables: Any, grads: Any, trainable_variables: Any) -> Any:
        """Keras's for JAX; with TensorFlow it is an error there, too."""
        raise UsageError("stateless_apply is not supported on TensorFlow: use `apply(grads, trainable_variables)`")

    # configuration

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as JSON can hold them; learning_rate is what it is now."""
        rate = self._learning_rate
        names = [*constructor_parameters(Optimizer), *constructor_parameters(type(self))]
        arguments = {name: serialize(getattr(self, name)) for name in names if name != "learning_rate"}
        return {
            "name": self.name,
            "learning_rate": float(rate.numpy()) if isinstance(rate, Variable) else serialize(rate),
        } | arguments

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """A new optimizer from `get_config`'s result."""
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            config = config | {"learning_rate": schedules.deserialize(rate, custom_objects)}
        return cls(**config)
