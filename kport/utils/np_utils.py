"""Keras 1's and 2's name of functions that are in `kport.utils` now."""

from ..legacy import old_function
from . import numerical

normalize = old_function("np_utils.normalize", numerical.normalize, "utils.normalize")
to_categorical = old_function(
    "np_utils.to_categorical", numerical.to_categorical, "utils.to_categorical", nb_classes="num_classes"
)
