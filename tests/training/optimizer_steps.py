"""Steps of the same optimizer of Keras's and of kport's on the same variables and gradients."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kport import optimizers
from kport.ops.variable import Variable

SHAPES = {"kernel": (5, 3), "bias": (3,), "filters": (2, 2, 3, 4), "scale": ()}
SIZES = {"small": (3, 4), "middle": (30, 20), "large": (33000,)}
"""Those that Adam treats differently."""
STEPS = 20

CONFIGURATIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "nesterov": True, "learning_rate": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"rho": 0.8, "epsilon": 1e-3}),
    ("RMSprop", {"momentum": 0.7}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"centered": True, "momentum": 0.9, "learning_rate": 0.01}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"beta_1": 0.7, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.05}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.1, "amsgrad": True}),
    ("Adamax", {}),
    ("Adamax", {"beta_1": 0.8, "beta_2": 0.9, "learning_rate": 0.02}),
    ("Nadam", {}),
    ("Nadam", {"beta_1": 0.8, "beta_2": 0.99, "learning_rate": 0.02}),
    ("Ftrl", {}),
    ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.05, "l2_regularization_strength": 0.1}),
    ("Ftrl", {"learning_rate": 0.1, "l2_shrinkage_regularization_strength": 0.1, "beta": 0.2, "learning_rate_power": -0.3}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-4}),
    ("Adagrad", {}),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "epsilon": 1e-3}),
    ("Lion", {}),
    ("Lion", {"beta_1": 0.7, "beta_2": 0.8}),
    ("Lamb", {}),
    ("Lamb", {"learning_rate": 0.02, "weight_decay": 0.1}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.5, "clip_threshold": 0.5, "beta_2_decay": -0.6}),
    ("Adafactor", {"relative_step": False, "learning_rate": 0.02}),
    ("Muon", {}),
    ("Muon", {"exclude_layers": ["kern"], "adam_lr_ratio": 0.5, "nesterov": False}),
    ("Muon", {"nesterov": False, "rms_rate": None, "ns_steps": 3, "momentum": 0.8, "weight_decay": None}),
    ("ScheduleFreeAdamW", {}),
    ("ScheduleFreeAdamW", {"warmup_steps": 7, "weight_decay": 0.05}),
]
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"weight_decay": 0.1}),
    ("Adam", {"clipnorm": 0.5}),
    ("SGD", {"clipvalue": 0.3, "momentum": 0.9}),
    ("RMSprop", {"global_clipnorm": 1.0}),
    ("Adam", {"use_ema": True, "ema_momentum": 0.9}),
    ("SGD", {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3}),
    ("Adam", {"loss_scale_factor": 128.0}),
    ("SGD", {"gradient_accumulation_steps": 3, "momentum": 0.9}),
    ("Adam", {"gradient_accumulation_steps": 2, "clipnorm": 0.4, "weight_decay": 0.01}),
    ("Nadam", {"gradient_accumulation_steps": 2}),
    ("Adam", {"gradient_accumulation_steps": 4, "use_ema": True, "ema_overwrite_frequency": 2}),
]


def names(cases: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return ["-".join([name, *(f"{k}={v}" for k, v in options.items())]) for name, options in cases]


def initial(seed: int = 0, shapes: dict[str, tuple[int, ...]] = SHAPES) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape).astype("float32") for name, shape in shapes.items()}


def of_keras(values: dict[str, np.ndarray], **options: Any) -> list[Any]:
    return [keras.Variable(value, name=name) for name, value in values.items()]


def of_kport(values: dict[str, np.ndarray], in_tensorflow: bool = True) -> list[Variable]:
    variables = []
    for name, value in values.items():
        variable = Variable(shape=value.shape, dtype=value.dtype.name, name=name)
        variable.assign(value)
        if in_tensorflow:
            variable.in_tensorflow()
        variables.append(variable)
    return variables


def gradients(step: int, shapes: dict[str, tuple[int, ...]] = SHAPES) -> list[Any]:
    """Of different sizes, some of them 0."""
    rng = np.random.default_rng(1000 + step)
    arrays = [rng.normal(size=shape) * rng.choice([0.01, 1.0, 3.0], shape) for shape in shapes.values()]
    return [tf.constant(np.where(rng.uniform(size=a.shape) < 0.1, 0.0, a), "float32") for a in arrays]


def pair(name: str, options: dict[str, Any]) -> tuple[Any, Any]:
    """The optimizer of Keras's and of kport's."""
    return getattr(keras.optimizers, name)(**options), getattr(optimizers, name)(**options)


def compiled(optimizer: Any, variables: list[Any], jit: bool = False) -> Callable[..., None]:
    optimizer.build(variables)

    @tf.function(jit_compile=jit)
    def step(*grads: Any) -> None:
        optimizer.apply(grads, variables)

    return step


def state(optimizer: Any) -> list[np.ndarray]:
    return [np.asarray(v.numpy()) for v in optimizer.variables]


def assert_equal_states(theirs: Any, ours: Any, weights: Any, own: Any, rtol: float = 1e-5, atol: float = 1e-6) -> None:
    """The weights within 1e-6 (relative, or absolute), the optimizers' variables within a tolerance; by name, in order."""
    for e, a in zip(weights, own, strict=True):
        np.testing.assert_allclose(a.numpy(), e.numpy(), rtol=rtol, atol=atol, err_msg=e.name)
    assert [v.name for v in ours.variables] == [re.sub(r"^variable_\d+$", "variable", v.name) for v in theirs.variables]
    assert [tuple(v.shape) for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
    assert [v.dtype for v in ours.variables] == [v.dtype for v in theirs.variables]
    for e, a in zip(theirs.variables, ours.variables, strict=True):
        # the kernel of Adam rounds 1 - 0.999
        slot = 5e-5 if "velocity" in e.name else rtol
        np.testing.assert_allclose(a.numpy(), e.numpy(), rtol=slot, atol=atol, err_msg=e.name)
