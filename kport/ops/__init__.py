"""Operations. Each one computes on NumPy arrays and TensorFlow tensors, and records itself on symbolic values.

The names here are for layers and for the user's own code; the classes are for targets' tables.
"""

from . import norm as _norm  # noqa: F401  (loaded before linalg's function of this name, or it would hide that)
from . import operators as operators
from .activation import *
from .activation_functions import *
from .attention import *
from .blocks import *
from .blur import *
from .bounds import *
from .buckets import *
from .casting import *
from .colors import *
from .complex_numbers import *
from .control import *
from .conv import *
from .conv_transpose import *
from .creation import *
from .crossentropy import *
from .ctc import *
from .cumulative import *
from .einops import *
from .einsum import *
from .elementwise import *
from .error_function import *
from .extend import *
from .factors import *
from .gathering import *
from .geometry import *
from .image import *
from .indexing import *
from .linalg import *
from .linear import *
from .logic import *
from .math import *
from .matrix import *
from .nan import *
from .networks import *
from .norm import *
from .op import OPS as OPS
from .op import Op as Op
from .pool import *
from .rearrange import *
from .recurrent import *
from .reduce import *
from .rounding import *
from .scan import *
from .scattering import *
from .segments import *
from .shape import *
from .signal import *
from .softmax import *
from .sort import *
from .statistics import *
from .text import *
from .trigonometry import *
from .variable import Variable as Variable
from .warping import *
