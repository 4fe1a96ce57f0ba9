"""The interpreter's tables of operations against those of Apple's builder: parameters, types, and from which iOS on."""

from __future__ import annotations

from typing import Any

import pytest

from kport.converters.coreml.interpreter.forms import Form, form_of, read_forms
from kport.converters.coreml.interpreter.operations import STRUCTURE, forms, kernels
from kport.converters.coreml.library import mil

IOS = (15, 16, 17, 18)
ABSENT = {
    "classify": "its output is a dictionary, which no Keras model has",
    "conv_quantized": "an experiment that no converter writes",
    "non_maximum_suppression": "no Keras layer has it",
    "random_bernoulli": "what is random can't be compared",
    "random_categorical": "what is random can't be compared",
    "random_normal": "what is random can't be compared",
    "random_uniform": "what is random can't be compared",
}
"""Operations that the interpreter doesn't know, and why it needn't"""
FREE = {"x", "values", "ref_tensors", "begins", "ends", "end_masks"}
"""Parameters that Apple's table gives no types where the documentation does"""


def _registered() -> dict[str, dict[int, Any]]:
    mil()
    from coremltools.converters.mil.mil.ops.registry import SSAOpRegistry

    return {name: {int(v) + 9: op for v, op in found.items()} for name, found in SSAOpRegistry.core_ops.items()}


REGISTERED = _registered()
COMPARED = sorted(forms().keys() - read_forms(STRUCTURE).keys())


def _types(kind: Any, domains: dict[str, Any]) -> set[str]:
    letter = getattr(kind, "type_domain_id", None)
    domain = domains.get(letter, ()) if letter else getattr(kind, "type_domain", None) or ()
    names = {mil().types.builtin_to_string(t) for t in (domain if isinstance(domain, tuple | list | set) else (domain,))}
    return {"string" if name == "str" else name for name in names}


@pytest.mark.parametrize("name", COMPARED)
def test_parameters_are_those_of_apples_builder(name: str) -> None:
    for ios in IOS:
        form, operation = form_of(forms()[name], ios), REGISTERED[name].get(ios)
        assert (form is None) == (operation is None), f"iOS {ios}"
        if form is not None:
            _same_parameters(form, operation, ios)


def _same_parameters(form: Form, operation: Any, ios: int) -> None:
    kinds = operation.input_spec.input_types
    assert form.parameters.keys() == kinds.keys(), f"iOS {ios}"
    for name, kind in kinds.items():
        parameter = form.parameters[name]
        where = f"iOS {ios}, {name}"
        assert parameter.optional == kind.optional, where
        assert parameter.const == kind.const or type(kind).__name__ == "TupleInputType", where
        types = _types(kind, getattr(operation, "type_domains", {}))
        if types:
            assert set(parameter.types) == types, where
        else:
            assert name in FREE, where


def test_every_operation_is_known_or_left_out_for_a_reason() -> None:
    known = forms().keys() | ABSENT.keys()
    assert {name for name, found in REGISTERED.items() if not name.startswith("_") and 15 in found} <= known
    assert {name for name in REGISTERED if not name.startswith("_")} - known == set()


def test_every_operation_has_a_kernel() -> None:
    assert kernels().keys() == set(COMPARED)
