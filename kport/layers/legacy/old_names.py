"""What layers were called in Keras 1 and 2."""

from __future__ import annotations

from typing import Any

from ...legacy import OldName
from ..convolutional import Conv1D, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, SeparableConv2D
from ..core import Dense
from ..rnn import GRU, LSTM

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

_SIZES = {1: ("filter_length",), 2: ("nb_row", "nb_col"), 3: ("kernel_dim1", "kernel_dim2", "kernel_dim3")}
_OTHERS = ("init", "activation", "weights", "border_mode", "subsample")


class _Positions:
    """Keras 1's convolutions took the size along each axis as an argument of its own: (64, 3, 3) is 64 filters of 3 by 3."""

    def __init__(self, rank: int, *others: str):
        self.rank = rank
        self.names = ("nb_filter", *_SIZES[rank], *others, *_OTHERS)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        sizes = args[1 : 1 + self.rank]
        if self.rank > 1 and len(sizes) == self.rank and all(isinstance(size, int) for size in sizes):
            args, kwargs = (), dict(zip(self.names, args, strict=False)) | kwargs
        return args, {key: value for key, value in kwargs.items() if key != "output_shape"}  # follows from the padding


def _cudnn(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    return args, {"activation": "tanh", "recurrent_activation": "sigmoid"} | kwargs


Convolution1D = Conv1D
Convolution2D = OldName("Convolution2D", Conv2D, _Positions(2), warns=False)
Convolution3D = OldName("Convolution3D", Conv3D, _Positions(3), warns=False)
SeparableConvolution2D = OldName("SeparableConvolution2D", SeparableConv2D, _Positions(2), warns=False)
AtrousConvolution1D = OldName("AtrousConvolution1D", Conv1D)
AtrousConv1D = OldName("AtrousConv1D", Conv1D)
AtrousConvolution2D = OldName("AtrousConvolution2D", Conv2D, _Positions(2))
AtrousConv2D = OldName("AtrousConv2D", Conv2D, _Positions(2))
Deconvolution2D = OldName("Deconvolution2D", Conv2DTranspose, _Positions(2, "output_shape"))
Deconv2D = OldName("Deconv2D", Conv2DTranspose, _Positions(2, "output_shape"))
Deconvolution3D = OldName("Deconvolution3D", Conv3DTranspose, _Positions(3, "output_shape"))
Deconv3D = OldName("Deconv3D", Conv3DTranspose, _Positions(3, "output_shape"))
TimeDistributedDense = OldName("TimeDistributedDense", Dense)
CuDNNLSTM = OldName("CuDNNLSTM", LSTM, _cudnn)
CuDNNGRU = OldName("CuDNNGRU", GRU, _cudnn)

__all__ = [name for name, value in vars().items() if isinstance(value, OldName)] + ["Convolution1D"]
