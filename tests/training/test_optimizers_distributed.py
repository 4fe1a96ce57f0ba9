"""Steps on two virtual devices, beside the same steps on one; in a process of its own, because devices are set up once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPT = """
import numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from kport import constraints, optimizers
from kport.ops.variable import Variable

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
STEPS = 5
rng = np.random.default_rng(0)
FIRST = {"kernel": rng.normal(size=(4, 3)).astype("float32"), "bias": rng.normal(size=3).astype("float32")}
GRADS = [[rng.normal(size=(2, *v.shape)).astype("float32") for v in FIRST.values()] for _ in range(STEPS)]


def variables():
    result = []
    for name, value in FIRST.items():
        v = Variable(shape=value.shape, name=name, constraint=constraints.NonNeg() if name == "bias" else None)
        v.assign(value)
        v.in_tensorflow()
        result.append(v)
    return result


def numbers(optimizer, own):
    return [np.asarray(v.numpy()) for v in (*own, *optimizer.variables)]


def alone(make):
    own, optimizer = variables(), make()
    optimizer.build(own)
    for grads in GRADS:
        optimizer.apply([tf.constant(g.sum(0)) for g in grads], own)
    return numbers(optimizer, own)


def together(make, graph):
    with strategy.scope():
        own, optimizer = variables(), make()
        optimizer.build(own)
    assert all(len(v.stored.values) == 2 for v in (*own, *optimizer.variables))

    def replica(*grads):
        i = tf.distribute.get_replica_context().replica_id_in_sync_group
        optimizer.apply_gradients([(g[i], v) for g, v in zip(grads, own)])

    run = lambda *grads: strategy.run(replica, args=grads)
    run = tf.function(run) if graph else run
    for grads in GRADS:
        run(*map(tf.constant, grads))
    for v in (*own, *optimizer.variables):
        np.testing.assert_array_equal(*(part.numpy() for part in v.stored.values))
    return numbers(optimizer, own)


o = optimizers
CASES = {
    "SGD": lambda: o.SGD(0.1, momentum=0.9),
    "Adam": lambda: o.Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    "AdamW": lambda: o.AdamW(o.schedules.ExponentialDecay(0.1, 2, 0.5)),
    "RMSprop": lambda: o.RMSprop(0.01, gradient_accumulation_steps=2),
    "Nadam": lambda: o.Nadam(0.01),
    "Ftrl": lambda: o.Ftrl(0.1),
    "Muon": lambda: o.Muon(),
    "Adafactor": lambda: o.Adafactor(),
    "LossScaleOptimizer": lambda: o.LossScaleOptimizer(o.Adam(0.01), initial_scale=1.0, dynamic_growth_steps=2),
    "MultiOptimizer": lambda: o.MultiOptimizer(o.OptimizerMap(o.SGD(0.1), {"bias": o.Adam(0.1)})),
}
for name, make in CASES.items():
    expected = alone(make)
    for graph in (True, False):
        for a, e in zip(together(make, graph), expected, strict=True):
            np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-6, err_msg=name)

# one replica's gradient is infinite: no replica takes the step
with strategy.scope():
    own, optimizer = variables(), CASES["LossScaleOptimizer"]()
    optimizer.build(own)

@tf.function
def step():
    def replica():
        second = tf.distribute.get_replica_context().replica_id_in_sync_group == 1
        optimizer.apply([tf.where(second, np.inf, 1.0) * tf.ones(v.shape) for v in own], own)
    strategy.run(replica)

step()
for v in own:
    for part in v.stored.values:
        np.testing.assert_array_equal(part.numpy(), FIRST[v.name])
assert optimizer.dynamic_scale.numpy() == 0.5 and optimizer.iterations.numpy() == 0

with strategy.scope():
    try:
        optimizer.inner_optimizer.apply([tf.ones(v.shape) for v in own], own)
        raise SystemExit("no error outside of a replica")
    except ValueError as error:
        assert "strategy.run" in str(error)

# clipping is each replica's own, before the sum, as in Keras
with strategy.scope():
    own, optimizer = variables(), o.SGD(1.0, clipnorm=1.0)
    optimizer.build(own)
strategy.run(lambda: optimizer.apply([tf.fill(v.shape, 9.0) for v in own], own))
for v in own[:1]:
    np.testing.assert_allclose(v.numpy(), FIRST[v.name] - 2 / np.sqrt(v.type.size), rtol=1e-5)
print("SAME")
"""


def test_two_devices_take_the_steps_of_one() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, cwd=ROOT)
    if "SAME" not in done.stdout:
        pytest.fail(done.stdout[-2000:] + done.stderr[-6000:], pytrace=False)
