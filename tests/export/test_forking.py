"""Children forked from a process that has loaded their module: as those of `export.children`, but sooner."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from processes import assert_gone

from export import forking
from export.children import NESTED, end_of_child
from export.forking import load_ahead, run_forked

ChildModule = Callable[[str], str]


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("return 3", "exit code 3"),
        ("print(*arguments); return 4", "exit code 4; its last words: one two"),
        ("raise TypeError('no such thing')", "exit code 1; its last words: TypeError: no such thing"),
    ],
)
def test_how_a_child_ended(code: str, end: str, child_module: ChildModule, tmp_path: Path) -> None:
    ended = run_forked(child_module(code), ["one", "two"], tmp_path / "log", 60)
    assert ended is not None
    assert end_of_child(ended, tmp_path / "log") == end


def test_the_module_is_loaded_once(child_module: ChildModule, tmp_path: Path) -> None:
    module = child_module("return 0", top=f"open({str(tmp_path / 'loads')!r}, 'a').write('loaded\\n')")
    load_ahead(module)
    with ThreadPoolExecutor(3) as pool:
        codes = list(pool.map(lambda number: run_forked(module, [], tmp_path / f"log{number}", 60), range(6)))
    assert codes == [0] * 6
    assert (tmp_path / "loads").read_text() == "loaded\n"


def test_a_child_that_hangs_is_killed_with_its_children(child_module: ChildModule, tmp_path: Path) -> None:
    module = child_module(
        "import subprocess, sys, time; "
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True); "
        "time.sleep(600)"
    )
    load_ahead(module)
    assert run_forked(module, [], tmp_path / "log", 3) is None
    assert_gone(int((tmp_path / "log").read_text()))


def test_a_module_that_takes_too_long_to_load(child_module: ChildModule, tmp_path: Path) -> None:
    module = child_module("return 0", top="import time; time.sleep(600)")
    assert run_forked(module, [], tmp_path / "log", 0.5) is None
    assert module not in forking._origins


def test_a_module_that_cannot_be_loaded(child_module: ChildModule, tmp_path: Path) -> None:
    ended = run_forked(child_module("return 0", top="import no_such_module"), [], tmp_path / "log", 60)
    assert ended is not None
    assert "No module named 'no_such_module'" in end_of_child(ended, tmp_path / "log")


def test_what_is_forked_from_is_started_again_where_it_has_ended(child_module: ChildModule, tmp_path: Path) -> None:
    module = child_module("return 0")
    assert run_forked(module, [], tmp_path / "log", 60) == 0
    first = forking._origins[module]
    # As after a minute without work: it ends, and is not waited for before more is wanted of it.
    first.connection.shutdown(socket.SHUT_WR)
    assert run_forked(module, [], tmp_path / "log", 60) == 0
    first.process.wait(10)
    assert run_forked(module, [], tmp_path / "log", 60) == 0
    assert forking._origins[module] is not first


def test_it_ends_when_nothing_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "IDLE_SECONDS", 0.1)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    before = signal.getsignal(signal.SIGCHLD)
    try:
        with ours, theirs:
            forking.serve(theirs, SimpleNamespace())
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_it_ends_with_the_process_that_started_it(child_module: ChildModule, tmp_path: Path) -> None:
    module = child_module("import os; print(os.getppid()); return 0")
    code = (
        "import os; from pathlib import Path; from export import forking; "
        f"forking.run_forked({module!r}, [], Path({str(tmp_path / 'log')!r}), 60); "
        f"print(forking._origins[{module!r}].process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert_gone(int(ended.stdout))


@pytest.mark.parametrize("where", ["macOS", "a child"])
def test_where_nothing_can_be_forked_the_module_is_run(
    where: str, child_module: ChildModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "macOS":
        monkeypatch.setattr(sys, "platform", "darwin")
    else:
        monkeypatch.setenv(NESTED, "1")
    module = child_module("print('ran'); return 5")
    load_ahead(module)
    assert run_forked(module, [], tmp_path / "log", 60) == 5
    assert (tmp_path / "log").read_text() == "ran\n"
    assert module not in forking._origins
