"""Models: Functional (a DAG of layers), Sequential, and subclasses of Model."""

from .cloning import clone_model as clone_model
from .feature_space import FeatureSpace as FeatureSpace
from .functional import Functional as Functional
from .model import Model as Model
from .sequential import Sequential as Sequential
from .storage import load_model as load_model
from .storage import model_from_json as model_from_json
from .storage import save_model as save_model
