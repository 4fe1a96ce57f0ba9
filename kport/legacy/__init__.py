"""Names that Keras had once: tables of what they are called now, and what makes code that uses them run."""

from .arguments import accept_old_arguments as accept_old_arguments
from .classes import OldName as OldName
from .methods import old_arguments as old_arguments
from .methods import old_attribute as old_attribute
from .methods import old_function as old_function
from .modules import add_old_modules as add_old_modules
from .modules import old_place as old_place
from .warning import KportDeprecationWarning as KportDeprecationWarning
from .warning import warn as warn
