"""What every operation must have: found by looking at all of them, so that none can be forgotten."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import kport.ops
from kport.ops import OPS, Op
from tests.ops.cases import CASES

FAMILIES = [m.name for m in pkgutil.iter_modules(kport.ops.__path__)]
operations = pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)


@operations
def test_operation_says_what_it_computes(op: type[Op]) -> None:
    """A docstring of its own (a dataclass without one gets its signature for one)."""
    assert op.__doc__ and not op.__doc__.startswith(f"{op.__name__}("), f"{op.name} has no docstring"


@operations
@pytest.mark.parametrize("method", ["infer", "numpy", "tensorflow"])
def test_operation_has_a_type_rule_and_both_kernels(op: type[Op], method: str) -> None:
    assert getattr(op, method) is not getattr(Op, method), f"{op.name} has no {method}"


@operations
def test_operation_has_a_row_in_the_grid(op: type[Op]) -> None:
    assert op.name in {case.op for case in CASES}, f"{op.name} has no OpCase in tests/ops/cases"


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_family_makes_public_is_in_kport_ops(family: str) -> None:
    """Each name of a family's `__all__` is the same thing in `kport.ops`: no family hides another's."""
    module = importlib.import_module(f"kport.ops.{family}")
    for name in getattr(module, "__all__", []):
        assert getattr(kport.ops, name, None) is getattr(module, name), f"kport.ops.{name} isn't that of kport/ops/{family}.py"


@pytest.mark.parametrize("family", FAMILIES)
def test_tensorflow_is_imported_lazily(family: str) -> None:
    """Families take TensorFlow only from `ops/backend.py`."""
    path = Path(kport.ops.__path__[0]) / f"{family}.py"
    assert not {"tensorflow", "keras", "tf_keras"} & set(imported(path)), f"{path} imports a framework"


def imported(path: Path) -> Iterator[str]:
    """The first parts of the names of all modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_families_import_each_other_in_one_direction() -> None:
    """Imports inside functions count too: they would only hide a circle."""
    folder = Path(kport.ops.__path__[0])
    trees = {family: ast.parse((folder / f"{family}.py").read_text(encoding="utf-8")) for family in FAMILIES}
    imports = {
        family: {
            name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1 for name in modules(node)
        }
        for family, tree in trees.items()
    }
    while imports:
        ready = {family for family, needed in imports.items() if not needed & set(imports)}
        assert ready, f"a circle among {sorted(imports)}"
        imports = {family: needed for family, needed in imports.items() if family not in ready}


def modules(node: ast.ImportFrom) -> list[str]:
    """The modules beside it that a module imports by `from .x import y` or `from . import x`."""
    return [node.module] if node.module else [a.name for a in node.names]
