"""How fast each exported file runs, beside Keras and ONNX Runtime, on this machine."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from export.files import size_of
from export.floor import Floor, check_floors
from export.peers import keras_peer, onnx_peer
from export.report import changed_files, read_report
from export.runtimes.signature import Arrays
from export.verify import RUNTIMES

ROUNDS = 10
SETTLING_SECONDS = 0.02
"""What the threads of ONNX Runtime and of TensorFlow need to fall asleep: they wait for more work first, busily."""

# Heading, key of the row, how a value is written.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("format", "format", "{}"),
    ("runtime", "runtime", "{}"),
    ("threads", "threads", "{}"),
    ("bytes", "bytes", "{:,}"),
    ("score", "score", "{:.4g}"),
    ("ms per image", "milliseconds", "{:.3f}"),
    ("95th percentile", "milliseconds_95", "{:.3f}"),
    ("images per second", "images_per_second", "{:,.0f}"),
)


class _Candidate(NamedTuple):
    """What is timed, and what is known of it before."""

    format: str
    runtime: str
    threads: int | None
    bytes: int | None
    run: Callable[[Arrays], Any]


class _Timing(NamedTuple):
    """Seconds of each run of one image on its own, and of each run of all images in one call."""

    single: list[float]
    batch: list[float]


def benchmark(
    run_folder: str | PathLike[str],
    signature: str,
    sample: Arrays,
    *,
    model: Any = None,
    threads: Sequence[int] = (1,),
    runs: int = 100,
    floors: Sequence[Floor] = (),
) -> list[dict[str, Any]]:
    """Time one signature of every file in a run folder, one image at a time and many in one call.

    All are warmed up first and then take turns, so that a machine that is slow for a while is slow for all.

    Args:
        run_folder: what `export.export_model` wrote: ``tflite/*.tflite`` and ``saved_model/<version>/``, of
            which the newest is taken. Scores come from its ``report.json``, if it has one.
        signature: the name of the signature to run.
        sample: input name to array ``(n, ...)``: the first image is run on its own, and all n in one call.
        model: the signature's ``keras.Model``, to be timed beside the files, in Keras and in ONNX Runtime. Where that
            is not installed, cannot run the model or does not agree with Keras, a warning in one line says so.
        threads: numbers of CPU threads, each of which LiteRT and ONNX Runtime are timed with.
        runs: how often the single image is timed.
        floors: what `export.floor.missed_floors` is to be asked afterwards; seen to be answerable before the timing.

    Returns:
        One row for each file, runtime and number of threads: ``format``, ``runtime``, ``threads`` (None for TensorFlow
        and Keras: their threads belong to the process), ``bytes`` (None if not on disk), ``score`` (None if the report
        has none), ``milliseconds`` and ``milliseconds_95`` (median and 95th percentile of one image on its own) and
        ``images_per_second`` (of all n in one call, median).

    Raises:
        ValueError: the folder holds no exported files, a file has no such signature or takes other inputs, the report
            is broken, or was written of other files, ``runs`` is less than 1, there are no ``threads``, or a floor
            names what is not there.
    """
    if runs < 1:
        raise ValueError(f"runs must be 1 or more, received {runs}")
    if not threads:
        raise ValueError("threads must hold one number or more, such as (1, 2), received none")
    run_folder, threads = Path(run_folder), tuple(dict.fromkeys(threads))
    scores = _scores(run_folder)
    candidates = _exported(run_folder, signature, threads)
    if model is not None:
        candidates += [*_keras(run_folder, model), *_onnx(model, sample, threads)]
    check_floors([(candidate.format, candidate.threads) for candidate in candidates], floors)
    timings = _time(candidates, sample, runs)
    count = len(next(iter(sample.values())))
    return [
        {
            "format": candidate.format,
            "runtime": candidate.runtime,
            "threads": candidate.threads,
            "bytes": candidate.bytes,
            "score": scores.get(candidate.format),
            "milliseconds": 1000 * float(np.median(timing.single)),
            "milliseconds_95": 1000 * float(np.percentile(timing.single, 95)),
            "images_per_second": count / float(np.median(timing.batch)),
        }
        for candidate, timing in zip(candidates, timings, strict=True)
    ]


def format_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows of `benchmark` as a plain text table, without the columns that no row has a value for."""
    columns = [column for column in COLUMNS if any(row[column[1]] is not None for row in rows)]
    lines = [[heading for heading, _, _ in columns]]
    for row in rows:
        lines.append(["-" if row[key] is None else form.format(row[key]) for _, key, form in columns])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(line: list[str], widths: list[int]) -> str:
    """Format and runtime to the left, numbers to the right."""
    names = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
    numbers = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
    return "  ".join(names + numbers)


def _exported(run_folder: Path, signature: str, threads: Sequence[int]) -> list[_Candidate]:
    """The ``.tflite`` files, largest first, with each number of threads, then the newest SavedModel."""
    files = sorted(run_folder.glob("tflite/*.tflite"), key=size_of, reverse=True)
    versions = [folder for folder in run_folder.glob("saved_model/*") if folder.name.isdecimal()]
    newest = sorted(versions, key=lambda folder: int(folder.name))[-1:]
    if not files and not newest:
        raise ValueError(f"expected tflite/*.tflite or saved_model/<version> in {run_folder}: export it first")
    return [
        _Candidate(path.stem, runtime, count, size_of(path), open_signature(path, signature, threads=count))
        for path in files
        for runtime, open_signature in RUNTIMES["tflite"].items()
        for count in threads
    ] + [
        _Candidate("saved_model", runtime, None, size_of(path), open_signature(path, signature, threads=max(threads)))
        for path in newest
        for runtime, open_signature in RUNTIMES["saved_model"].items()
    ]


def _keras(run_folder: Path, model: Any) -> list[_Candidate]:
    file = run_folder / "model.keras"
    size = size_of(file) if file.is_file() else None
    return [_Candidate("keras", name, None, size, run) for name, run in keras_peer(model).items()]


def _onnx(model: Any, sample: Arrays, threads: Sequence[int]) -> list[_Candidate]:
    try:
        peer = onnx_peer(model, sample, threads)
    except ValueError as error:
        logging.getLogger("export").warning("not timed beside ONNX Runtime: %s", error)
        return []
    return [_Candidate("onnx", "onnxruntime", count, peer.bytes, run) for count, run in peer.runs.items()]


def _time(candidates: list[_Candidate], sample: Arrays, runs: int) -> list[_Timing]:
    first = {name: values[:1] for name, values in sample.items()}
    for candidate in candidates:
        candidate.run(first)
        candidate.run(sample)
    timings = [_Timing([], []) for _ in candidates]
    for turn in range(ROUNDS):
        for candidate, timing in zip(candidates, timings, strict=True):
            time.sleep(SETTLING_SECONDS)
            candidate.run(first)  # not timed: whoever ran before has filled the caches with its own
            timing.single.extend(_seconds(candidate.run, first) for _ in range(turn, runs, ROUNDS))
            timing.batch.append(_seconds(candidate.run, sample))
    return timings


def _seconds(run: Callable[[Arrays], Any], inputs: Arrays) -> float:
    start = time.perf_counter()
    run(inputs)
    return time.perf_counter() - start


def _scores(run_folder: Path) -> dict[str, float]:
    """Format to score, from the report; Keras's own as ``"keras"``."""
    path = run_folder / "report.json"
    if not path.is_file():
        return {}
    report = read_report(path)
    if changed := changed_files(run_folder, report):
        raise ValueError(f"the scores at {path} are of other files: {', '.join(changed)} was changed; export it again")
    scores = {row["format"]: row["score"] for row in report["agreement"] if row["score"] is not None}
    return {**scores, "keras": report["score"]["keras"]} if report["score"] else scores
