"""tflite-runtime 2.14, the last that runs on 32-bit Raspberry Pis, in an environment of its own: it needs numpy < 2 and
Python ≤ 3.11. Run by that environment's Python this file runs a folder's artifacts: python tflite_old_runtime.py FOLDER"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = ROOT / ".bench" / "tflite_runtime"
PACKAGES = ("tflite-runtime==2.14.0", "numpy==1.26.4")
NEWEST = (3, 11)
"""The last Python that there is a wheel for."""


def python() -> Path:
    """The environment's interpreter; the environment is made where it isn't there."""
    found = ENVIRONMENT / "bin" / "python"
    ready = ENVIRONMENT / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(install, check=True)
        ready.touch()
    return found


def run_all(folder: Path) -> dict[str, str]:
    """Runs NAME.tflite on NAME.in.npz for every artifact of a folder, which gets NAME.out.npz. Gives the errors by name."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(python()), str(Path(__file__).resolve()), str(folder)], capture_output=True, text=True, env=environment, cwd=folder
    )
    if done.returncode:
        raise RuntimeError(f"tflite-runtime ended with {done.returncode}: {done.stderr[-2000:]}")
    errors: dict[str, str] = json.loads((folder / "errors.json").read_text())
    return errors


def main(folder: Path) -> None:
    from tflite_runtime.interpreter import Interpreter

    errors = {}
    for path in sorted(folder.glob("*.tflite")):
        arrays = np.load(folder / f"{path.stem}.in.npz")
        try:
            opened = Interpreter(str(path))
            details = opened.get_input_details()
            for i, detail in enumerate(details):
                opened.resize_tensor_input(detail["index"], arrays[str(i)].shape)
            opened.allocate_tensors()
            for i, detail in enumerate(details):
                opened.set_tensor(detail["index"], arrays[str(i)])
            opened.invoke()
        except (ValueError, RuntimeError) as error:
            errors[path.stem] = str(error)
            continue
        outputs = [opened.get_tensor(detail["index"]) for detail in opened.get_output_details()]
        np.savez(
            folder / f"{path.stem}.out.npz", **{str(i): o.astype("S") if o.dtype == object else o for i, o in enumerate(outputs)}
        )
    (folder / "errors.json").write_text(json.dumps(errors))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
