"""A runtime's process, whatever it does: answers, talks beside, dies, hangs."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kport.converters.runtime_process import RuntimeProcess
from kport.errors import KportError, MissingComponentError

ECHO = """
import json, os, sys, time
for line in sys.stdin:
    request = json.loads(line)
    ask = request["ask"]
    if ask == "die":
        print("the disk is full", file=sys.stderr, flush=True)
        os._exit(3)
    if ask == "hang":
        time.sleep(60)
    if ask == "half":
        sys.stdout.write('{"half": ')
        sys.stdout.flush()
        os._exit(0)
    if ask == "chat":
        print("loading...\\n[1, 2]\\n", flush=True)
    if ask == "wrong":
        print(json.dumps({"error": "expected a, received b"}), flush=True)
        continue
    if ask == "run":
        answer = {"outputs": request["inputs"], "order": list(request["inputs"]), "load_ms": 1, "run_ms": [2]}
    else:
        answer = {"ask": ask, "pid": os.getpid()}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def process(tmp_path: Path):
    made = RuntimeProcess("echo", [sys.executable, "-c", ECHO], tmp_path)
    yield made
    made.close()


def test_one_process_answers_all_requests(process: RuntimeProcess) -> None:
    first, second = process.ask({"ask": "a"}), process.ask({"ask": "b"})
    assert (first["ask"], second["ask"]) == ("a", "b")
    assert first["pid"] == second["pid"]


def test_lines_that_are_no_answer_are_passed_over(process: RuntimeProcess) -> None:
    assert process.ask({"ask": "chat"})["ask"] == "chat"
    assert process.ask({"ask": "next"})["ask"] == "next"


def test_an_error_is_raised_and_the_process_goes_on(process: RuntimeProcess) -> None:
    pid = process.ask({"ask": "a"})["pid"]
    with pytest.raises(KportError, match="echo: expected a, received b"):
        process.ask({"ask": "wrong"})
    assert process.ask({"ask": "a"})["pid"] == pid


def test_a_dead_process_says_its_last_words_and_is_started_again(process: RuntimeProcess) -> None:
    with pytest.raises(KportError, match="ended without an answer: the disk is full"):
        process.ask({"ask": "die"})
    assert process.ask({"ask": "a"})["ask"] == "a"


def test_half_an_answer_is_none(process: RuntimeProcess) -> None:
    with pytest.raises(KportError, match="ended without an answer"):
        process.ask({"ask": "half"})


def test_a_process_that_hangs_is_ended(process: RuntimeProcess) -> None:
    with pytest.raises(KportError, match=r"gave no answer in 0\.2 seconds"):
        process.ask({"ask": "hang"}, timeout=0.2)
    assert process.ask({"ask": "a"})["ask"] == "a"


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingComponentError, match="no such thing does not start"):
        RuntimeProcess("no such thing", [str(tmp_path / "nothing")], tmp_path).ask({"ask": "a"})


def test_threads_take_turns(process: RuntimeProcess) -> None:
    answers: dict[int, str] = {}
    threads = [threading.Thread(target=lambda i=i: answers.update({i: process.ask({"ask": str(i)})["ask"]})) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {i: str(i) for i in range(8)}


def test_arrays_travel_whole(process: RuntimeProcess, tmp_path: Path) -> None:
    arrays = {
        "fortran": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        "big": np.arange(3, dtype=">i4"),
        "empty": np.zeros((0, 2), bool),
        "scalar": np.float32(1.5),
    }
    answer = process.run(tmp_path, arrays)
    assert answer.order == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(answer.outputs[name], array)
