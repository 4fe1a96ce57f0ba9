"""Every optimizer against Keras's: numbers, state, options."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kport import constraints, optimizers
from kport.errors import UsageError
from kport.ops.variable import Variable

from .optimizer_steps import (
    CONFIGURATIONS,
    OPTIONS,
    SHAPES,
    SIZES,
    STEPS,
    assert_equal_states,
    compiled,
    gradients,
    initial,
    names,
    of_keras,
    of_kport,
    pair,
    state,
)

ALL = CONFIGURATIONS + OPTIONS
FIRST = {name: (name, options) for name, options in reversed(CONFIGURATIONS)}.values()


@pytest.mark.parametrize(("name", "options"), ALL, ids=names(ALL))
def test_steps_are_those_of_keras(name: str, options: dict[str, Any]) -> None:
    theirs, ours = pair(name, options)
    weights, own = of_keras(initial()), of_kport(initial())
    their_step, our_step = compiled(theirs, weights), compiled(ours, own)
    assert_equal_states(theirs, ours, weights, own)
    for step in range(STEPS):
        their_step(*gradients(step))
        our_step(*gradients(step))
    assert_equal_states(theirs, ours, weights, own)
    assert not np.allclose(own[0].numpy(), initial()["kernel"], atol=1e-6)
    theirs.finalize_variable_values(weights)
    ours.finalize_variable_values(own)
    assert_equal_states(theirs, ours, weights, own)


@pytest.mark.parametrize(("name", "options"), [("Adam", {}), ("Muon", {"exclude_layers": ["."]})])
def test_adam_of_every_size(name: str, options: dict[str, Any]) -> None:
    theirs, ours = pair(name, options)
    weights, own = of_keras(initial(0, SIZES)), of_kport(initial(0, SIZES))
    their_step, our_step = compiled(theirs, weights), compiled(ours, own)
    for step in range(STEPS):
        their_step(*gradients(step, SIZES))
        our_step(*gradients(step, SIZES))
    assert_equal_states(theirs, ours, weights, own)


@pytest.mark.parametrize(("name", "options"), FIRST, ids=[name for name, _ in FIRST])
def test_eager_and_xla_take_the_same_steps(name: str, options: dict[str, Any]) -> None:
    runs = []
    for mode in ("eager", "graph", "xla"):
        ours, own = getattr(optimizers, name)(**options), of_kport(initial())
        step = compiled(ours, own, jit=mode == "xla")
        for i in range(3):
            if mode == "eager":
                ours.apply(gradients(i))
            else:
                step(*gradients(i))
        runs.append([*(v.numpy() for v in own), *state(ours)])
    for other in runs[1:]:
        for a, e in zip(other, runs[0], strict=True):
            np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=names(OPTIONS))
def test_options_compile_with_xla(name: str, options: dict[str, Any]) -> None:
    runs = []
    for jit in (False, True):
        ours, own = getattr(optimizers, name)(**options), of_kport(initial())
        step = compiled(ours, own, jit)
        for i in range(4):
            step(*gradients(i))
        runs.append([*(v.numpy() for v in own), *state(ours)])
    for a, e in zip(*runs, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float64", "float16"])
@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Adagrad", "Lamb", "AdamW"])
def test_variables_of_other_dtypes(name: str, dtype: str) -> None:
    small = {"epsilon": 1e-3} if name != "SGD" else {}  # 1e-7 is next to nothing in float16
    theirs, ours = pair(name, {"learning_rate": 0.01} | small)
    values = {k: v.astype(dtype) for k, v in initial().items()}
    weights, own = [keras.Variable(v, name=k, dtype=dtype) for k, v in values.items()], of_kport(values)
    tolerance = 1e-6 if dtype == "float64" else 5e-3
    their_step, our_step = compiled(theirs, weights), compiled(ours, own)
    for i in range(3):
        grads = [tf.cast(g, dtype) for g in gradients(i)]
        their_step(*grads)
        our_step(*grads)
    for e, a in zip([*weights, *theirs.variables], [*own, *ours.variables], strict=True):
        np.testing.assert_allclose(a.numpy(), e.numpy(), rtol=tolerance, atol=tolerance, err_msg=e.name)


def test_names_and_signatures_are_those_of_keras() -> None:
    for module in ("optimizers", "optimizers.schedules", "optimizers.legacy"):
        theirs, ours = keras, __import__("kport")
        for part in module.split("."):
            theirs, ours = getattr(theirs, part), getattr(ours, part)
        public = [n for n in dir(theirs) if not n.startswith("_")]
        assert not [n for n in public if not hasattr(ours, n)]
        if module == "optimizers.legacy":
            continue
        for name in public:
            cls = getattr(theirs, name)
            if inspect.isclass(cls) and name != "Optimizer":  # Keras's shows *args there
                expected = inspect.signature(cls).parameters.values()
                actual = inspect.signature(getattr(ours, name)).parameters.values()
                actual = [p for p in actual if p.name != "dynamic"]  # among LossScaleOptimizer's **kwargs in Keras
                assert [(p.name, p.default, p.kind) for p in actual] == [(p.name, p.default, p.kind) for p in expected], name


@pytest.mark.parametrize(("name", "options"), ALL, ids=names(ALL))
def test_configurations_are_those_of_keras(name: str, options: dict[str, Any]) -> None:
    theirs, ours = pair(name, options | {"name": "it"})
    assert ours.get_config() == theirs.get_config()
    assert optimizers.serialize(ours) == keras.optimizers.serialize(theirs)
    assert optimizers.deserialize(keras.optimizers.serialize(theirs)).get_config() == theirs.get_config()
    if name != "Lamb":  # which Keras can't find
        assert keras.optimizers.deserialize(optimizers.serialize(ours)).get_config() == theirs.get_config()


@pytest.mark.parametrize(("name", "options"), ALL, ids=names(ALL))
def test_state_goes_both_ways(name: str, options: dict[str, Any]) -> None:
    """State written by Keras, read by kport, and the other way round; then steps go on together."""
    theirs, ours = pair(name, options)
    weights, own = of_keras(initial()), of_kport(initial(), in_tensorflow=False)
    theirs.build(weights)
    ours.build(own)
    assert not any(v.is_in_tensorflow for v in ours.variables)
    for i in range(3):
        theirs.apply(gradients(i), weights)
    written: dict[str, np.ndarray] = {}
    theirs.save_own_variables(written)
    ours.load_own_variables(written)
    for w, v in zip(weights, own, strict=True):
        v.assign(w.numpy())
    assert_equal_states(theirs, ours, weights, own, rtol=0, atol=0)
    theirs.apply(gradients(7), weights)
    ours.apply(gradients(7), own)
    assert_equal_states(theirs, ours, weights, own)
    store: dict[str, np.ndarray] = {}
    ours.save_own_variables(store)
    assert list(store) == list(written)
    back = pair(name, options)[0]
    back.build(of_keras(initial()))
    back.load_own_variables(store)
    for a, e in zip(back.variables, ours.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), e.numpy())


def test_names() -> None:
    assert isinstance(optimizers.get("adam"), optimizers.Adam)
    assert isinstance(optimizers.get("AdamW"), optimizers.AdamW)
    assert isinstance(optimizers.get("sgd"), optimizers.SGD)
    assert optimizers.get(None) is None
    sgd = optimizers.SGD()
    assert optimizers.get(sgd) is sgd
    assert isinstance(optimizers.get({"class_name": "rmsprop", "config": {"rho": 0.5}}), optimizers.RMSprop)
    for wrong in ("foo", 3, {"class_name": "foo", "config": {}}, {}):
        with pytest.raises(ValueError):
            optimizers.get(wrong)
    with pytest.raises(ImportError, match="legacy"):
        optimizers.legacy.Adam()


def test_the_learning_rate_can_be_set() -> None:
    theirs, ours = pair("SGD", {"learning_rate": 0.5})
    weights, own = of_keras(initial()), of_kport(initial())
    their_step, our_step = compiled(theirs, weights), compiled(ours, own)
    for i, rate in enumerate((0.5, 0.1, 0.02)):
        theirs.learning_rate = ours.learning_rate = rate
        their_step(*gradients(i))
        our_step(*gradients(i))
        np.testing.assert_allclose(np.asarray(ours.learning_rate.numpy()), rate, rtol=1e-6)
    assert_equal_states(theirs, ours, weights, own)


def test_the_learning_rate_may_be_a_schedule_or_a_callable() -> None:
    for rate in ("schedule", "callable"):
        both = []
        for package, make in ((keras.optimizers, of_keras), (optimizers, of_kport)):
            decay = package.schedules.ExponentialDecay(0.1, 3, 0.5)
            optimizer = package.Adam(decay if rate == "schedule" else lambda: 0.03)
            variables = make(initial())
            step = compiled(optimizer, variables)
            for i in range(8):
                step(*gradients(i))
            both += [optimizer, variables]
        theirs, weights, ours, own = both
        assert "learning_rate" not in [v.name for v in ours.variables]
        assert_equal_states(theirs, ours, weights, own)


def test_a_schedule_can_not_be_set() -> None:
    sgd = optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 3, 0.5))
    with pytest.raises(TypeError, match="settable"):
        sgd.learning_rate = 0.5
    other = optimizers.SGD(0.5)
    other.learning_rate = optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    assert [v.name for v in other.variables] == ["iteration"]
    assert abs(float(other.learning_rate) - 0.1) < 1e-7


@pytest.mark.parametrize("by", ["list", "names"])
def test_variables_without_weight_decay(by: str) -> None:
    theirs, ours = pair("AdamW", {"weight_decay": 0.5, "learning_rate": 0.1})
    weights, own = of_keras(initial()), of_kport(initial())
    for optimizer, variables in ((theirs, weights), (ours, own)):
        optimizer.exclude_from_weight_decay(var_list=variables[:1] if by == "list" else None, var_names=["bia", "scale"])
        step = compiled(optimizer, variables)
        for i in range(3):
            step(*gradients(i))
    assert_equal_states(theirs, ours, weights, own)
    with pytest.raises(ValueError, match="built"):
        ours.exclude_from_weight_decay(var_names=["kernel"])


def test_constraints_are_applied_after_the_step() -> None:
    variable = Variable(shape=(4,), name="w", constraint=constraints.NonNeg())
    variable.assign(np.array([0.1, 0.2, 1.0, 2.0], "float32"))
    sgd = optimizers.SGD(1.0)
    compiled(sgd, [variable])(tf.constant([0.5, 0.1, 0.5, -1.0]))
    np.testing.assert_allclose(variable.numpy(), [0.0, 0.1, 0.5, 3.0], rtol=1e-6)


def test_tensorflow_variables_train_too() -> None:
    variable = tf.Variable([1.0, 2.0])
    adam = optimizers.Adam(0.1)
    adam.apply_gradients([(tf.constant([1.0, -1.0]), variable)])
    np.testing.assert_allclose(variable.numpy(), [0.9, 2.1], rtol=1e-5)
    assert int(adam.iterations.numpy()) == 1


def test_an_optimizer_of_ones_own() -> None:
    """As the documentation of Keras writes one."""
    from kport import ops

    class Own(optimizers.Optimizer):
        def __init__(self, learning_rate: float = 0.1, **kwargs: Any):
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.momentum = 0.9

        def build(self, variables: Any) -> None:
            super().build(variables)
            self.momentums = [self.add_variable_from_reference(v, name="momentum") for v in variables]

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            learning_rate = ops.cast(learning_rate, variable.dtype)
            gradient = ops.cast(gradient, variable.dtype)
            m = self.momentums[self._get_variable_index(variable)]
            self.assign(m, ops.subtract(ops.multiply(m, 0.9), ops.multiply(gradient, learning_rate)))
            self.assign_add(variable, m)

    theirs, ours = keras.optimizers.SGD(0.1, momentum=0.9), Own()
    weights, own = of_keras(initial()), of_kport(initial())
    their_step, our_step = compiled(theirs, weights), compiled(ours, own)
    for i in range(5):
        their_step(*gradients(i))
        our_step(*gradients(i))
    assert_equal_states(theirs, ours, weights, own)


def test_a_subclass_may_change_the_learning_rate_of_a_variable() -> None:
    class Slow(optimizers.Adam):
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(gradient, variable, learning_rate * (0.0 if variable.name == "bias" else 1.0))

    own = of_kport(initial())
    compiled(Slow(0.1), own)(*gradients(0))
    np.testing.assert_array_equal(own[1].numpy(), initial()["bias"])
    assert not np.allclose(own[0].numpy(), initial()["kernel"])


def test_wrong_arguments() -> None:
    for cls, options in (
        (optimizers.SGD, {"clipnorm": 1.0, "clipvalue": 1.0}),
        (optimizers.SGD, {"clipvalue": 1.0, "global_clipnorm": 1.0}),
        (optimizers.SGD, {"gradient_accumulation_steps": 1}),
        (optimizers.SGD, {"use_ema": True, "ema_momentum": 1.5}),
        (optimizers.SGD, {"use_ema": True, "ema_overwrite_frequency": -1}),
        (optimizers.SGD, {"learning_rate": 1}),
        (optimizers.SGD, {"learning_rate": "fast"}),
        (optimizers.SGD, {"momentum": 2.0}),
        (optimizers.SGD, {"foo": 1}),
        (optimizers.AdamW, {"weight_decay": None}),
        (optimizers.Lion, {"beta_1": 0.0}),
        (optimizers.Ftrl, {"learning_rate_power": 0.5}),
        (optimizers.Ftrl, {"l1_regularization_strength": -1.0}),
    ):
        with pytest.raises(ValueError, match="expected"):
            cls(**options)
        with pytest.raises(ValueError):
            getattr(keras.optimizers, cls.__name__)(**options)


def test_wrong_calls() -> None:
    sgd, own = optimizers.SGD(), of_kport(initial())
    sgd.apply([], own)
    with pytest.raises(UsageError, match="build"):
        sgd.apply(gradients(0))
    with pytest.raises(UsageError, match="build"):
        sgd.set_weights([])
    sgd.build(own)
    with pytest.raises(UsageError, match="4 variables"):
        sgd.apply(gradients(0)[:2])
    with pytest.raises(UsageError, match="Unknown variable"):
        sgd.apply(gradients(0)[:1], of_kport(initial())[:1])
    with pytest.raises(UsageError, match="No gradients provided"):
        sgd.apply([None] * len(SHAPES), own)
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['bias'\]"):
        sgd.apply([g if i != 1 else None for i, g in enumerate(gradients(0))], own)
    np.testing.assert_array_equal(own[1].numpy(), initial()["bias"])
    with pytest.warns(UserWarning, match="Skipping variable loading"):
        sgd.load_own_variables({})
    with pytest.raises(ValueError):
        sgd.stateless_apply([], [], [])
    with pytest.raises(UsageError, match="shape"):
        sgd.set_weights([np.zeros(3), np.zeros(())])
    sgd.set_weights([np.array(7), np.array(0.25)])
    assert int(sgd.iterations.numpy()) == 7 and float(sgd.learning_rate.numpy()) == 0.25
