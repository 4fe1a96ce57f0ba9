"""Layers that Keras 3 no longer has, and old names of layers that it has."""

from ...legacy import add_old_modules
from .highway import Highway as Highway
from .joining import Merge as Merge
from .joining import merge as merge
from .learned_activations import ParametricSoftplus as ParametricSoftplus
from .learned_activations import SReLU as SReLU
from .maxout_dense import MaxoutDense as MaxoutDense
from .old_names import *
from .random_fourier_features import RandomFourierFeatures as RandomFourierFeatures

add_old_modules("kport.layers", ("advanced_activations", "embeddings", "local", "merge", "noise", "recurrent", "wrappers"))
