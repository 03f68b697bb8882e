"""Time functions or processes in turns, so that a machine that is slow for a while is slow for all of them."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

ROUNDS = 50
RUNS = 200
"""How often each is timed in each round."""
SETTLING_SECONDS = 0.01
"""What the threads of a runtime need to fall asleep after its last run: they wait for more work first, busily."""


def median_milliseconds(runs: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The median time of each function, of `ROUNDS` times `RUNS` calls; each turn begins with a call of no account."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            time.sleep(SETTLING_SECONDS)
            run()
            for _ in range(RUNS):
                begin = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - begin)
    return {name: 1000 * median(values) for name, values in seconds.items()}


def median_process_seconds(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """The median time of fresh Python processes with these arguments, each started so many times.

    Raises:
        ValueError: one of them fails; says what it said.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            begin = time.perf_counter()
            done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
            seconds[name].append(time.perf_counter() - begin)
            if done.returncode:
                raise ValueError(f"expected python {' '.join(arguments)} to succeed, received: {done.stderr.strip()}")
    return {name: round(median(values), 4) for name, values in seconds.items()}
