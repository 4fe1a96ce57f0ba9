"""TensorFlow's own converter as a command: python -m tests.bench.tflite_converter MODEL.h5 MODEL.tflite"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def main(source: str, goal: str) -> None:
    import keras
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(keras.models.load_model(source, compile=False))
    Path(goal).write_bytes(converter.convert())


if __name__ == "__main__":
    main(*sys.argv[1:])
