"""The layers, under their Keras names, by family."""

from ..registry import layers as _registry
from .activations import *
from .applications import *
from .attention import *
from .convolutional import *
from .core import *
from .foreign import FlaxLayer as FlaxLayer
from .foreign import JaxLayer as JaxLayer
from .foreign import TFSMLayer as TFSMLayer
from .foreign import TorchModuleWrapper as TorchModuleWrapper
from .layer import Layer as Layer
from .legacy import *
from .merging import *
from .normalization import *
from .pooling import *
from .preprocessing import *
from .regularization import *
from .reshaping import *
from .rnn import *


def get(identifier: object) -> object:
    """The layer that a configuration or an instance means."""
    return _registry.get(identifier)
