"""What becomes of processes."""

import os
import time
from pathlib import Path

import pytest


def assert_gone(process: int) -> None:
    """See that a process ends within seconds; a zombie that nobody has waited for has ended."""
    for _ in range(50):
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.1)
    pytest.fail(f"process {process} still runs")
