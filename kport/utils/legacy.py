"""`keras.utils.legacy`: what old code takes objects apart and puts them together with."""

from ..saving import deserialize_keras_object as deserialize_keras_object
from ..saving import serialize_keras_object as serialize_keras_object
