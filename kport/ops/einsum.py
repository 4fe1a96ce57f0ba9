"""Einstein's summation."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType
from ..ir.types import Dimension
from .backend import tf
from .casting import promote
from .gathering import take
from .linear import Linear, MatMul
from .op import Op, fail
from .reduce import sum as sum_of
from .shape import reshape, shape, size_product, squeeze, transpose


class Einsum(Op):
    """y[output letters] = Σ over all other letters of the product of the inputs. `equation` is such as "bij,bjk->bik"."""

    equation: str

    @property
    def terms(self) -> tuple[list[str], str]:
        inputs, output = self.equation.split("->")
        return inputs.split(","), output

    def infer(self, *xs: TensorType) -> TensorType:
        terms, output = self.terms
        sizes: dict[str, Dimension] = {}
        if len(terms) != len(xs) or any(len(t) != x.rank for t, x in zip(terms, xs, strict=True)):
            raise fail(self, "inputs of the ranks that the equation says", shapes=[x.shape for x in xs])
        for term, x in zip(terms, xs, strict=True):
            for letter, size in zip(term, x.shape, strict=True):
                known = sizes.get(letter)
                if None not in (known, size) and known != size:
                    raise fail(self, f"one size for '{letter}'", shapes=[x.shape for x in xs])
                sizes[letter] = size if known is None else known
        return xs[0].with_shape(tuple(sizes[letter] for letter in output))

    def numpy(self, *xs: np.ndarray) -> np.ndarray:
        y = self.decompose(*xs)  # NumPy's own einsum has no fast matrix product over batches
        if y is not NotImplemented:
            return np.asarray(y)
        if xs[0].dtype.name == "bfloat16":  # NumPy has no sums of products of it
            return np.asarray(np.einsum(self.equation, *(x.astype(np.float32) for x in xs))).astype(xs[0].dtype)
        return np.einsum(self.equation, *xs)

    def tensorflow(self, *xs: Any) -> Any:
        return tf.einsum(self.equation, *xs)

    def decompose(self, *xs: Any) -> Any:
        terms, output = self.terms
        plain = [_diagonal(x, term) for x, term in zip(xs, terms, strict=True)]
        if None in plain:
            return NotImplemented
        xs, terms = tuple(x for x, _ in plain), [term for _, term in plain]  # type: ignore[misc]
        x, term = xs[0], terms[0]
        for i in range(1, len(xs)):
            kept = [c for c in dict.fromkeys(term + terms[i]) if c in output or any(c in t for t in terms[i + 1 :])]
            x, term = _contract(x, term, xs[i], terms[i], "".join(kept))
        x, term = _reduced(x, term, set(output))
        return transpose(x, [term.index(c) for c in output])


def _diagonal(x: Any, term: str) -> tuple[Any, str] | None:
    """x at the places where axes of one letter have one position, and the letters once each; None if no such size is known."""
    while len(set(term)) < len(term):
        letter = next(c for c in term if term.count(c) > 1)
        first = term.index(letter)
        second = term.index(letter, first + 1)
        size = x.shape[first] if x.shape[first] is not None else x.shape[second]
        if size is None:
            return None
        others = [a for a in range(len(term)) if a not in (first, second)]
        x = transpose(x, (*others, first, second))
        x = reshape(x, (*shape(x)[:-2], size * size))
        x = take(x, np.arange(size, dtype=np.int32) * (size + 1), len(others))
        term = "".join(term[a] for a in others) + letter
    return x, term


def _reduced(x: Any, term: str, kept: set[str]) -> tuple[Any, str]:
    """Sums the letters that aren't kept."""
    axes = [i for i, c in enumerate(term) if c not in kept]
    return (sum_of(x, axes) if axes else x), "".join(c for c in term if c in kept)


def _contract(a: Any, a_term: str, b: Any, b_term: str, kept: str) -> tuple[Any, str]:
    """Two inputs made one by a matrix product over batch letters (in both and kept) and contracted ones (in both, not kept)."""
    a, a_term = _reduced(a, a_term, set(kept + b_term))
    b, b_term = _reduced(b, b_term, set(kept + a_term))
    batch = [c for c in a_term if c in b_term and c in kept]
    contracted = [c for c in a_term if c in b_term and c not in kept]
    left = [c for c in a_term if c not in b_term]
    right = [c for c in b_term if c not in a_term]
    sizes = dict(zip(b_term, shape(b), strict=True)) | dict(zip(a_term, shape(a), strict=True))

    def grouped(x: Any, term: str, groups: list[list[str]]) -> Any:
        """`x` with one axis for each group of letters."""
        x = transpose(x, [term.index(c) for group in groups for c in group])
        return x if all(len(g) == 1 for g in groups) else reshape(x, [size_product([sizes[c] for c in g]) for g in groups])

    # without a batch the left letters may stay as many axes as they are
    rows = [[c] for c in left] if left and not batch else [*([c] for c in batch), left]
    columns = grouped(b, b_term, [*([c] for c in batch), contracted, right])
    constant = not isinstance(b, Symbolic) or getattr(b, "is_constant", False)
    product: Op = Linear() if constant and not batch else MatMul()
    y = product(grouped(a, a_term, [*rows, contracted]), columns)
    term = [*batch, *left, *right]
    made = [*rows, right]
    return (y if all(len(g) == 1 for g in made) else reshape(y, [sizes[c] for c in term])), "".join(term)


def einsum(subscripts: str, *operands: Any) -> Any:
    """Einstein's summation of `operands`; "..." stands for axes that are broadcast, and the output may be left out."""
    inputs, _, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        raise ShapeError(f"expected {len(terms)} operands for {subscripts!r}. Received: {len(operands)}")
    if "->" not in subscripts:
        letters = "".join(terms).replace(".", "")
        output = ("..." if "..." in inputs else "") + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    free = [c for c in string.ascii_letters if c not in subscripts]
    covered = [len(x.shape) - len(t) + 3 if "..." in t else 0 for t, x in zip(terms, operands, strict=True)]
    ellipsis = "".join(free[: max(covered)])
    terms = [t.replace("...", ellipsis[len(ellipsis) - n :]) for t, n in zip(terms, covered, strict=True)]
    if any(len(t) != len(x.shape) for t, x in zip(terms, operands, strict=True)):
        raise ShapeError(
            f"expected operands of the ranks that {subscripts!r} says. Received: {[tuple(x.shape) for x in operands]}"
        )
    xs = promote(*operands)
    broadcast = {c for t, x in zip(terms, xs, strict=True) for c, d in zip(t, x.shape, strict=True) if c in ellipsis and d != 1}
    for i, term in enumerate(terms):  # an axis of size 1 that "..." broadcasts is left out
        ones = [a for a, c in enumerate(term) if c in broadcast and xs[i].shape[a] == 1]
        xs[i] = squeeze(xs[i], ones) if ones else xs[i]
        terms[i] = "".join(c for a, c in enumerate(term) if a not in ones)
    return Einsum(equation=f"{','.join(terms)}->{output.replace('...', ellipsis)}")(*xs)


__all__ = [
    "Einsum",
    "einsum",
]
