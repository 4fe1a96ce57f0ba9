"""Instructions of Python's bytecode that a formula can consist of, by version. No jumps, so every program ends.

Source: Lib/opcode.py of CPython 2.7 to 3.12, Include/opcode_ids.h of 3.13.
"""

from __future__ import annotations

from collections.abc import Iterator

from .marshal_data import Code, NotMarshal

_SHARED = {
    1: "POP_TOP",
    2: "ROT_TWO",
    3: "ROT_THREE",
    4: "DUP_TOP",
    9: "NOP",
    10: "UNARY_POSITIVE",
    11: "UNARY_NEGATIVE",
    16: "BINARY_MATRIX_MULTIPLY",
    19: "BINARY_POWER",
    20: "BINARY_MULTIPLY",
    21: "BINARY_DIVIDE",
    22: "BINARY_MODULO",
    23: "BINARY_ADD",
    24: "BINARY_SUBTRACT",
    25: "BINARY_SUBSCR",
    26: "BINARY_FLOOR_DIVIDE",
    27: "BINARY_TRUE_DIVIDE",
    28: "BINARY_FLOOR_DIVIDE",
    29: "BINARY_TRUE_DIVIDE",
    55: "BINARY_ADD",
    56: "BINARY_SUBTRACT",
    57: "BINARY_MULTIPLY",
    59: "BINARY_MODULO",
    67: "BINARY_POWER",
    83: "RETURN_VALUE",
    92: "UNPACK_SEQUENCE",
    100: "LOAD_CONST",
    101: "LOAD_GLOBAL",
    102: "BUILD_TUPLE",
    103: "BUILD_LIST",
    106: "LOAD_ATTR",
    107: "COMPARE_OP",
    108: "IMPORT_NAME",
    109: "IMPORT_FROM",
    116: "LOAD_GLOBAL",
    124: "LOAD_FAST",
    125: "STORE_FAST",
    131: "CALL_FUNCTION",
    133: "BUILD_SLICE",
    136: "LOAD_DEREF",
    144: "EXTENDED_ARG",
}
"""Python 3.0 to 3.10; the in-place operations compute the same."""

_PYTHON_2 = _SHARED | {30: "SLICE_0", 31: "SLICE_1", 32: "SLICE_2", 33: "SLICE_3", 58: "BINARY_DIVIDE", 145: "EXTENDED_ARG"}
_PYTHON_3_6 = _SHARED | {141: "CALL_FUNCTION_KW", 160: "LOAD_METHOD", 161: "CALL_METHOD"}

_PYTHON_3_11 = {
    0: "NOP",  # CACHE
    1: "POP_TOP",
    2: "PUSH_NULL",
    9: "NOP",
    11: "UNARY_NEGATIVE",
    25: "BINARY_SUBSCR",
    83: "RETURN_VALUE",
    92: "UNPACK_SEQUENCE",
    99: "SWAP",
    100: "LOAD_CONST",
    102: "BUILD_TUPLE",
    103: "BUILD_LIST",
    106: "LOAD_ATTR",
    107: "COMPARE_OP",
    108: "IMPORT_NAME",
    109: "IMPORT_FROM",
    116: "LOAD_GLOBAL_NULL",
    120: "COPY",
    122: "BINARY_OP",
    124: "LOAD_FAST",
    125: "STORE_FAST",
    133: "BUILD_SLICE",
    137: "LOAD_DEREF",
    144: "EXTENDED_ARG",
    149: "NOP",  # COPY_FREE_VARS
    151: "NOP",  # RESUME
    160: "LOAD_METHOD",
    166: "NOP",  # PRECALL
    171: "CALL",
    172: "KW_NAMES",
}
_PYTHON_3_12 = _PYTHON_3_11 | {
    26: "BINARY_SLICE",
    106: "LOAD_ATTR_METHOD",
    107: "COMPARE_OP_12",
    121: "RETURN_CONST",
    127: "LOAD_FAST",
}
_PYTHON_3_13 = {
    0: "NOP",
    4: "BINARY_SLICE",
    5: "BINARY_SUBSCR",
    30: "NOP",
    32: "POP_TOP",
    34: "PUSH_NULL",
    36: "RETURN_VALUE",
    42: "UNARY_NEGATIVE",
    45: "BINARY_OP",
    47: "BUILD_LIST",
    50: "BUILD_SLICE",
    52: "BUILD_TUPLE",
    53: "CALL",
    57: "CALL_KW",
    58: "COMPARE_OP_13",
    61: "COPY",
    62: "NOP",
    71: "EXTENDED_ARG",
    74: "IMPORT_FROM",
    75: "IMPORT_NAME",
    82: "LOAD_ATTR_METHOD",
    83: "LOAD_CONST",
    84: "LOAD_DEREF",
    85: "LOAD_FAST",
    87: "LOAD_FAST",
    88: "LOAD_FAST_LOAD_FAST",
    91: "LOAD_GLOBAL_NULL",
    103: "RETURN_CONST",
    110: "STORE_FAST",
    111: "STORE_FAST_LOAD_FAST",
    115: "SWAP",
    117: "UNPACK_SEQUENCE",
    149: "NOP",
}

Instruction = tuple[str, int]


def instructions(code: Code) -> list[Instruction]:
    """The instructions with their arguments; NotMarshal where one isn't part of a formula."""
    raw = code.code
    if code.layout == "2.7":
        return list(_decode(_of_variable_length(raw), _PYTHON_2))
    if code.layout in ("3.0", "3.8"):
        if raw[-1:] == b"\x53":  # RETURN_VALUE without an argument byte: before 3.6
            return list(_decode(_of_variable_length(raw), _SHARED))
        return list(_decode(_of_two_bytes(raw), _PYTHON_3_6))
    table = _PYTHON_3_13 if raw[:1] in (b"\x95", b"\x3e") and b"\x97" not in raw[:4:2] else _PYTHON_3_12
    if table is _PYTHON_3_12 and 166 in raw[::2]:  # PRECALL: 3.11 only
        table = _PYTHON_3_11
    return list(_decode(_of_two_bytes(raw), table))


def _of_variable_length(raw: bytes) -> Iterator[Instruction | tuple[int, int]]:
    """Until 3.5: one byte, and two more of an argument from number 90 on."""
    position = 0
    while position < len(raw):
        number = raw[position]
        size = 3 if number >= 90 else 1
        yield number, int.from_bytes(raw[position + 1 : position + size], "little")
        position += size


def _of_two_bytes(raw: bytes) -> Iterator[tuple[int, int]]:
    return zip(raw[::2], raw[1::2], strict=False)


def _decode(pairs: Iterator, table: dict[int, str]) -> Iterator[Instruction]:
    extended = 0
    for number, argument in pairs:
        name = table.get(number)
        if name is None:
            raise NotMarshal(f"instruction {number}, which no formula needs")
        if name == "EXTENDED_ARG":
            extended = (extended | argument) << 8
            continue
        yield name, extended | argument
        extended = 0
