"""What tf.keras had under `experimental` and Keras 3 dropped."""

from tests.layers.case import LayerCase

CASES = [
    LayerCase("RandomFourierFeatures", (2, 5), {"output_dim": 3}, oracle="tf_keras"),
    LayerCase("RandomFourierFeatures", (2, 5), {"output_dim": 3, "scale": 2.0, "trainable": True}, oracle="tf_keras"),
    LayerCase("RandomFourierFeatures", (2, 5), {"output_dim": 3, "kernel_initializer": "laplacian"}, oracle="tf_keras"),
    LayerCase("RandomFourierFeatures", (2, 5), {"output_dim": 3, "kernel_initializer": "Gaussian"}, oracle="tf_keras"),
]
