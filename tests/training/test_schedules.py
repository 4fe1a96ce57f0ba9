"""Learning-rate schedules against Keras's, at many steps."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kport import ops, optimizers
from kport.optimizers import schedules

CASES: list[tuple[str, dict[str, Any]]] = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5, "staircase": True}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "end_learning_rate": 0.01, "power": 0.5}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "power": 2.0, "cycle": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [1.0, 0.5, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [5.0, 8.0, 30.0], "values": [1.0, 0.5, 0.1, 0.2]}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.2}),
    ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 20, "warmup_target": 0.3, "warmup_steps": 9, "alpha": 0.1}),
    ("CosineDecay", {"initial_learning_rate": 0.0, "decay_steps": 20, "warmup_target": 0.3, "warmup_steps": 0}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.8, "alpha": 0.1}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 7, "t_mul": 1.5, "m_mul": 0.5}),
]
IDS = [f"{name}{i}" for i, (name, _) in enumerate(CASES)]
STEPS = [*range(40), 100, 1000, 123456]


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_rates_are_those_of_keras(name: str, options: dict[str, Any]) -> None:
    theirs, ours = getattr(keras.optimizers.schedules, name)(**options), getattr(schedules, name)(**options)
    in_graph = tf.function(ours)
    for step in STEPS:
        expected = float(theirs(tf.constant(step, tf.int64)))
        for actual in (ours(step), in_graph(tf.constant(step, tf.int64))):
            assert np.asarray(actual).dtype == np.float32
            # float32 cosines near their zeros
            np.testing.assert_allclose(float(actual), expected, rtol=1e-5, atol=1e-7, err_msg=f"step {step}")


@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_configurations_go_both_ways(name: str, options: dict[str, Any]) -> None:
    theirs, ours = getattr(keras.optimizers.schedules, name)(**options), getattr(schedules, name)(**options)
    assert ours.get_config() == theirs.get_config()
    assert schedules.serialize(ours) == keras.optimizers.schedules.serialize(theirs)
    assert schedules.deserialize(keras.optimizers.schedules.serialize(theirs)).get_config() == theirs.get_config()
    assert keras.optimizers.schedules.deserialize(schedules.serialize(ours)).get_config() == theirs.get_config()
    adam = optimizers.Adam(ours, name="a")
    assert adam.get_config() == keras.optimizers.Adam(theirs, name="a").get_config()
    back = optimizers.deserialize(optimizers.serialize(adam))
    assert back.get_config() == adam.get_config()
    np.testing.assert_allclose(np.asarray(back.learning_rate), np.asarray(ours(0)))


def test_a_schedule_of_ones_own() -> None:
    class Mine(schedules.LearningRateSchedule):
        def __init__(self, top: float):
            self.top = top

        def __call__(self, step: Any) -> Any:
            return ops.divide(self.top, ops.add(step, 1))

    sgd = optimizers.SGD(Mine(0.5))
    variable = tf.Variable(1.0)
    for expected in (0.5, 0.25):
        sgd.apply([tf.constant(1.0)], [variable])
        np.testing.assert_allclose(variable.numpy(), expected)
    config = optimizers.serialize(sgd)
    again = optimizers.deserialize(config, custom_objects={"Mine": Mine})
    assert isinstance(again._learning_rate, Mine) and again._learning_rate.top == 0.5
    with pytest.raises(NotImplementedError):
        schedules.LearningRateSchedule()(0)


def test_wrong_arguments() -> None:
    for name, options in (
        ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 0, "decay_rate": 0.9}),
        ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": -1, "decay_rate": 0.9}),
        ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 0}),
        ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 0}),
        ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 0}),
        ("PiecewiseConstantDecay", {"boundaries": [1], "values": [1.0]}),
    ):
        for package in (keras.optimizers.schedules, schedules):
            with pytest.raises(ValueError, match="Received"):
                getattr(package, name)(**options)
    with pytest.raises(ValueError):
        schedules.deserialize({"class_name": "NoSuchDecay", "config": {}})
