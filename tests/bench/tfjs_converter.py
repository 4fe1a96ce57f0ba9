"""tensorflowjs's way from a .h5 to a graph model, run in the official converters' environment: SOURCE FOLDER.

Its command line refuses what Keras 3 wrote (tfjs#8494), so the model is exported as a SavedModel first, as its users do.
"""

from __future__ import annotations

import os
import sys
import tempfile

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # what tensorflowjs expects
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def main(source: str, folder: str) -> None:
    import keras
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

    with tempfile.TemporaryDirectory() as made:
        keras.models.load_model(source, compile=False).export(made, verbose=False)
        converter.convert_tf_saved_model(made, folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
