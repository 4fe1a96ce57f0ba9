"""Convolutional layers."""

from ...legacy import old_place
from .conv import Conv1D as Conv1D
from .conv import Conv2D as Conv2D
from .conv import Conv3D as Conv3D
from .conv_transpose import Conv1DTranspose as Conv1DTranspose
from .conv_transpose import Conv2DTranspose as Conv2DTranspose
from .conv_transpose import Conv3DTranspose as Conv3DTranspose
from .depthwise_conv import DepthwiseConv1D as DepthwiseConv1D
from .depthwise_conv import DepthwiseConv2D as DepthwiseConv2D
from .locally_connected import LocallyConnected1D as LocallyConnected1D
from .locally_connected import LocallyConnected2D as LocallyConnected2D
from .separable_conv import SeparableConv1D as SeparableConv1D
from .separable_conv import SeparableConv2D as SeparableConv2D

Convolution1DTranspose, Convolution2DTranspose, Convolution3DTranspose = Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
SeparableConvolution1D = SeparableConv1D

__getattr__ = old_place(__name__, "kport.layers")
