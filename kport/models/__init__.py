"""Models: Functional (a DAG of layers), Sequential, and subclasses of Model."""

from .feature_space import FeatureSpace as FeatureSpace
from .functional import Functional as Functional
from .model import Model as Model
from .sequential import Sequential as Sequential
