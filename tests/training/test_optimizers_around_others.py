"""Optimizers that hold others: LossScaleOptimizer and MultiOptimizer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kport import optimizers

from .optimizer_steps import assert_equal_states, compiled, gradients, initial, of_keras, of_kport, state


def scaled(package: Any, **options: Any) -> Any:
    inner = package.Adam(0.01, name="inner", **options)
    return package.LossScaleOptimizer(inner, initial_scale=64.0, dynamic_growth_steps=3, name="outer")


@pytest.mark.parametrize("options", [{}, {"clipnorm": 0.5}, {"use_ema": True}, {"gradient_accumulation_steps": 2}])
@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_loss_scaling_is_that_of_keras(mode: str, options: dict[str, Any]) -> None:
    theirs, ours = scaled(keras.optimizers, **options), scaled(optimizers, **options)
    weights, own = of_keras(initial()), of_kport(initial())
    assert float(theirs.scale_loss(2.0)) == float(ours.scale_loss(tf.constant(2.0))) == 128.0
    theirs.build(weights)
    step = compiled(ours, own, jit=mode == "xla")
    scales = []
    for i in range(12):
        grads = [g * 64.0 for g in gradients(i)]
        if i in (4, 5, 9):
            grads[i % 4] = grads[i % 4] * (np.inf if i % 2 else np.nan)
        theirs.apply(grads, weights)
        if mode == "eager":
            ours.apply(grads, own)
        else:
            step(*grads)
        scales.append(float(ours.scale_loss(tf.constant(1.0))))
        assert scales[-1] == float(theirs.scale_loss(1.0))
    assert len(set(scales)) > 2
    assert int(ours.iterations) == int(theirs.iterations)
    assert_equal_states(theirs, ours, weights, own)


def test_loss_scaling_keeps_its_configuration_and_state() -> None:
    theirs, ours = scaled(keras.optimizers), scaled(optimizers)
    assert ours.get_config() == theirs.get_config()
    assert optimizers.deserialize(keras.optimizers.serialize(theirs)).get_config() == theirs.get_config()
    assert keras.optimizers.deserialize(optimizers.serialize(ours)).get_config() == theirs.get_config()
    weights, own = of_keras(initial()), of_kport(initial())
    theirs.build(weights)
    ours.build(own)
    theirs.apply(gradients(0), weights)
    store: dict[str, Any] = {}
    theirs.save_own_variables(store)
    ours.load_own_variables(store)
    for a, e in zip(state(ours), state(theirs), strict=True):
        np.testing.assert_array_equal(a, e)
    ours.learning_rate = 0.5
    assert float(ours.inner_optimizer.learning_rate.numpy()) == 0.5


def test_loss_scaling_refuses_what_belongs_inside() -> None:
    for package in (keras.optimizers, optimizers):
        for options in ({"clipnorm": 1.0}, {"dynamic": False}, {"use_ema": True}, {"foo": 1}):
            with pytest.raises(ValueError):
                package.LossScaleOptimizer(package.SGD(), **options)
        package.LossScaleOptimizer(package.SGD(), clipnorm=None, use_ema=False, ema_momentum=0.99)


def several(package: Any) -> Any:
    default = package.SGD(0.1, momentum=0.9, name="a")
    inner = package.OptimizerMap(default, {"bi.*": package.Adam(0.01, name="b"), "scale": package.Lion(name="c")})
    return package.MultiOptimizer(inner, name="m", loss_scale_factor=8.0)


@pytest.mark.parametrize("jit", [False, True])
def test_several_optimizers_are_those_of_keras(jit: bool) -> None:
    theirs, ours = several(keras.optimizers), several(optimizers)
    weights, own = of_keras(initial()), of_kport(initial())
    theirs.build(weights)
    step = compiled(ours, own, jit)
    for i in range(5):
        theirs.apply(gradients(i), weights)
        step(*gradients(i))
    assert_equal_states(theirs, ours, weights, own)
    assert float(ours.scale_loss(tf.constant(2.0))) == 16.0
    assert [o.name for o in ours.optimizers] == [o.name for o in theirs.optimizers]
    store: dict[str, Any] = {}
    theirs.save_own_variables(store)
    again = several(optimizers)
    again.build(of_kport(initial()))
    again.load_own_variables(store)
    for a, e in zip(state(again), state(theirs), strict=True):
        np.testing.assert_array_equal(a, e)


def test_configurations_of_several_optimizers() -> None:
    theirs, ours = several(keras.optimizers), several(optimizers)
    assert optimizers.serialize(ours) == keras.optimizers.serialize(theirs)
    assert optimizers.deserialize(optimizers.serialize(ours)).get_config() == ours.get_config()


def test_a_map_of_optimizers() -> None:
    for package in (keras.optimizers, optimizers):
        sgd, adam = package.SGD(), package.Adam()
        chosen = package.OptimizerMap(sgd)
        chosen["dense/.*"] = adam
        assert chosen["dense/kernel"] is adam and chosen["other"] is sgd
        assert list(chosen) == ["dense/.*"] and len(chosen) == 1
        for key, value in (("dense/.*", sgd), (3, sgd), ("x", "adam"), ("y", package.LossScaleOptimizer(sgd))):
            with pytest.raises(ValueError):
                chosen[key] = value
        chosen[".*/kernel"] = sgd
        with pytest.raises(ValueError):
            chosen["dense/kernel"]
        del chosen["dense/.*"]
        assert chosen["dense/bias"] is sgd
        with pytest.raises(TypeError):
            package.OptimizerMap("adam")
        with pytest.raises(AttributeError):
            _ = package.MultiOptimizer(chosen).learning_rate
        with pytest.raises(AttributeError):
            package.MultiOptimizer(chosen).learning_rate = 0.1
