"""Which versions of the format belong together.

Source: coremltools, its specification versions and the operation sets of each (iOS 15 was the first with ML programs).
"""

from __future__ import annotations

from ....errors import FileError

SPECIFICATIONS: dict[int, int] = {15: 6, 16: 7, 17: 8, 18: 9}
"""iOS → the least specificationVersion of a model whose program is of its operation set"""
OPSETS: dict[str, int] = {"CoreML5": 15, "CoreML6": 16, "CoreML7": 17, "CoreML8": 18}
"""Operation set → iOS"""


def ios_of(opset: str) -> int:
    """The iOS that an operation set came with."""
    if opset not in OPSETS:
        raise FileError(f"expected an operation set: {', '.join(OPSETS)}. Received: {opset or 'none'}")
    return OPSETS[opset]
