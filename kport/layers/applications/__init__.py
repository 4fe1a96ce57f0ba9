"""Layers that Keras defines for its own architectures (keras.applications) and writes into their files."""

from .custom_scale_layer import CustomScaleLayer as CustomScaleLayer
from .layer_scale import LayerScale as LayerScale
from .stochastic_depth import StochasticDepth as StochasticDepth
