"""The comparison itself: what it accepts and what it must not."""

from __future__ import annotations

import numpy as np
import pytest

from kport.converters.parity import compare, compare_arrays, proves_something
from kport.converters.target import Tolerance

TOLERANCE = Tolerance(1e-4, 1e-5)


def array(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_equal_arrays_agree() -> None:
    found = compare_arrays("y", array(1, 2), array(1, 2), TOLERANCE)
    assert (found.agrees, found.max_abs_error, found.max_rel_error) == (True, 0.0, 0.0)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (array(1.001), array(1.0)),  # off by more than rtol
        (array(1.0, 2e-5), array(1.0, 0.0)),  # off by more than atol
        (array(1.001e-6, 1e-3), array(1e-6, 1.002e-3)),  # all is small: atol alone would hide it
        (array(1e-9), array(0.0)),  # an output of zeros
        (array(np.nan), array(1.0)),
        (array(np.inf), array(1.0)),
        (array(1.0), array(np.nan)),
        (array(-np.inf), array(np.inf)),
        (array(1.0, 1.0), array(1.0)),  # another shape
        (np.array([1, 2]), np.array([1, 3])),  # integers must be equal
        (np.array(["a"], object), np.array(["b"], object)),
    ],
)
def test_what_differs_is_not_accepted(actual: np.ndarray, expected: np.ndarray) -> None:
    assert not compare_arrays("y", actual, expected, TOLERANCE).agrees


@pytest.mark.parametrize("values", [(np.nan, 1.0), (np.inf, -np.inf), (0.0, -0.0), ()])
def test_the_same_special_values_agree(values: tuple[float, ...]) -> None:
    assert compare_arrays("y", array(*values), array(*values), TOLERANCE).agrees


def test_the_error_is_measured() -> None:
    found = compare_arrays("y", array(1.5, 4.0), array(1.0, 2.0), TOLERANCE)
    assert (found.max_abs_error, found.max_rel_error) == (2.0, 1.0)


def test_the_worst_output_is_named() -> None:
    found = compare(["a", "b"], [array(1.0), array(2.5)], [array(1.00001), array(2.0)], TOLERANCE)
    assert (found.agrees, found.worst_output, found.max_abs_error) == (False, "b", 0.5)


def test_one_that_disagrees_is_worse_than_one_with_large_numbers() -> None:
    found = compare(["a", "b"], [array(1.5), array(1e6 + 10)], [array(1.0), array(1e6)], TOLERANCE)
    assert (found.agrees, found.worst_output, found.max_abs_error) == (False, "a", 0.5)


@pytest.mark.parametrize(("actual", "expected"), [("float32", "int32"), ("int32", "float32"), ("bool", "int32")])
def test_another_kind_of_number_is_not_accepted(actual: str, expected: str) -> None:
    assert not compare_arrays("y", np.ones(2, actual), np.ones(2, expected), TOLERANCE).agrees


def test_a_missing_output_is_not_accepted() -> None:
    assert not compare(["a", "b"], [array(1.0)], [array(1.0), array(2.0)], TOLERANCE).agrees


def test_nothing_is_proved_by_what_is_not_finite() -> None:
    assert proves_something([array(np.nan, np.inf)]) is not None
    assert proves_something([array(np.nan, 1.0)]) is None
    assert proves_something([np.array([1, 2])]) is None
    assert proves_something([np.zeros((2, 0))]) is not None


def test_what_a_saturated_sigmoid_leaves_is_not_judged_by_its_digits() -> None:
    tolerance = Tolerance(1e-4, 1e-5)
    left = np.array([6e-16], "float32")
    assert compare(["y"], [left * np.float32(1.001)], [left], tolerance).agrees
    assert not compare(["y"], [left + np.float32(1e-13)], [left], tolerance).agrees
