"""Show a page in a headless Chromium until the page is done, and leave nothing of the browser behind."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from export.children import end_of_child
from export.errors import RuntimeMissingError

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # root has none, and the page is our own
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
)
# Chromium makes a socket in its TMPDIR, and aborts where the path to it is over 107 bytes: a relative one never is.
SHORT_TMPDIR = {"TMPDIR": "."}
# Chromium ends, with all its processes, when file 3 does: when we close its stdin, or end ourselves, however that is.
END_WITH_STDIN = ("/bin/sh", "-c", 'exec "$0" --remote-debugging-pipe "$@" 3<&0 4>/dev/null')
LOOK_EVERY = 0.1
SECONDS_TO_END = 5


def find_chromium() -> str:
    """The path of the browser; RuntimeMissingError, which says what to install, where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise RuntimeMissingError(f"expected {' or '.join(NAMES)} on the PATH, found none: apt-get install chromium")


def show_page(url: str, finished: threading.Event, time_limit: float) -> None:
    """Show the page in a browser of its own with an empty profile until the event is set.

    Args:
        url: the page.
        finished: is set by whoever hears from the page.
        time_limit: seconds, the browser's start included.

    Raises:
        RuntimeMissingError: no Chromium is installed.
        TimeoutError: the event was not set in time.
        OSError: the browser ended by itself.
    """
    command = [*END_WITH_STDIN, find_chromium(), *FLAGS]
    deadline = time.monotonic() + time_limit
    with tempfile.TemporaryDirectory(prefix="export-chromium-", ignore_cleanup_errors=True) as profile:
        log = Path(profile) / "chromium.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*command, f"--user-data-dir={profile}", url],
                stdin=subprocess.PIPE,
                stdout=stream,
                stderr=stream,
                cwd=profile,
                env=os.environ | SHORT_TMPDIR,
            )
        try:
            while not finished.wait(LOOK_EVERY):
                if process.poll() is not None:
                    raise OSError(f"Chromium ended before the page was done: {end_of_child(process.returncode, log)}")
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the page was not done within {time_limit:g} seconds; raise time_limit")
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.communicate(timeout=SECONDS_TO_END)  # closes its stdin
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
