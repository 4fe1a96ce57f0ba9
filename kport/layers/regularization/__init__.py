"""Layers that act in training only."""

from .activity_regularization import ActivityRegularization as ActivityRegularization
from .dropout import AlphaDropout as AlphaDropout
from .dropout import Dropout as Dropout
from .dropout import GaussianDropout as GaussianDropout
from .noise import GaussianNoise as GaussianNoise
from .spatial_dropout import SpatialDropout1D as SpatialDropout1D
from .spatial_dropout import SpatialDropout2D as SpatialDropout2D
from .spatial_dropout import SpatialDropout3D as SpatialDropout3D
