"""What arguments of layers and optimizers were called in Keras 1 and 2, and what they are called in Keras 3.

The dialects of files (`kport.saving.dialects`) and the constructors (`kport.legacy.arguments`) both read these tables.
"""

from __future__ import annotations

KERAS_1 = {
    "output_dim": "units",
    "border_mode": "padding",
    "subsample": "strides",
    "atrous_rate": "dilation_rate",
    "inner_activation": "recurrent_activation",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "bias": "use_bias",
    "p": "rate",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "nb_filter": "filters",
    "input_dtype": "dtype",
}
"""Arguments of many layers in Keras 1."""

WINDOWS = {
    "filter_length": "kernel_size",
    "subsample_length": "strides",
    "pool_length": "pool_size",
    "stride": "strides",
}
"""Those of Keras 1's layers with a window along one axis."""

KERNEL_SIZES = ("kernel_dim1", "kernel_dim2", "kernel_dim3", "nb_row", "nb_col")
"""Together, in this order, they are `kernel_size`."""

OF_CLASS: dict[str, dict[str, str]] = {
    "Embedding": {
        "units": "output_dim",
        **{f"kernel_{kind}": f"embeddings_{kind}" for kind in ("initializer", "regularizer", "constraint")},
    },
    "PReLU": {"kernel_initializer": "alpha_initializer"},
    "BatchNormalization": {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "GaussianNoise": {"sigma": "stddev"},
    "UpSampling1D": {"length": "size"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "SeparableConv2D": {"kernel_initializer": "depthwise_initializer"},
}
"""What an argument is called in this class, by its name in the tables above."""

KERAS_1_TRAINING = {
    f"{old}_{kind}": f"{new}_{kind}"
    for old, new in (("W", "kernel"), ("U", "recurrent"), ("b", "bias"))
    for kind in ("regularizer", "constraint")
}
"""Arguments of Keras 1 that training alone reads."""

KERAS_2 = {
    "batch_input_shape": "batch_shape",
    "dim_ordering": "data_format",
    "input": "inputs",
    "output": "outputs",
    "lr": "learning_rate",
}
"""Arguments of layers, models and optimizers in Keras 1 and 2."""

ORDERINGS = {"th": "channels_first", "tf": "channels_last"}
"""Keras 1's names of data formats."""

VALUES = {"dim_ordering": ORDERINGS}
"""Arguments whose values have other names, too."""

UNUSED = (
    "cache_enabled",
    "consume_less",
    "enable_caching_device",
    "forget_bias_init",
    "fused",
    "implementation",
    "schedule_decay",
)
"""Arguments that chose among ways to compute the same, or the only way that is left."""

NEUTRAL = {"mode": 0, "time_major": False, "dynamic": False, "renorm": False, "virtual_batch_size": None, "sparse": False}
"""Arguments that can only have this value any more."""
