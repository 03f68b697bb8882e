"""Child processes that need not load what they run: each is forked from a process that has loaded it once.

TensorFlow takes seconds to load, the conversion of a small model less than one. The process that is forked from is
started when it is first wanted, runs nothing itself, and ends when nothing was wanted of it for a minute, or with the
process that started it.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn

from export.children import NESTED, ROOT, run_child

IDLE_SECONDS = 60.0
MOST_BYTES = 65_536
"""Of a message, which are the arguments of one child."""


@dataclass
class _Origin:
    """The process that children are forked from, the socket that tells it to, and what it has written."""

    process: subprocess.Popen[bytes]
    connection: socket.socket
    output: IO[bytes]
    owner: int = field(default_factory=os.getpid)


_lock = threading.Lock()
_origins: dict[str, _Origin] = {}


def load_ahead(module: str) -> None:
    """Have a module loaded by the time that `run_forked` is called with it; returns at once."""
    if _can_fork():
        with _lock:
            _origin(module)


def run_forked(module: str, arguments: Sequence[str], log: Path, time_limit: float) -> int | None:
    """What `export.children.run_child` does with ``python -m module arguments``, without loading the module each time.

    Where processes cannot be forked safely, and in a child of `run_child`, that is what runs.

    Args:
        module: Its name; it has ``main(arguments)``, which gives an exit code. Loading it must start no thread that
            ``main`` relies on.
        arguments: Those of ``main``.
        log: Where the child's output goes.
        time_limit: Seconds, in which the module must also be loaded if it was not.

    Returns:
        The child's exit code, negative for a signal; None where the time limit was reached and it was killed.

    Raises:
        OSError: the log cannot be written.
    """
    if not _can_fork():
        return run_child([sys.executable, "-m", module, *arguments], log, time_limit)
    deadline = time.monotonic() + time_limit
    with log.open("wb") as stream:
        while True:
            origin, status = _ask(module, arguments, stream)
            with status:
                answered, code = _wait(status, deadline)
            if answered:
                return code
            with _lock:
                if _origins.get(module) is origin:
                    del _origins[module]
            if deadline <= time.monotonic():
                _end(origin)
                return None
            # It either ended because nothing was wanted of it, just as this was, or cannot load the module.
            code = origin.process.wait()
            if code != 0:
                origin.output.seek(0)
                stream.write(origin.output.read())
                return code


def _can_fork() -> bool:
    """On macOS system libraries do not bear it; a child of `run_child` is killed with all that it has started."""
    return sys.platform == "linux" and NESTED not in os.environ


def _ask(module: str, arguments: Sequence[str], log: IO[bytes]) -> tuple[_Origin, socket.socket]:
    """Tell the module's origin to fork; what comes of it is read from the socket."""
    message = json.dumps(list(arguments)).encode()
    received, sent = socket.socketpair()
    with sent, _lock:
        origin = _origin(module)
        # Where it has just ended, nobody answers.
        with suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(origin.connection, [message], [log.fileno(), sent.fileno()])
    return origin, received


def _origin(module: str) -> _Origin:
    """The module's, started where there is none. What the process that this one was forked from had is not its own."""
    origin = _origins.get(module)
    if origin is None or origin.owner != os.getpid() or origin.process.poll() is not None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        output = tempfile.TemporaryFile()  # noqa: SIM115
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "export.forking", module],
                stdin=theirs.fileno(),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**os.environ, NESTED: "1"},
                start_new_session=True,
            )
        origin = _origins[module] = _Origin(process, ours, output)
    return origin


def _wait(status: socket.socket, deadline: float) -> tuple[bool, int | None]:
    """Whether a child was forked, and its exit code; None where time ran out. Nothing of it is left running."""
    group, said = None, b""
    try:
        while said.count(b"\n") < 2:
            status.settimeout(max(deadline - time.monotonic(), 1e-3))
            part = status.recv(MOST_BYTES)
            if not part:
                break
            said += part
            group = int(said.split(b"\n")[0])
    except TimeoutError:
        return group is not None, None
    finally:
        if group is not None:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
    lines = said.split()
    # A child that has told no exit code was killed together with the process that waits for it.
    return group is not None, int(lines[1]) if len(lines) == 2 else -signal.SIGKILL


def _end(origin: _Origin) -> None:
    origin.process.kill()
    origin.process.wait()


def serve(connection: socket.socket, module: Any) -> None:
    """Fork a child for each message, until none has come for a minute or there is nobody to send one."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    connection.settimeout(IDLE_SECONDS)
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(connection, MOST_BYTES, 2)
        except TimeoutError:
            return
        if not message:
            return
        if os.fork() == 0:
            _run(module, json.loads(message), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _run(module: Any, arguments: list[str], log: int, status: int) -> NoReturn:
    """Fork once more, for the module may crash, and tell the process group and the exit code, a line each."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.write(status, f"{os.getpid()}\n".encode())
    child = os.fork()
    if child == 0:
        os.close(status)
        code: Any = 1
        try:
            code = module.main(arguments)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, ended = os.waitpid(child, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(ended)}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    with socket.socket(fileno=0) as given:
        serve(given, importlib.import_module(sys.argv[1]))
