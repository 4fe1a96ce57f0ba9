"""Activation functions as layers."""

from .activation import Activation as Activation
from .relu import ELU as ELU
from .relu import LeakyReLU as LeakyReLU
from .relu import PReLU as PReLU
from .relu import ReLU as ReLU
from .relu import ThresholdedReLU as ThresholdedReLU
from .softmax import Softmax as Softmax
