"""A module run as a child process, with a time limit, and nothing of it left behind."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""Where this package lies: `python -m` looks in the working directory first."""
NESTED = "EXPORT_CHILD"
"""Set in the environment of a child: what it runs so itself stays in its session, to be killed with it."""
MOST_LAST_WORDS = 300
DAY = 86_400


def check_time_limit(seconds: float) -> None:
    """Raises ValueError unless it is more than 0 and at most a day, which every clock of the system can count."""
    if not 0 < seconds <= DAY:
        raise ValueError(f"time_limit must be more than 0 seconds and at most {DAY}, received {seconds}")


def run_child(
    command: Sequence[str], log: Path, time_limit: float, environment: Mapping[str, str] | None = None
) -> int | None:
    """Run a command in a session of its own, unless it is a child's; what it left running is killed when it ends.

    Args:
        command: The program and its arguments.
        log: Where its output goes, stdout and stderr together.
        time_limit: Seconds.
        environment: Variables that it is given beside this process's own.

    Returns:
        Its exit code, negative for a signal; None where the time limit was reached and it was killed.

    Raises:
        OSError: the log cannot be written, or there is no such program.
    """
    nested = NESTED in os.environ
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **(environment or {}), NESTED: "1"},
            start_new_session=not nested,
        )
        try:
            return process.wait(time_limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                if nested:
                    process.kill()
                else:
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def end_of_child(code: int, log: Path) -> str:
    """In one line, how a child ended that did not end well: its signal or exit code, and the last line it wrote.

    A shell gives a signal as an exit code above 128, which reads the same here.
    """
    number = -code if code < 0 else code - 128
    known = {int(each) for each in signal.Signals}
    end = signal.Signals(number).name if number in known else f"exit code {code}"
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"{end}; its last words: {lines[-1].strip()[:MOST_LAST_WORDS]}" if lines else end
