"""The layers everything else is made with."""

from ...legacy import old_place
from .dense import Dense as Dense
from .einsum_dense import EinsumDense as EinsumDense
from .embedding import Embedding as Embedding
from .identity import Identity as Identity
from .input_layer import Input as Input
from .input_layer import InputLayer as InputLayer
from .lambda_layer import Lambda as Lambda
from .masking import Masking as Masking
from .reversible_embedding import ReversibleEmbedding as ReversibleEmbedding
from .wrapper import Wrapper as Wrapper

__getattr__ = old_place(__name__, "kport.layers")
