"""Functions made of operations, under Keras's names and with Keras's arguments, judged by keras.ops."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from kport.check import check
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.ir.arrays import dtype_name
from kport.tree import flatten
from tests.compare import assert_same
from tests.data import Bools, Exactly, Floats, Ints, make, seed_of
from tests.ops.oracle import keras, ours

pytestmark = pytest.mark.filterwarnings("ignore")

X = Floats((2, 3, 4), -2, 2)
POSITIVE = Floats((2, 3), 0.1, 3.0)
SPECIAL = Exactly([[0.5, np.nan, -2, 3], [np.inf, 1, np.nan, -np.inf]])
HOLES = Exactly([[0.5, np.nan, -2, 3], [np.nan] * 4, [7, 1, 4, np.nan]])
CLASSES = Exactly([0, 2, 0, 3, 2, 2], "int32")
SHUFFLED = Exactly([[3.0, 1, 2, 9, 7], [0.5, 8, -4, 2, 2]])

# name, inputs, further arguments (a list of positional or a dict of named ones)
FUNCTIONS: list[tuple[str, list[Any], Any]] = [
    ("abs", [X], []),
    ("fabs", [Ints((2, 3), 9, -9)], []),
    ("absolute", [Ints((2, 3), 9, -9, "int8")], []),
    ("cbrt", [X], []),
    ("exp2", [X], []),
    ("exp2", [Ints((4,))], []),
    ("deg2rad", [X], []),
    ("rad2deg", [X], []),
    ("hypot", [X, Floats((4,))], []),
    ("hypot", [Exactly([0.0, 3e30, np.inf]), Exactly([0.0, 4e30, 1])], []),
    ("sinc", [Exactly([0.0, 0.5, 1, -2.25])], []),
    ("logaddexp", [X, Floats((3, 1), -90, 90)], []),
    ("logaddexp2", [X, Floats((4,), -9, 9)], []),
    ("fmod", [Exactly([-7.5, 7.5, -7, 7]), Exactly([2.0, -2, 3, -3])], []),
    ("fmod", [Exactly([-7, 7, -7, 7], "int32"), Exactly([2, -2, 3, -3], "int32")], []),
    ("heaviside", [Exactly([-1.5, 0, 2]), Exactly([0.5, 0.25, 1])], []),
    ("ldexp", [Exactly([0.75, -3, 0]), Exactly([3, -2, 200], "int32")], []),
    ("divide_no_nan", [Floats((2, 4)), Exactly([1.0, 0, -2, 0])], []),
    ("true_divide", [Ints((2, 3)), Exactly([1, 2, 4], "int32")], []),
    ("erfc", [X], []),
    ("erfinv", [Exactly([-1, -0.9999, -0.5, 0, 1e-3, 0.97, 1])], []),
    ("trunc", [X], []),
    ("trunc", [Ints((3,))], []),
    ("isclose", [Exactly([1.0, 1.001, np.nan, 5]), Exactly([1.000001, 1, np.nan, np.inf])], {}),
    ("isclose", [Exactly([1.0, 1.001, np.nan]), Exactly([1.000001, 1, np.nan])], {"equal_nan": True, "atol": 0.01}),
    ("allclose", [X, X], []),
    ("isin", [Ints((2, 5)), Exactly([1, 3, 4], "int32")], {}),
    ("isin", [Ints((2, 5)), Exactly([1, 3, 4], "int32")], {"invert": True}),
    ("isreal", [X], []),
    ("signbit", [Exactly([-0.0, 0, -1.5, 2, -np.inf])], []),
    ("signbit", [Ints((4,), 3, -3)], []),
    ("isposinf", [SPECIAL], []),
    ("isneginf", [SPECIAL], []),
    ("isfinite", [SPECIAL], []),
    ("nan_to_num", [SPECIAL], {}),
    ("nan_to_num", [SPECIAL], {"nan": 1.5, "posinf": 9.0, "neginf": -8.0}),
    ("nansum", [HOLES], {"axis": 1}),
    ("nanprod", [HOLES], {"axis": 0}),
    ("nancumsum", [HOLES], {"axis": 1}),
    ("nancumprod", [HOLES], {"axis": 0}),
    ("nanmean", [HOLES], {"axis": 1, "keepdims": True}),
    ("nanvar", [HOLES], {"axis": 0}),
    ("nanstd", [HOLES], {}),
    ("nanmax", [HOLES], {"axis": 1}),
    ("nanmin", [HOLES], {"axis": 1}),
    ("nanargmax", [HOLES], {"axis": 1}),
    ("nanargmin", [HOLES], {"axis": 1, "keepdims": True}),
    ("fmax", [HOLES, Exactly([1.0, 1, np.nan, 1])], []),
    ("fmin", [HOLES, Exactly([1.0, 1, np.nan, 1])], []),
    ("amax", [X], {"axis": (0, 2)}),
    ("amin", [X], {}),
    ("ptp", [X], {"axis": 1}),
    ("average", [X], {"axis": 1}),
    ("average", [X], {"axis": 1, "weights": np.arange(1, 25, dtype="float32").reshape(2, 3, 4)}),
    ("moments", [X], {"axes": (0, 1)}),
    ("median", [SHUFFLED], {}),
    ("median", [SHUFFLED], {"axis": 1, "keepdims": True}),
    *(("quantile", [SHUFFLED], {"q": 0.3, "axis": 1, "method": m}) for m in ("linear", "lower", "higher", "midpoint", "nearest")),
    ("quantile", [SHUFFLED], {"q": np.array([0.1, 0.5, 1], "float32"), "axis": 1, "keepdims": True}),
    ("percentile", [SHUFFLED], {"q": 30, "axis": 1}),
    ("nanmedian", [HOLES], {"axis": 1}),
    ("nanpercentile", [HOLES], {"q": 30, "axis": 1, "keepdims": True}),
    ("nanquantile", [HOLES], {"q": 0.3, "axis": 0}),
    ("nanquantile", [HOLES], {"q": np.array([0.1, 0.5], "float32")}),
    ("trapezoid", [X], {"axis": 1, "dx": 0.5}),
    ("trapezoid", [X], {"x": np.array([0, 1, 1.5, 4], "float32")}),
    *(("correlate", [(n,), (m,)], [mode]) for n, m in [(6, 3), (6, 4)] for mode in ("valid", "full", "same")),
    ("angle", [X], []),
    ("rearrange", [X], ["a b c -> c a b"]),
    ("rearrange", [(2, 4, 6, 3)], {"pattern": "b (h h1) (w w1) c -> b h w (c h1 w1)", "h1": 2, "w1": 3}),
    ("rearrange", [(2, 4, 6, 3)], ["b h w c -> (b h) (w c)"]),
    ("corrcoef", [(3, 6)], []),
    ("cdist", [(2, 3, 4), (2, 5, 4)], []),
    ("count_nonzero", [Ints((2, 4), 2)], {"axis": 1}),
    ("segment_sum", [(6, 2), CLASSES], {"num_segments": 5}),
    ("segment_sum", [(3,), Exactly([0, -1, 2], "int32")], {"num_segments": 4}),
    ("segment_max", [(6,), CLASSES], {"num_segments": 5}),
    ("segment_max", [(6,), CLASSES], {}),
    ("segment_min", [Ints((6,)), CLASSES], {"num_segments": 5}),
    ("segment_prod", [(6,), CLASSES], {"num_segments": 5}),
    ("bincount", [CLASSES], {}),
    ("bincount", [Ints((2, 6), 4)], {"minlength": 7}),
    ("bincount", [CLASSES, Floats((6,))], {}),
    ("histogram", [Exactly([1.0, 2, 1, 0.3, 5, 4.9])], {"bins": 4}),
    ("histogram", [Exactly([1.0, 2, 1, 0.3, 5, 4.9])], {"bins": 4, "range": (1.0, 3.0)}),
    ("multi_hot", [Ints((3, 2), 5)], {"num_classes": 5}),
    ("fliplr", [X], []),
    ("flipud", [X], []),
    ("array_split", [(7, 2)], [3]),
    ("hsplit", [(2, 4, 3)], [2]),
    ("vsplit", [(4, 3)], [[1, 3]]),
    ("dsplit", [(2, 3, 4)], [2]),
    ("diff", [X], {}),
    ("diff", [X], {"n": 2, "axis": 1}),
    ("diff", [Bools((2, 5))], {}),
    ("meshgrid", [Floats((3,)), Floats((4,))], {}),
    ("meshgrid", [Floats((3,)), Floats((4,)), Floats((2,))], {"indexing": "ij"}),
    ("unravel_index", [Exactly([0, 7, 23], "int32")], {"shape": (2, 3, 4)}),
    ("kron", [(2, 3), (3, 2)], []),
    ("kron", [(2,), (3, 2)], []),
    ("extract_sequences", [(2, 9)], [4, 2]),
    ("linspace", [Exactly(0.5), Exactly(3.0)], {"num": 5}),
    ("linspace", [(3,), (3,)], {"num": 5, "endpoint": False, "axis": -1}),
    ("logspace", [Exactly(0.5), Exactly(3.0)], {"num": 5}),
    ("geomspace", [Exactly(0.5), Exactly(32.0)], {"num": 5}),
    ("vander", [Exactly([1.0, 2, 3])], {}),
    ("vander", [Exactly([1.0, 2, 3])], {"N": 2, "increasing": True}),
    ("depth_to_space", [(1, 2, 3, 12)], [2]),
    ("depth_to_space", [(1, 12, 2, 3)], [2, "channels_first"]),
    ("space_to_depth", [(1, 4, 6, 3)], [2]),
    *(
        ("depthwise_conv", [(2, 6, 5, 3), (3, 2, 3, 2)], {"strides": s, "padding": p, "dilation_rate": d})
        for s, p, d in [(1, "same", 2), (2, "valid", 1)]
    ),
    ("depthwise_conv", [(2, 7, 3), (3, 3, 1)], {"padding": "same"}),
    ("separable_conv", [(2, 6, 5, 3), (3, 2, 3, 2), (1, 1, 6, 4)], {"strides": 2, "padding": "same"}),
    ("batch_normalization", [X, Floats((3,)), Floats((3,), 0.5, 1)], {"axis": 1}),
    ("layer_normalization", [X], {}),
    ("layer_normalization", [X, (4,), (4,)], {"epsilon": 0.1}),
    ("layer_normalization", [X, (4,)], {"rms_scaling": True}),
    ("rms_normalization", [X, (4,)], {}),
    ("normalize", [X], {}),
    ("normalize", [X], {"axis": 1, "order": 1}),
    ("normalize", [Exactly([[0.0, 0.0], [3, 4]])], {}),
    ("psnr", [X, Floats((2, 3, 4))], {"max_val": 2.0}),
    ("dot_product_attention", [(2, 3, 4, 5), (2, 6, 4, 5), (2, 6, 4, 5)], {}),
    ("dot_product_attention", [(2, 3, 4, 5), (2, 3, 2, 5), (2, 3, 2, 5), (2, 4, 3, 3)], {"is_causal": True, "scale": 0.3}),
    ("dot_product_attention", [(2, 3, 4, 5), (2, 6, 4, 5), (2, 6, 4, 5), (1, 4, 3, 6), Bools((2, 1, 3, 6))], {}),
    ("stop_gradient", [X], []),
    ("copy", [X], []),
    ("in_top_k", [Ints((4,), 5), (4, 5)], [2]),
    ("digitize", [X], [[-0.5, 0.5, 1.0]]),
    ("searchsorted", [Exactly([1.0, 2, 2, 5]), Exactly([0.5, 2, 3, 9])], ["right"]),
    ("logical_and", [Ints((2, 4), 2), Bools((4,))], []),
    ("round", [Floats((4,), -9, 9)], [1]),
    ("pad", [X], {"pad_width": [[0, 1], [2, 0], [1, 1]], "mode": "reflect"}),
    ("pad", [X], {"pad_width": [[0, 1], [2, 0], [1, 1]], "constant_values": 2.5}),
    ("reshape", [X], {"newshape": (3, -1)}),
    ("reshape", [X], [-1]),
    ("transpose", [X], {"axes": (2, 0, 1)}),
    ("repeat", [X], {"repeats": [1, 0, 2], "axis": 1}),
]


def identifier(row: tuple[str, list[Any], Any]) -> str:
    return "".join(str(row).split()).replace("[", "(").replace("]", ")")


def arguments(row: tuple[str, list[Any], Any]) -> tuple[list[Any], list[Any], dict[str, Any]]:
    _, inputs, further = row
    arrays = [make(spec, seed_of(f"{identifier(row)}{i}")) for i, spec in enumerate(inputs)]
    return (arrays, [], further) if isinstance(further, dict) else (arrays, further, {})


@pytest.mark.parametrize("row", FUNCTIONS, ids=identifier)
def test_function_agrees_with_keras(row: tuple[str, list[Any], Any]) -> None:
    """On arrays, on tensors, and in a graph whose first size is not known."""
    import tensorflow as tf

    arrays, args, kwargs = arguments(row)
    tensors = [tf.constant(a) for a in arrays]
    expected = [np.asarray(e) for e in flatten(keras(row[0], *args, **kwargs)(*tensors))]
    function = ours(row[0], *args, **kwargs)
    for inputs in (arrays, tensors):
        outputs = [np.asarray(o) for o in flatten(function(*inputs))]
        assert_same(outputs, expected, 1e-5, 1e-6, row[0])
        assert [o.dtype for o in outputs] == [e.dtype for e in expected], row[0]
    graph = Graph("case")
    sizes = known_sizes(row[0])
    values = [
        graph.add_input(f"x{i}", TensorType(dtype_name(a), a.shape if sizes or not a.ndim else (None, *a.shape[1:])))
        for i, a in enumerate(arrays)
    ]
    results = [graph.constant(np.asarray(v)) if not hasattr(v, "type") else v for v in flatten(function(*values))]
    graph.set_outputs(results)
    check(graph)
    assert_same(interpret(graph, arrays), expected, 1e-5, 1e-6, f"{row[0]} in a graph")


def known_sizes(name: str) -> bool:
    """Functions for which the first size must be known: it counts outputs, says where an element lies, or is a window's."""
    return name in {"array_split", "vsplit", "extract_sequences", "corrcoef", "correlate", "depthwise_conv", "separable_conv"}


