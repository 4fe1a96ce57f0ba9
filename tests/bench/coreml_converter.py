"""coremltools from a Keras model as a command: python tests/bench/coreml_converter.py MODEL.h5 MODEL.mlpackage

Runs in an environment of its own, which has TensorFlow but not kport.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def main(source: str, goal: str) -> None:
    import coremltools
    import keras
    import tensorflow as tf

    model = keras.models.load_model(source, compile=False)
    specs = [tf.TensorSpec((1, *x.shape[1:]), x.dtype, x.name) for x in model.inputs]
    traced = tf.function(lambda *xs: model(list(xs) if len(xs) > 1 else xs[0])).get_concrete_function(*specs)
    converted = coremltools.convert(
        [traced],
        source="tensorflow",
        convert_to="mlprogram",
        compute_precision=coremltools.precision.FLOAT32,
        skip_model_load=True,
    )
    converted.save(goal)


if __name__ == "__main__":
    main(*sys.argv[1:])
