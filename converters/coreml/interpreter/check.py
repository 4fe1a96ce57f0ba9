"""What a compiler would find wrong with a program before it runs: names, types, versions, and the model's description."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .forms import Form, Parameter, form_of
from .operations import forms
from .program import ANY_SIZE, Binding, Block, Feature, Model, Operation
from .types import StateType, TensorType, Type
from .versions import SPECIFICATIONS, ios_of

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_@]*")
"""MIL.proto"""
RESERVED = {
    *("any", "bool", "program", "func", "tensor", "list", "dict", "tuple", "true", "false", "string", "state"),
    *("bf16", "fp16", "fp32", "fp64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
}
"""Source: coremltools, converters/mil/mil/passes/defs/preprocess.py"""
MOST_AXES = 5
"""CoreML has no tensors of more, but for constants that only make other constants"""
BORDER_DTYPES = {"fp32": 15, "int32": 15, "fp16": 16, "fp64": 15}
"""What inputs and outputs may be, and from which iOS on"""


@dataclass
class _Names:
    """What is known where an operation stands: types by name, and which are constant."""

    types: dict[str, Type] = field(default_factory=dict)
    constants: set[str] = field(default_factory=set)

    def inner(self) -> _Names:
        return _Names(dict(self.types), set(self.constants))

    def type_of(self, binding: Binding) -> Type | None:
        return self.types.get(binding) if isinstance(binding, str) else binding.type

    def is_constant(self, binding: Binding) -> bool:
        return not isinstance(binding, str) or binding in self.constants


def faults(model: Model) -> list[str]:
    """Everything that is wrong, each in a sentence."""
    ios = ios_of(model.opset)
    names = _Names(dict(model.arguments))
    found = list(_versions(model, ios)) + list(_names_once(model))
    found += _block(model.block, names, ios, _constants_for_constants(model.block))
    found += _inputs(model, ios)
    found += _outputs(model, names.types, ios)
    return found


def _versions(model: Model, ios: int) -> Iterator[str]:
    if model.specification < SPECIFICATIONS[ios]:
        yield (
            f"specificationVersion {model.specification} is older than its operation set {model.opset}, "
            f"which needs {SPECIFICATIONS[ios]}"
        )


def _names_once(model: Model) -> Iterator[str]:
    """Identifiers by the rule, no words of the language, and no two of the same name anywhere."""
    seen: set[str] = set()
    for name in [*(name for name, _ in model.arguments), *_defined(model.block)]:
        if not IDENTIFIER.fullmatch(name):
            yield f"'{name}' is no identifier: letters, digits and _ only, and no digit first"
        if name in RESERVED:
            yield f"'{name}' is a word of MIL's own language"
        if name in seen:
            yield f"two values are named '{name}'"
        seen.add(name)


def _defined(block: Block) -> Iterator[str]:
    """What a block and the blocks in it name. The blocks of a loop, of which neither sees into the other, call their
    arguments the same: so coremltools writes them."""
    for op in block.operations:
        yield from (name for name, _ in op.outputs)
        yield from dict.fromkeys(name for inner in op.blocks for name, _ in inner.inputs)
        for inner in op.blocks:
            yield from _defined(inner)


def _constants_for_constants(block: Block) -> set[str]:
    """Names of constants that only constexpr operations read."""
    readers: dict[str, set[bool]] = {}
    for op in block.operations:
        for bindings in op.inputs.values():
            for binding in bindings:
                if isinstance(binding, str):
                    readers.setdefault(binding, set()).add(op.type.startswith("constexpr_"))
    return {name for name, kinds in readers.items() if kinds == {True}}


def _block(block: Block, names: _Names, ios: int, exempt: set[str]) -> Iterator[str]:
    names.types.update(block.inputs)
    for op in block.operations:
        yield from _operation(op, names, ios)
        for inner in op.blocks:
            yield from _block(inner, names.inner(), ios, exempt)
        for name, kind in op.outputs:
            names.types[name] = kind
            if op.type == "const" or op.type.startswith("constexpr_"):
                names.constants.add(name)
            if isinstance(kind, TensorType) and kind.shape is not None:
                if len(kind.shape) > MOST_AXES and name not in exempt:
                    yield f"{op}: {kind} has more than {MOST_AXES} axes"
                if 0 in kind.shape:
                    yield f"{op}: {kind} has no elements, and CoreML has no such tensors"
    for name in block.outputs:
        if name not in names.types:
            yield f"a block gives '{name}', which isn't defined"


def _operation(op: Operation, names: _Names, ios: int) -> Iterator[str]:
    known = forms().get(op.type)
    if known is None:
        yield f"{op}: no operation of this name is known here"
        return
    form = form_of(known, ios)
    if form is None:
        yield f"{op}: the operation came with iOS {known[0].since}; the program is for iOS {ios}"
        return
    given = {name: bindings for name, bindings in op.inputs.items() if bindings}
    if op.type.startswith("constexpr_"):
        given.update({name: [value] for name, value in op.attributes.items() if name != "name"})
    for name in given.keys() - form.parameters.keys():
        later = [f.since for f in known if name in f.parameters]
        yield f"{op}: no parameter {name}" + (f" before iOS {later[0]}" if later and later[0] > ios else "")
    variables: dict[str, str] = {}
    for parameter in form.parameters.values():
        if parameter.name in given:
            yield from _parameter(op, parameter, given[parameter.name], names, variables)
        elif not parameter.optional:
            yield f"{op}: parameter {parameter.name} is missing"
    yield from _declared(op, form, given, names, variables)


def _parameter(
    op: Operation, parameter: Parameter, bindings: list[Binding], names: _Names, variables: dict[str, str]
) -> Iterator[str]:
    """variables: the types that the form's letters stand for, as far as they are known; filled in."""
    what = f"{op}, parameter {parameter.name}"
    if len(bindings) > 1 and not parameter.several:
        yield f"{what}: expected one value. Received: {len(bindings)}"
    for binding in bindings:
        kind = names.type_of(binding)
        if kind is None:
            yield f"{what}: '{binding}' isn't defined before it"
            continue
        if parameter.const and not names.is_constant(binding):
            yield f"{what}: expected a constant. Received: '{binding}', which is computed"
        if not isinstance(kind, TensorType):
            continue
        if parameter.types and kind.dtype not in parameter.types:
            yield f"{what}: expected {' or '.join(parameter.types)}. Received: {kind.dtype}"
        if parameter.variable and variables.setdefault(parameter.variable, kind.dtype) != kind.dtype:
            yield f"{what}: expected {variables[parameter.variable]}, as another parameter is. Received: {kind.dtype}"
        if parameter.ranks and kind.shape is not None and not parameter.ranks[0] <= len(kind.shape) <= parameter.ranks[1]:
            low, high = parameter.ranks
            yield f"{what}: expected a rank of {low if low == high else f'{low} to {high}'}. Received: {kind}"


