"""Normalization layers."""

from tests.layers.case import LayerCase

DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "inner", "units": 3}}
CONV = {"module": "keras.layers", "class_name": "Conv2D", "config": {"name": "inner", "filters": 3, "kernel_size": [2, 2]}}

CASES = [
    LayerCase("BatchNormalization", (2, 4)),
    LayerCase("BatchNormalization", (2, 3, 5, 4), {"epsilon": 0.1, "momentum": 0.5}),
    LayerCase("BatchNormalization", (2, 4, 3), {"axis": 1, "scale": False}),
    LayerCase("BatchNormalization", (2, 3, 4), {"center": False}),
    LayerCase("BatchNormalization", (2, 3, 2, 3, 4), {"axis": -1, "scale": False, "center": False}),
    LayerCase("BatchNormalization", (2, 3, 4), {"synchronized": True}),
    LayerCase("BatchNormalization", (2, 3, 4), {"renorm": True, "renorm_clipping": {"rmax": 2.0}}),
    LayerCase("BatchNormalization", (2, 3, 4), mask=((True, False, True), (True, True, False))),
    LayerCase("BatchNormalization", (2, 3, 4), {"axis": [1, 2]}, oracle="tf_keras"),
    LayerCase("BatchNormalization", (2, 3, 4, 5), {"axis": [1, 3], "scale": False}, oracle="tf_keras"),
    LayerCase("BatchNormalization", (2, 3, 4, 5), {"axis": [3]}, oracle="tf_keras"),
    LayerCase("BatchNormalization", (4, 3), {"fused": False}, oracle="tf_keras"),
    LayerCase("SyncBatchNormalization", (2, 3, 4), {"axis": -1}, oracle="tf_keras"),
    LayerCase("LayerNormalization", (2, 3, 5)),
    LayerCase("LayerNormalization", (2, 3, 5), {"epsilon": 1e-6, "center": False}),
    LayerCase("LayerNormalization", (2, 3, 5), {"axis": 1, "scale": False}),
    LayerCase("LayerNormalization", (2, 3, 4, 5), {"axis": [1, 3]}),
    LayerCase("LayerNormalization", (2, 3, 4, 5), {"axis": [-1, -2], "scale": False, "center": False}),
    LayerCase("LayerNormalization", (2, 3, 5), {"rms_scaling": True}),
    LayerCase("LayerNormalization", (2, 3, 5), {"rms_scaling": True, "axis": 1, "scale": False}),
    LayerCase("LayerNormalization", (2, 3, 5), {"axis": [2]}, oracle="tf_keras"),
    LayerCase("GroupNormalization", (2, 5, 6), {"groups": 3}),
    LayerCase("GroupNormalization", (2, 3, 4, 6), {"groups": -1}),
    LayerCase("GroupNormalization", (2, 6, 3, 4), {"groups": 2, "axis": 1, "epsilon": 0.1}),
    LayerCase("GroupNormalization", (2, 6), {"groups": 1, "scale": False}),
    LayerCase("GroupNormalization", (2, 4, 6), {"groups": 2, "center": False}),
    LayerCase("RMSNormalization", (2, 3, 5)),
    LayerCase("RMSNormalization", (2, 5, 5), {"axis": 1, "epsilon": 0.1}),
    LayerCase("RMSNormalization", (2, 3, 4, 5), {"axis": [3, 2]}),
    LayerCase("SpectralNormalization", (2, 5), {"layer": DENSE}),
    LayerCase("SpectralNormalization", (2, 5, 5, 2), {"layer": CONV, "power_iterations": 3}),
    LayerCase("UnitNormalization", (2, 3, 5)),
    LayerCase("UnitNormalization", (2, 3, 5), {"axis": [1, 2]}),
]
