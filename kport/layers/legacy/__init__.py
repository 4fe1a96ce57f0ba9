"""Layers that Keras 3 no longer has, and that no layer replaces."""

from .highway import Highway as Highway
from .learned_activations import ParametricSoftplus as ParametricSoftplus
from .learned_activations import SReLU as SReLU
from .maxout_dense import MaxoutDense as MaxoutDense
from .random_fourier_features import RandomFourierFeatures as RandomFourierFeatures
