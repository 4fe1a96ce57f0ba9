"""Writes docs/models.md: every real model of the manifest, whether it opens, and what its outputs agree with.

Usage: python docs/generate_models.py (needs the models beside the project and the oracles; a few minutes).
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from kport.errors import KportError  # noqa: E402
from tests.saving.real import CUSTOM, Entry, entries, flat, inputs_for, largest_difference, open_entry, oracle_outputs  # noqa: E402

HEAD = """# Real models

{total} entries from public repositories, written with Keras 0.x to 3.x between 2015 and 2026. This table is generated:
`python docs/generate_models.py`. {opened} open as they are, {custom} with the code of their authors' layers
([how](custom-layers.md)); every other one says what is missing and what to do (the kind of error is named). {agreed} were
compared with an oracle of today that can open them too (Keras 3.15, tf-keras, or TensorFlow for what a SavedModel
serves); the number is the largest difference, |a - b| / (1 + |b|), on seeded inputs. "golden" means inputs, outputs
and (where stored) each layer's activations that the Keras of the time computed. The tests that hold this are
`tests/saving/test_real_models.py` and `test_basic_pitch.py`.

| file | written by | format | opens | outputs agree with |
|---|---|---|---|---|
"""


def row(entry: Entry) -> tuple[str, str]:
    """Whether it opens, and what its outputs agree with."""
    opened = "yes, with its code" if entry["file"] in CUSTOM else "yes"
    try:
        model = open_entry(entry)
        inputs = inputs_for(model)
        outputs = flat(model.predict(inputs))
    except KportError as error:
        return f"no: {type(error).__name__}", ""
    if entry["golden"]:
        return opened, "golden"
    found = oracle_outputs(entry, inputs)
    if found is None:
        return opened, "no oracle opens it"
    return opened, f"{found[0]} ({largest_difference(outputs, found[1]):.0e})"


def main() -> None:
    lines, counts = [], Counter[str]()
    for entry in entries():
        opens, agrees = row(entry)
        counts[opens] += 1
        counts["agrees"] += "(" in agrees
        version = " ".join(str(entry[k]) for k in ("keras_version", "backend") if entry[k])
        lines.append(f"| {entry['file'].removeprefix('dl4j-test-resources/src/main/resources/')} | {version or entry['era']} "
                     f"| {entry['format']} | {opens} | {agrees} |")  # fmt: skip
    text = (
        HEAD.format(total=len(lines), opened=counts["yes"], custom=counts["yes, with its code"], agreed=counts["agrees"])
        + "\n".join(sorted(lines))
        + "\n"
    )
    (ROOT / "docs" / "models.md").write_text(text)
    print(dict(counts))


if __name__ == "__main__":
    main()
