"""An interpreter of CoreML's ML programs that doesn't come from Apple: it reads a written .mlpackage and computes what it
says, operation by operation, in NumPy.

Nothing of it is shared with what writes packages: it has its own reader of protobuf and of weights, and its kernels are
written from the documentation of Apple's operations. So what it computes proves what the file says, on any machine. It is
no proof of what a device's compiler and its neural engine make of the file.
"""

from .running import observe, predict, run, runtime

__all__ = ["observe", "predict", "run", "runtime"]
