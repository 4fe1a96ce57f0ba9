"""Layers that normalise."""

from ...legacy import old_place
from .batch_normalization import BatchNormalization as BatchNormalization
from .group_normalization import GroupNormalization as GroupNormalization
from .layer_normalization import LayerNormalization as LayerNormalization
from .rms_normalization import RMSNormalization as RMSNormalization
from .spectral_normalization import SpectralNormalization as SpectralNormalization
from .unit_normalization import UnitNormalization as UnitNormalization

__getattr__ = old_place(__name__, "kport.layers")
