"""Layers that move, add or drop elements."""

from .cropping import Cropping1D as Cropping1D
from .cropping import Cropping2D as Cropping2D
from .cropping import Cropping3D as Cropping3D
from .flatten import Flatten as Flatten
from .permute import Permute as Permute
from .repeat_vector import RepeatVector as RepeatVector
from .reshape import Reshape as Reshape
from .up_sampling import UpSampling1D as UpSampling1D
from .up_sampling import UpSampling2D as UpSampling2D
from .up_sampling import UpSampling3D as UpSampling3D
from .zero_padding import ZeroPadding1D as ZeroPadding1D
from .zero_padding import ZeroPadding2D as ZeroPadding2D
from .zero_padding import ZeroPadding3D as ZeroPadding3D
