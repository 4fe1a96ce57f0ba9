"""The layers everything else is made with."""

from .dense import Dense as Dense
from .input_layer import Input as Input
from .input_layer import InputLayer as InputLayer
