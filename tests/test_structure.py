"""The house as docs/architecture.md draws it: who imports whom, and what is packaged."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the foundation upwards: a module may import modules of its own row and of rows above it in this list.
ROWS = [
    {"kport.errors", "kport.files", "kport.messages", "kport.naming", "kport.settings", "kport.signatures", "kport.tree"},
    {"kport.legacy"},
    {"kport.ir"},
    {"kport.registry"},
    {"kport.configurable"},
    {"kport.ops"},
    {"kport.check", "kport.interpret", "kport.dtype_policies", "kport.config"},
    {"kport.activations", "kport.initializers", "kport.regularizers", "kport.constraints", "kport.random"},
    {"kport.losses"},
    {"kport.metrics"},
    {"kport.optimizers"},
    {"kport.layers"},
    {"kport.callbacks"},
    {"kport.training"},
    {"kport.models"},
    {"kport.trace", "kport.saving"},
    {"kport.utils", "kport.preprocessing", "kport.backend", "kport.mixed_precision"},
    {
        "kport.converters.target",
        "kport.converters.report",
        "kport.converters.contract",
        "kport.converters.preprocessing",
        "kport.converters.files",
        "kport.converters.sizes",
        "kport.converters.ahead",
        "kport.converters.quiet",
        "kport.converters.runtime_process",
        "kport.converters.installation",
    },
    {"kport.converters.passes"},
    {
        "kport.converters.parity",
        "kport.converters.samples",
        "kport.converters.border",
        "kport.converters.cost",
        "kport.converters.prepare",
    },
    {
        "kport.converters.coreml",
        "kport.converters.dl4j",
        "kport.converters.keras",
        "kport.converters.onnx",
        "kport.converters.saved_model",
        "kport.converters.tfjs",
        "kport.converters.tflite",
    },
    {"kport.converters.targets"},
    {"kport.converters.splitting"},
    {"kport.converters.source"},
    {"kport.converters.official"},
    {"kport.converters.opening"},
    {"kport.converters.lowering"},
    {"kport.converters.pipeline", "kport.converters.inspection", "kport.converters.prediction", "kport.converters.support"},
    {"kport.converters.verification"},
    {"kport.converters.api"},
    {"kport.console"},
    {"kport.cli"},
    {"kport.__main__"},
]
UPWARDS = {"kport.models.storage": "kport.saving"}
"""A model saves itself: this module alone imports from above, inside its functions."""
RANK = {name: i for i, row in enumerate(ROWS) for name in row}


def sources() -> Iterator[tuple[str, Path]]:
    """Every module by its import name."""
    for folder, package in (("kport", "kport"), ("converters", "kport.converters")):
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            yield ".".join([package, *(p for p in parts if p != "__init__")]), path


def room(module: str) -> str | None:
    """The row's entry that a module belongs to."""
    while module:
        if module in RANK:
            return module
        module = module.rpartition(".")[0]
    return None


def imports(module: str, path: Path) -> Iterator[str]:
    """The kport modules that a module imports, inside functions too, but not for type checking only."""
    is_package = path.name == "__init__.py"
    tree = ast.parse(path.read_text())
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("kport"))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                kept = parts[: len(parts) - node.level + is_package]
                base = ".".join([*kept, *([node.module] if node.module else [])])
            if base.startswith("kport"):
                yield from (f"{base}.{a.name}" for a in node.names)


MODULES = list(sources())


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_imports_go_down_only(module: str, path: Path) -> None:
    own = room(module)
    if module in ("kport", "kport.converters"):
        return  # the public faces, which load lazily
    assert own is not None, f"{module} has no row in this test: where does it belong?"
    for name in imports(module, path):
        other = room(name)
        if other is not None and UPWARDS.get(module) != other:
            assert RANK[other] <= RANK[own], f"{module} imports {name}"


def test_targets_never_import_each_other() -> None:
    folders = {p.name for p in (ROOT / "converters").iterdir() if p.is_dir() and p.name not in ("passes", "__pycache__")}
    for module, path in MODULES:
        parts = module.split(".")
        if len(parts) > 2 and parts[1] == "converters" and parts[2] in folders:
            for name in imports(module, path):
                other = name.split(".")[2] if name.startswith("kport.converters.") else None
                assert other not in folders - {parts[2]}, f"{module} imports {name}"


SERVER = "serve.py"
"""A script that a target starts in a process of its own: nothing imports it, and it imports nothing of kport."""


def test_servers_stand_alone() -> None:
    servers = [(module, path) for module, path in MODULES if path.name == SERVER]
    assert servers
    for module, path in servers:
        assert not any(True for _ in imports(module, path)), module
    names = {name for module, path in MODULES for name in imports(module, path)}
    assert not names & {module for module, _ in servers}


def test_tensorflow_is_imported_only_where_it_is_used() -> None:
    for module, path in MODULES:
        if path.name == SERVER:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            heavy = {n.partition(".")[0] for n in names} & {"tensorflow", "keras", "tf_keras"}
            assert not heavy, f"{module} imports {heavy}: kernels use kport.ops.backend.tf"


def test_every_package_is_packaged() -> None:
    toml = pytest.importorskip("tomllib", reason="not run: Python 3.10 has no TOML reader")
    listed = set(toml.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    listed = {name for name in listed if not name.startswith("kport.runtimes")}  # data, not modules
    found = {m for m, path in MODULES if path.name == "__init__.py"}
    assert listed == found


def test_public_names_are_sorted_and_exist() -> None:
    import kport

    assert kport.__all__ == sorted(kport.__all__)
    for name in kport.__all__:
        assert getattr(kport, name) is not None
