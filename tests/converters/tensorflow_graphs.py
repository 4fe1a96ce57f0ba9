"""Small TensorFlow graphs, saved in every way that kport takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ALPHABET = 7


def two_inputs(tf: Any) -> tuple[Any, dict[str, Any]]:
    """numbers: (batch, 4), letters: (batch, T) integers → weighted (batch, 3), and doubled (batch, 4)."""
    rng = np.random.default_rng(3)
    module = tf.Module()
    module.kernel = tf.Variable(rng.normal(size=(4, 3)).astype("float32"))
    module.table = tf.Variable(rng.normal(size=(ALPHABET, 3)).astype("float32"))

    @tf.function(
        input_signature=[tf.TensorSpec((None, 4), tf.float32, "numbers"), tf.TensorSpec((None, None), tf.int32, "letters")]
    )
    def serve(numbers: Any, letters: Any) -> dict[str, Any]:
        mean = tf.reduce_mean(tf.gather(module.table, letters % ALPHABET), 1)
        return {"weighted": tf.nn.relu(numbers @ module.kernel) + mean, "doubled": 2 * numbers}

    return module, {"serving_default": serve}


def unknown_rank(tf: Any) -> tuple[Any, dict[str, Any]]:
    """x of any shape → x + 1"""
    module = tf.Module()
    module.serve = tf.function(lambda x: {"more": x + 1.0}, input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    return module, {"serving_default": module.serve}


def text(tf: Any) -> tuple[Any, dict[str, Any]]:
    """words: (batch,) text → upper: (batch,) text, and their lengths"""
    module = tf.Module()
    signature = [tf.TensorSpec((None,), tf.string, "words")]
    call: Callable[[Any], Any] = lambda x: {"upper": tf.strings.upper(x), "length": tf.strings.length(x)}
    module.serve = tf.function(call, input_signature=signature)
    return module, {"serving_default": module.serve}


def no_converter(tf: Any) -> tuple[Any, dict[str, Any]]:
    """x: (batch, 4) → an operation that no converter knows"""
    module = tf.Module()
    call: Callable[[Any], Any] = lambda x: {"y": tf.math.betainc(tf.abs(x) + 1.0, tf.abs(x) + 1.0, tf.sigmoid(x))}
    module.serve = tf.function(call, input_signature=[tf.TensorSpec((None, 4), tf.float32, "x")])
    return module, {"serving_default": module.serve}


def writes_files(tf: Any) -> tuple[Any, dict[str, Any]]:
    """x: (batch,) → the same, after a file has been written"""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "x")])
    def serve(x: Any) -> dict[str, Any]:
        tf.io.write_file("/tmp/never-written", tf.strings.as_string(x)[0])
        return {"y": x + 1.0}

    module.serve = serve
    return module, {"serving_default": serve}


def save(make: Callable[[Any], tuple[Any, dict[str, Any]]], path: Path) -> Path:
    """A SavedModel of TensorFlow 2, without Keras."""
    import tensorflow as tf

    module, signatures = make(tf)
    tf.saved_model.save(module, str(path), signatures=signatures)
    return path


def frozen(path: Path) -> Path:
    """A GraphDef of TensorFlow 1 with a loop, as `tf.compat.v1` froze them, and Keras's placeholder of the learning phase."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        v1.disable_control_flow_v2()
        x = v1.placeholder(tf.float32, (None, 4), "x")
        phase = v1.placeholder(tf.bool, (), "keras_learning_phase")
        y = v1.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, y * 0.5 + x), [0, x])[1]
        tf.identity(tf.where(phase, y * 0.0, y), "result/of/loop")
        v1.enable_control_flow_v2()
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


def saved_by_tensorflow_1(path: Path) -> Path:
    """A SavedModel as TensorFlow 1 wrote it: a session's variables, and names of tensors that aren't the signature's."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, (None, 2), "placeholder")
        kernel = v1.get_variable("kernel", initializer=tf.constant([[1.0], [-2.0]]), use_resource=False)
        y = tf.matmul(x, kernel)
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(path))
        signature = v1.saved_model.predict_signature_def({"point": x}, {"side": y})
        builder.add_meta_graph_and_variables(session, ["serve"], {"predict": signature})
        builder.save()
    return path


def subclassed(path: Path) -> Path:
    """A Keras 2 model of a class of its own, whose layer's call is TensorFlow code."""
    import tensorflow as tf
    import tf_keras

    class Swing(tf_keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.phase = self.add_weight("phase", (int(shape[-1]),), initializer=tf_keras.initializers.Constant(0.3))

        def call(self, x: Any) -> Any:
            return tf.math.sin(x + self.phase)

    class Swinging(tf_keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.swing = Swing()

        def call(self, x: Any) -> Any:
            return self.swing(x) + 1.0

    model = Swinging()
    model(tf.zeros((1, 5)))
    model.save(str(path), save_format="tf")
    return path
