"""Einstein's summation."""

import numpy as np

from kport import ops
from tests.ops.case import OpCase
from tests.ops.oracle import keras


def einsum(equation, *shapes):
    def expected(*xs):
        return keras("einsum")(equation, *xs)

    return OpCase("Einsum", lambda *xs: ops.einsum(equation, *xs), list(shapes), expected_tf=expected)


CASES = [
    einsum("ij,jk->ik", (2, 3), (3, 4)),
    einsum("ij,jk", (2, 3), (3, 4)),
    einsum("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 5, 2, 4)),
    einsum("bhqk,bkhd->bqhd", (2, 2, 3, 5), (2, 5, 2, 4)),
    einsum("abc,cde->abde", (2, 3, 4), (4, 2, 5)),
    einsum("abc,dce->abe", (2, 3, 4), (2, 4, 5)),
    einsum("...ij,...jk->...ik", (2, 3, 4), (4, 5)),
    einsum("...i,ij->...j", (2, 3, 4), (4, 5)),
    einsum("...ij,...jk->...ik", (2, 3, 3, 4), (2, 1, 4, 5)),
    einsum("i,j->ji", (3,), (4,)),
    einsum("ij->ji", (2, 3)),
    einsum("ij->", (2, 3)),
    einsum("ij,ij->i", (2, 3), (2, 3)),
    einsum("ab,bc,cd->ad", (2, 3), (3, 4), (4, 2)),
    OpCase("Einsum", lambda x: ops.einsum("iij->ij", x), [(3, 3, 2)], lambda x: np.einsum("iij->ij", x)),
]
