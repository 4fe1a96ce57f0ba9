"""The writer's tables of the schema are those of the schema that LiteRT carries."""

from __future__ import annotations

import re

import pytest

from kport.converters.tflite.schema import FUSED, OPERATORS, OPTIONS, TYPES

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")

NAMES = {"bool": "BOOL"}
CODES = {"Int8": "b", "Int32": "i", "Bool": "?", "Float32": "f", "UOffsetTRelative": "*i"}


def test_operators() -> None:
    assert {name: code for name, (code, _) in OPERATORS.items()} == {n: getattr(schema.BuiltinOperator, n) for n in OPERATORS}


def test_types() -> None:
    assert {name: getattr(schema.TensorType, name.upper()) for name in TYPES} == TYPES
    assert {n or "NONE": c for n, c in FUSED.items()} == {
        n or "NONE": getattr(schema.ActivationFunctionType, n or "NONE") for n in FUSED
    }


@pytest.mark.parametrize("name", OPTIONS)
def test_fields(name: str) -> None:
    table = OPTIONS[name]
    assert table.union == getattr(schema.BuiltinOptions, name)
    source = __import__("inspect").getsource(schema)
    found = {}
    for field, kind, number, default in re.findall(
        rf"def {name}Add(\w+)\(builder, \w+\):\s+builder\.Prepend(\w+)Slot\((\d+), [^\n]*?, ([^\n]*?)\)\n", source
    ):
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", field).lower()
        found[snake] = (int(number), CODES[kind], float(0 if kind == "UOffsetTRelative" else default))
    for field, expected in table.fields.items():
        assert found[field] == expected, field


def test_options_belong_to_operators() -> None:
    assert {options for _, options in OPERATORS.values()} - {""} == set(OPTIONS)
