"""Layers that join several inputs."""

from .arithmetic import Add as Add
from .arithmetic import Average as Average
from .arithmetic import Multiply as Multiply
from .arithmetic import Subtract as Subtract
from .arithmetic import add as add
from .arithmetic import average as average
from .arithmetic import multiply as multiply
from .arithmetic import subtract as subtract
from .concatenation import Concatenate as Concatenate
from .concatenation import concatenate as concatenate
from .dot_product import Dot as Dot
from .dot_product import dot as dot
from .extremes import Maximum as Maximum
from .extremes import Minimum as Minimum
from .extremes import maximum as maximum
from .extremes import minimum as minimum

__all__ = [name for name, value in vars().items() if callable(value)]  # not the files, one of which is called merge
