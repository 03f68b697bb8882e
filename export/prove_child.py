"""Runs one signature in one runtime: ``python -m export.prove_child JOB OUTCOME ARRAYS``.

A process of its own, since a runtime may crash or hang. JOB is a JSON file: ``module``, ``path``, ``signature``,
``samples`` (an ``.npz`` file, input name to array ``(n, ...)``), ``options``, ``times_itself``, ``arena`` (see
`export.prove_runtimes.Proof`) and ``time_limit`` in seconds.

OUTCOME becomes a JSON file too: ``status``, which is ``"ran"``, ``"refused"``, ``"timed out"`` or ``"not installed"``,
``reason`` and, after a run, ``milliseconds`` and ``arena_bytes``, or null. ARRAYS, an ``.npz`` file, then holds the
outputs. A process that left no OUTCOME, or exits with another code than 0, has crashed.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from export.errors import RuntimeMissingError, one_line
from export.runtimes.signature import Arrays


def prove(job: dict[str, Any]) -> tuple[Arrays, list[float], int | None]:
    """The outputs, each ``(n, ...)``, the milliseconds of each single run, and the smallest arena in bytes.

    Raises:
        RuntimeMissingError: the runtime is not installed.
        ValueError: the runtime refuses the file.
        TimeoutError: the runtime was not done in time.
    """
    runtime, path, signature = import_module(job["module"]), job["path"], job["signature"]
    # LiteRT, which export itself needs, has none.
    if hasattr(runtime, "check_installed"):
        runtime.check_installed()
    with np.load(job["samples"]) as arrays:
        samples = {name.removeprefix("input/"): arrays[name][: job["most_samples"]] for name in arrays.files}
    if job["times_itself"]:
        timed = runtime.run_timed(path, signature, samples, time_limit=job["time_limit"], **job["options"])
        outputs, milliseconds = timed.outputs, timed.milliseconds.tolist()
    else:
        outputs, milliseconds = run_singly(runtime.open_signature(path, signature, **job["options"]), samples)
    return outputs, milliseconds, runtime.smallest_arena(path, signature) if job["arena"] else None


def run_singly(run: Any, samples: Arrays) -> tuple[Arrays, list[float]]:
    """The outputs of all samples, each run on its own, and the milliseconds that each took."""
    results, milliseconds = [], []
    for row in range(len(next(iter(samples.values())))):
        sample = {name: values[row : row + 1] for name, values in samples.items()}
        started = time.perf_counter()
        results.append(run(sample))
        milliseconds.append(1000 * (time.perf_counter() - started))
    return {name: np.concatenate([result[name] for result in results]) for name in results[0]}, milliseconds


def main() -> None:
    """Do the job that the command line names."""
    job, outcome, arrays = map(Path, sys.argv[1:])
    try:
        outputs, milliseconds, arena = prove(json.loads(job.read_text(encoding="utf-8")))
    except RuntimeMissingError as error:
        _write(outcome, status="not installed", reason=one_line(error))
    except TimeoutError as error:
        _write(outcome, status="timed out", reason=one_line(error))
    except ValueError as error:
        _write(outcome, status="refused", reason=one_line(error))
    else:
        # With a slash, since an output may have the name of an argument of `savez`.
        named: dict[str, Any] = {f"output/{name}": values for name, values in outputs.items()}
        np.savez(arrays, **named)
        # The first run pays for what is set up once.
        median = float(np.median(milliseconds[1:] or milliseconds))
        _write(outcome, status="ran", reason=None, milliseconds=median, arena_bytes=arena)


def _write(path: Path, **outcome: Any) -> None:
    path.write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main()
