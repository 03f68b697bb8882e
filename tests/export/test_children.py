"""Child processes: what becomes of them is told, and nothing of them stays."""

import sys
from pathlib import Path

import pytest
from processes import assert_gone

from export.children import end_of_child, run_child


def run(code: str, log: Path, time_limit: float = 60) -> int | None:
    return run_child([sys.executable, "-c", code], log, time_limit)


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("import sys; sys.exit(139)", "SIGSEGV"),
        ("import sys; sys.exit(3)", "exit code 3"),
        ("raise TypeError('no such thing')", "exit code 1; its last words: TypeError: no such thing"),
    ],
)
def test_how_a_child_ended(code: str, end: str, tmp_path: Path) -> None:
    ended = run(code, tmp_path / "log")
    assert ended is not None
    assert end_of_child(ended, tmp_path / "log") == end


def test_a_child_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
        "print(child.pid, flush=True); time.sleep(600)"
    )
    assert run(code, tmp_path / "log", time_limit=3) is None
    assert_gone(int((tmp_path / "log").read_text()))


def test_a_child_is_killed_with_those_that_it_runs_so_itself(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from export.children import run_child; "
        "inner = 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'; "
        f"run_child([sys.executable, '-c', inner], Path({str(tmp_path / 'inner')!r}), 600)"
    )
    assert run(code, tmp_path / "log", time_limit=5) is None
    assert_gone(int((tmp_path / "inner").read_text()))


def test_what_a_child_leaves_running_is_killed(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys; "
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)"
    )
    assert run(code, tmp_path / "log") == 0
    assert_gone(int((tmp_path / "log").read_text()))