DTYPES = ["bool", "uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
UNARY = [
    *("absolute", "negative", "square", "sqrt", "exp", "log", "floor", "ceil", "round", "sign", "sin", "reciprocal", "tanh"),
    *("sum", "prod", "mean", "max", "min", "var", "std", "argmax", "all", "any", "cumsum", "cumprod", "sort", "argsort"),
    *("isnan", "isfinite", "logical_not", "zeros_like", "ones_like", "logsumexp", "median", "trunc", "log1p", "expm1"),
]
BINARY = [
    *("add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "floor_divide", "mod", "arctan2"),
    *("equal", "less", "logical_and", "matmul", "dot", "outer", "bitwise_and", "logaddexp", "divide_no_nan"),
]


def dtype_or_none(function: Any, *inputs: Any) -> str | None:
    """The dtype of the result; None where Keras or TensorFlow has no such function of these dtypes."""
    try:
        return str(getattr(function(*inputs).dtype, "name", function(*inputs).dtype))
    except Exception:
        return None


@pytest.mark.parametrize("name", UNARY)
def test_dtypes_of_one_argument(name: str) -> None:
    import tensorflow as tf

    for dtype in DTYPES:
        tensor = tf.cast(tf.constant([[1, 1], [0, 1]]), dtype)
        expected = dtype_or_none(keras(name), tensor)
        if expected is not None:
            assert dtype_name(np.asarray(ours(name)(tensor.numpy()))) == expected, f"{name} of {dtype}"


@pytest.mark.parametrize("name", BINARY)
def test_dtypes_of_two_arguments(name: str) -> None:
    import tensorflow as tf

    few = ["bool", "uint8", "int8", "int32", "int64", "float16", "bfloat16", "float32"]
    for first, second in itertools.product(few, few):
        a, b = (tf.cast(tf.constant([[1, 1], [1, 1]]), dtype) for dtype in (first, second))
        expected = dtype_or_none(keras(name), a, b)
        if expected is not None:
            assert dtype_name(np.asarray(ours(name)(a.numpy(), b.numpy()))) == expected, f"{name} of {first}, {second}"
