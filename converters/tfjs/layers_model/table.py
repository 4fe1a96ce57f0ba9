"""Keras's layers as those of TF.js: which there are, with which arguments, and what becomes of the others.

TF.js ignores arguments that it doesn't know, and some that it knows: where that would compute something else the table says which
values are the only ones. Source: tfjs-layers 4.22; the layers' tests show each refusal against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import rewrites
from .rewrites import Rewrite
from .steps import Refused, Said, Step


@dataclass(frozen=True)
class Row:
    """only: the values of arguments that TF.js computes with; reason: why no others; rewrite: what the layer becomes;
    rank: that of the input, with the batch, where TF.js takes no other."""

    only: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    reason: str = "TF.js ignores it"
    rewrite: Rewrite = rewrites.itself
    rank: int | None = None

    def steps(self, x: Said) -> list[Step]:
        """The layers of TF.js. Refused: an argument that it doesn't compute with."""
        for name, values in self.only.items():
            if name in x.config and x.config[name] not in values:
                expected = " or ".join(map(repr, values))
                raise Refused(f"expected {name}={expected}. Received: {name}={x.config[name]!r} ({self.reason})")
        if self.rank is not None and len(x.shape) != self.rank:
            raise Refused(f"expected an input of rank {self.rank}. Received: shape={x.shape}")
        return self.rewrite(x)


_UNGROUPED = {"groups": (1,)}
_ONES = ([1], [1, 1], [1, 1, 1])
_TRANSPOSED = {"dilation_rate": _ONES, "output_padding": (None,)}

LAYERS: dict[str, Row] = {
    # core
    "Activation": Row(),
    "Dense": Row({"lora_rank": (None,)}),
    "Embedding": Row({"lora_rank": (None,)}),
    "Flatten": Row(rewrite=rewrites.flatten),
    "Reshape": Row(),
    "Permute": Row(),
    "RepeatVector": Row(),
    "Masking": Row(),
    # activations
    "ELU": Row({"alpha": (1.0,)}, "TF.js has no other"),
    "LeakyReLU": Row(),
    "PReLU": Row(rewrite=rewrites.prelu),
    "ReLU": Row(rewrite=rewrites.relu),
    "Softmax": Row(rewrite=rewrites.softmax),
    "ThresholdedReLU": Row(),
    # convolutions
    "Conv1D": Row(_UNGROUPED, rewrite=rewrites.channels_last(rewrites.conv1d), rank=3),
    "Conv2D": Row(_UNGROUPED, rank=4),
    "Conv3D": Row(_UNGROUPED, rewrite=rewrites.volumes, rank=5),
    "Conv1DTranspose": Row(_TRANSPOSED, rewrite=rewrites.channels_last(rewrites.conv1d_transpose)),
    "Conv2DTranspose": Row(_TRANSPOSED),
    "DepthwiseConv1D": Row({"dilation_rate": _ONES}, rewrite=rewrites.channels_last(rewrites.depthwise_conv1d)),
    "DepthwiseConv2D": Row({"dilation_rate": _ONES}, rewrite=rewrites.depthwise_conv2d),
    "SeparableConv1D": Row(rewrite=rewrites.channels_last(rewrites.separable_conv1d)),
    "SeparableConv2D": Row(rewrite=rewrites.channels_last(rewrites.itself)),
    # pooling
    **{f"{kind}Pooling1D": Row(rewrite=rewrites.channels_last(rewrites.itself)) for kind in ("Max", "Average")},
    **{f"{kind}Pooling2D": Row() for kind in ("Max", "Average")},
    "MaxPooling3D": Row(rewrite=rewrites.max_pooling3d),
    "AveragePooling3D": Row(rewrite=rewrites.volumes),
    **{f"Global{kind}Pooling{rank}D": Row(rewrite=rewrites.global_pooling) for kind in ("Max", "Average") for rank in (1, 2, 3)},
    # merging
    **{name: Row(rewrite=rewrites.merge) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")},
    "Concatenate": Row(rewrite=rewrites.concatenate),
    "Dot": Row(rewrite=rewrites.dot),
    "Subtract": Row(rewrite=rewrites.subtract),
    # normalization
    "BatchNormalization": Row({"renorm": (False,)}, rewrite=rewrites.batch_normalization),
    "LayerNormalization": Row({"rms_scaling": (False,)}),
    "Normalization": Row(rewrite=rewrites.normalization),
    "Rescaling": Row(),
    # recurrent
    "LSTM": Row(rewrite=rewrites.recurrent),
    "SimpleRNN": Row(rewrite=rewrites.recurrent),
    "GRU": Row({"reset_after": (False,)}, "TF.js has no other", rewrites.recurrent),
    "RNN": Row(rewrite=rewrites.recurrent),
    "ConvLSTM2D": Row(rewrite=rewrites.channels_last(rewrites.recurrent, axis=2)),
    "Bidirectional": Row(rewrite=rewrites.bidirectional),
    "TimeDistributed": Row(),
    "LSTMCell": Row(),
    "SimpleRNNCell": Row(),
    "GRUCell": Row({"reset_after": (False,)}, "TF.js has no other"),
    # training
    **{name: Row() for name in ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D")},
    "SpatialDropout2D": Row(rewrite=rewrites.spatial_dropout),
    "SpatialDropout3D": Row(rewrite=rewrites.spatial_dropout),
    # reshaping
    "Cropping1D": Row(rewrite=rewrites.by_rows("Cropping2D", "cropping")),
    "Cropping2D": Row(),
    "UpSampling1D": Row(rewrite=rewrites.up_sampling1d),
    "UpSampling2D": Row({"interpolation": ("nearest",)}, "TF.js samples other points"),
    "ZeroPadding1D": Row(rewrite=rewrites.channels_last(rewrites.by_rows("ZeroPadding2D", "padding"))),
    "ZeroPadding2D": Row(),
}

ABSENT: dict[str, str] = {
    "Conv3DTranspose": "TF.js's WebAssembly back end computes it wrongly",
    "Resizing": "TF.js's Resizing forgets the batch in the shape that it announces",
    "CenterCrop": "TF.js's CenterCrop changes the shape of the input that it is called on",
    "CategoryEncoding": "TF.js's CategoryEncoding changes the shape of the input that it is called on",
    "StackedRNNCells": "TF.js gives the weights of several cells the same name",
}
"""Layers that TF.js has by name, and why that isn't enough."""

ACTIVATIONS = frozenset(
    [
        "elu",
        "gelu",
        "hard_sigmoid",
        "linear",
        "log_softmax",
        "mish",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "softmax",
        "softplus",
        "softsign",
        "swish",
        "tanh",
    ]
)
