"""Pooling layers."""

from ...legacy import old_place
from .adaptive_pooling import AdaptiveAveragePooling1D as AdaptiveAveragePooling1D
from .adaptive_pooling import AdaptiveAveragePooling2D as AdaptiveAveragePooling2D
from .adaptive_pooling import AdaptiveAveragePooling3D as AdaptiveAveragePooling3D
from .adaptive_pooling import AdaptiveMaxPooling1D as AdaptiveMaxPooling1D
from .adaptive_pooling import AdaptiveMaxPooling2D as AdaptiveMaxPooling2D
from .adaptive_pooling import AdaptiveMaxPooling3D as AdaptiveMaxPooling3D
from .global_pooling import GlobalAveragePooling1D as GlobalAveragePooling1D
from .global_pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
from .global_pooling import GlobalAveragePooling3D as GlobalAveragePooling3D
from .global_pooling import GlobalMaxPooling1D as GlobalMaxPooling1D
from .global_pooling import GlobalMaxPooling2D as GlobalMaxPooling2D
from .global_pooling import GlobalMaxPooling3D as GlobalMaxPooling3D
from .window_pooling import AveragePooling1D as AveragePooling1D
from .window_pooling import AveragePooling2D as AveragePooling2D
from .window_pooling import AveragePooling3D as AveragePooling3D
from .window_pooling import MaxPooling1D as MaxPooling1D
from .window_pooling import MaxPooling2D as MaxPooling2D
from .window_pooling import MaxPooling3D as MaxPooling3D

MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D

__getattr__ = old_place(__name__, "kport.layers")