def _declared(
    op: Operation, form: Form, given: Mapping[str, list[Binding]], names: _Names, variables: Mapping[str, str]
) -> Iterator[str]:
    """Whether the outputs are as many, and of the types, that the form says."""
    if not form.least <= len(op.outputs) <= form.most:
        yield f"{op}: expected {form.least} outputs. Received: {len(op.outputs)}"
        return
    inputs = {t.dtype for bs in given.values() for t in map(names.type_of, bs) if isinstance(t, TensorType)}
    for index, (name, kind) in enumerate(op.outputs):
        said = form.output(index)
        if not isinstance(kind, TensorType) or said == "free":
            continue
        expected = inputs if said == "any" else {variables.get(said, said)}
        if said[0] == "=" or (said in _letters(form) and said not in variables):
            continue  # what a parameter's text names is checked when it runs; a letter without a parameter is free
        if kind.dtype not in expected:
            yield f"{op}: output '{name}' should be {' or '.join(sorted(expected))}. Declared: {kind.dtype}"


def _letters(form: Form) -> set[str]:
    return {p.variable for p in form.parameters.values()}


def _inputs(model: Model, ios: int) -> Iterator[str]:
    arguments = dict(model.arguments)
    features = {f.name: f for f in (*model.inputs, *model.states)}
    for name in arguments.keys() ^ features.keys():
        where = "the description" if name in arguments else "the program"
        yield f"input '{name}' isn't in {where}"
    for name in arguments.keys() & features.keys():
        kind, feature = arguments[name], features[name]
        kind = kind.of if isinstance(kind, StateType) else kind
        yield from _feature(f"input '{name}'", feature, kind, ios)
        if feature.kind == "array" and isinstance(kind, TensorType) and not feature.shape:
            yield f"input '{name}': the description has no shape"


def _outputs(model: Model, types: Mapping[str, Type], ios: int) -> Iterator[str]:
    given = model.block.outputs
    described = [f.name for f in model.outputs]
    computed = {name for op in model.block.operations for name, _ in op.outputs}
    for name in dict.fromkeys(given):
        if given.count(name) > 1:
            yield f"output '{name}' is given {given.count(name)} times"
        if name not in computed:
            yield f"output '{name}' isn't what an operation computes"
    if sorted(given) != sorted(described):
        yield f"the program gives {', '.join(given)}; the description says {', '.join(described)}"
    for feature in model.outputs:
        if feature.name in types:
            yield from _feature(f"output '{feature.name}'", feature, types[feature.name], ios)


def _feature(what: str, feature: Feature, kind: Type, ios: int) -> Iterator[str]:
    """Whether a feature's type, shape and ranges are those that the program has for it."""
    if feature.kind != "array":
        return
    if not isinstance(kind, TensorType):
        yield f"{what}: an array in the description, {kind} in the program"
        return
    since = BORDER_DTYPES.get(feature.dtype)
    if since is None or since > ios:
        yield f"{what}: {feature.dtype} can't be at the border" + (f" before iOS {since}" if since else "")
    if feature.dtype != kind.dtype:
        yield f"{what}: {feature.dtype} in the description, {kind.dtype} in the program"
    if kind.shape is None:
        return
    sizes: list[tuple[int, ...]] = [s for s in (feature.shape, *feature.shapes) if s]
    if any(not kind.admits(shape) for shape in sizes):
        yield f"{what}: {sizes} in the description, {kind} in the program"
    if any(high == ANY_SIZE for _, high in feature.ranges):
        yield f"{what}: an ML program's sizes need an upper bound. Ranges: {list(feature.ranges)}"
    if feature.ranges:
        fits = len(feature.ranges) == len(kind.shape) and all(
            size is None or (low, high) == (size, size) for size, (low, high) in zip(kind.shape, feature.ranges, strict=True)
        )
        if not fits:
            yield f"{what}: ranges {list(feature.ranges)} in the description, {kind} in the program"
        elif feature.shape and not feature.admits(feature.shape):
            yield f"{what}: its own shape {list(feature.shape)} isn't within its ranges"
    elif None in kind.shape and feature.shape and not feature.shapes and what.startswith("input"):
        yield f"{what}: one shape in the description, {kind} in the program"
