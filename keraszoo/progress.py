"""A line that counts what is done."""

import sys
import time
from collections.abc import Callable

SECONDS_BETWEEN = 0.1


def progress_line(total: int, unit: str, *, shown: bool = True) -> Callable[[int], None]:
    """Return a function that is told how many more are done, and prints ``3/10 pictures, 7 s left``.

    On a terminal the line is written over and over; elsewhere only the last one is printed.

    Args:
        total: how many there are.
        unit: what they are called, in the plural.
        shown: whether to print anything.
    """
    started = written = time.monotonic()
    done = 0

    def advance(count: int) -> None:
        nonlocal done, written
        ended_before, done = done >= total, done + count
        if not shown or ended_before:
            return
        on_terminal, now = sys.stdout.isatty(), time.monotonic()
        erase = "\033[K" if on_terminal else ""
        if done >= total:
            print(f"{done}/{total} {unit}{erase}", flush=True)
        elif on_terminal and now - written >= SECONDS_BETWEEN:
            left = (now - started) / max(done, 1) * (total - done)
            # The cursor goes back, so that an error is printed over the line, not behind it.
            print(f"{done}/{total} {unit}, {left:.0f} s left{erase}", end="\r", flush=True)
            written = now

    return advance
