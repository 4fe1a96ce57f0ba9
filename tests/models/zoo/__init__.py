"""Models as people build them, each a function of a framework (keras or tf_keras)."""

from . import applications as applications
from . import generative as generative
from . import graphs as graphs
from . import sequence as sequence
from . import tabular as tabular
from . import text as text
from . import vision as vision
