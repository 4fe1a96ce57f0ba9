"""The documentation says what is: generated files are up to date, links lead somewhere, code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import ROOT, generated
from tests.bench.__main__ import SECTIONS

MEASURED = {f"benchmarks/{name}.md" for name in SECTIONS}
"""What `make bench` writes, on the machine that it measures."""
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_generated_files_are_up_to_date() -> None:
    stale = [path.name for path, text in generated().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = set(re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))) - MEASURED
    assert [link for link in sorted(links) if "://" not in link and not (page.parent / link).exists()] == []


def test_the_golden_case_is_replayed_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kport

    kport.convert(ROOT / "fixtures" / "gender_mini_xception.h5", "onnx", tmp_path / "model.onnx")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "contract.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, "contract.md", "exec"), {})
