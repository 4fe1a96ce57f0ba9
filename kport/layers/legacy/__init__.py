"""Layers that only Keras 1 had and no later layer replaces."""

from .highway import Highway as Highway
from .learned_activations import ParametricSoftplus as ParametricSoftplus
from .learned_activations import SReLU as SReLU
from .maxout_dense import MaxoutDense as MaxoutDense
