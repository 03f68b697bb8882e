"""Exported files in further runtimes: each run in a child process and compared with Keras; what happened is a row."""

import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from export.children import check_time_limit, end_of_child, run_child
from export.formats import SAVED_MODEL
from export.proof import disagreement
from export.prove_runtimes import PROOFS, Proof, check_runtimes
from export.report import check_files, read_report
from export.runtimes.signature import Arrays
from export.score import Score
from export.verify import Rounded, output_rows

CHILD_COMMAND = (sys.executable, "-m", "export.prove_child")
MOST_SAMPLES = 1000
"""Of a signature that is not the score's, and in a runtime that asks for no fewer."""
FAILED = frozenset({"differs", "refused", "crashed", "timed out"})


class _Run(NamedTuple):
    """What became of one run: ``status`` is ``"ran"``, or why there are no outputs."""

    status: str
    reason: str | None = None
    outputs: Mapping[str, np.ndarray] = {}
    milliseconds: float | None = None
    arena_bytes: int | None = None


def _print(line: str) -> None:
    """At once: what goes into a file would otherwise come a block of many lines at a time."""
    print(line, flush=True)


def prove_runtimes(
    folder: str | PathLike[str],
    report: Mapping[str, Any],
    runtimes: Iterable[str],
    expected: Mapping[str, Arrays],
    samples: Mapping[str, Arrays],
    score: Score | None = None,
    rounded: Rounded | None = None,
    *,
    time_limit: float = 300.0,
    show: Callable[[str], None] = _print,
) -> list[dict[str, Any]]:
    """Run every signature of every TFLite file in each runtime, in a process of its own, and compare with Keras.

    A refusal, a crash or a hang is a row, never an exception, and the next run goes on. The score's signature is run
    on all samples, the others on the first 1000 at most; a slow runtime says in the table how many it takes.

    Args:
        folder: Where the files lie that the report names.
        report: As `export.export_model` makes it; what is not yet proven may be missing in ``runtimes``.
        runtimes: Names in `export.prove_runtimes.PROOFS`, or ``"all"``.
        expected: Keras's outputs: signature name to output name to array ``(n, ...)``.
        samples: What they were computed from: signature name to input name to array ``(n, ...)``.
        score: The task's own measure, whose loss must stay within its bound for the format.
        rounded: Outputs that are others rounded to 0 and 1, as `export.verify.verify` takes them.
        time_limit: Seconds for one signature of one file in one runtime; then it is killed.
        show: Is given a line for each row as it is done.

    Returns:
        The rows of ``runtimes`` in report.json, which README.md describes.

    Raises:
        ValueError: an unknown runtime, files that are not the report's, or a time limit that is not more than 0 seconds
            and at most a day.
        OSError: the samples cannot be written into a temporary folder.
    """
    runtimes = check_runtimes(runtimes)
    check_time_limit(time_limit)
    check_files(folder, report)
    root = Path(folder).resolve()
    proofs = [(name, proof) for name in runtimes for proof in PROOFS[name]]
    files = [entry for entry in report["files"] if entry["format"] != SAVED_MODEL]
    rows: list[dict[str, Any]] = []
    missing: dict[str, _Run] = {}
    with tempfile.TemporaryDirectory(prefix="export-proof-") as temporary:
        scratch = Path(temporary)
        wanted = _write_samples(scratch, expected, samples, score)
        for entry, (name, proof), signature in product(files, proofs, wanted):
            outputs = _first(proof.most_samples, signature, wanted[signature], score)
            if entry["format"] not in proof.formats:
                run = _Run("not tried", proof.not_tried)
            else:
                job = _job(root, entry, proof, signature, scratch, outputs, time_limit)
                run = missing.get(name) or _run(root, job, scratch)
            if run.status == "not installed":
                missing[name] = run
            compared = _compare(run, signature, outputs, entry["format"], score, proof, rounded)
            place = {"file": entry["path"], "format": entry["format"], "runtime": name, "variant": proof.variant}
            rows.append({**place, "signature": signature, **compared})
            show(describe_row(rows[-1]))
    return rows


def earlier_proofs(path: Path, report: Mapping[str, Any], runtimes: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of an earlier report that hold of a new one: the file is the same, the runtime is not run again.

    Args:
        path: The earlier report.json, if there is one. Where score, signatures or versions are others, nothing holds.
        report: The new one.
        runtimes: Those whose rows are made anew.
    """
    try:
        earlier = read_report(path)
    except (OSError, ValueError):
        return []
    if any(earlier[key] != report[key] for key in ("score", "signatures", "versions")):
        return []
    same = {entry["path"]: entry["sha256"] for entry in earlier["files"]}
    files = {entry["path"] for entry in report["files"] if same.get(entry["path"]) == entry["sha256"]}
    return [row for row in earlier["runtimes"] if row["file"] in files and row["runtime"] not in runtimes]


def describe_row(row: Mapping[str, Any]) -> str:
    """One line: where, the status, and how far from Keras or why not."""
    variant = f" ({row['variant']})" if row["variant"] else ""
    line = f"{row['file']}, {row['signature']}, in {row['runtime']}{variant}: {row['status']}"
    if row["relative_difference"] is not None:
        line += f", relative difference {row['relative_difference']:.1e}"
    if row["milliseconds"] is not None:
        line += f", {row['milliseconds']:.3f} ms"
    return f"{line}: {row['reason']}" if row["reason"] else line


def _write_samples(
    scratch: Path, expected: Mapping[str, Arrays], samples: Mapping[str, Arrays], score: Score | None
) -> dict[str, Arrays]:
    """Write ``<signature>.npz`` for the children; what Keras gives for the samples that are in it."""
    wanted = {}
    for signature, outputs in expected.items():
        count = None if score and score.signature == signature else MOST_SAMPLES
        # With a slash, since an input may have the name of an argument of `savez`.
        named: dict[str, Any] = {f"input/{name}": values[:count] for name, values in samples[signature].items()}
        np.savez(scratch / f"{signature}.npz", **named)
        wanted[signature] = {name: values[:count] for name, values in outputs.items()}
    return wanted


def _first(count: int | None, signature: str, expected: Arrays, score: Score | None) -> Arrays:
    """The outputs of the first so many samples; of all, where the score cannot be measured on fewer."""
    if count is None:
        return expected
    part = {name: values[:count] for name, values in expected.items()}
    if score and score.signature == signature:
        try:
            score.of(part)
        except ValueError:
            return expected
    return part


def _job(
    folder: Path,
    entry: Mapping[str, Any],
    proof: Proof,
    signature: str,
    scratch: Path,
    expected: Arrays,
    time_limit: float,
) -> dict[str, Any]:
    """What `export.prove_child` is to do."""
    return {
        "module": proof.module,
        "path": str(folder / entry["path"]),
        "signature": signature,
        "samples": str(scratch / f"{signature}.npz"),
        "most_samples": len(next(iter(expected.values()))),
        "options": dict(proof.options),
        "times_itself": proof.times_itself,
        "arena": proof.arena,
        "time_limit": time_limit,
    }


def _run(folder: Path, content: Mapping[str, Any], scratch: Path) -> _Run:
    job, outcome, arrays, log = (scratch / name for name in ("job.json", "outcome.json", "outputs.npz", "log"))
    outcome.unlink(missing_ok=True)
    job.write_text(json.dumps(content), encoding="utf-8")
    command = [*CHILD_COMMAND, *map(str, (job, outcome, arrays))]
    with tempfile.TemporaryDirectory(dir=scratch) as temporary:  # a child that is killed leaves its own behind
        code = run_child(command, log, content["time_limit"], {"TMPDIR": temporary})
    if code is None:
        return _Run("timed out", f"it was not done within {content['time_limit']:g} seconds")
    if code != 0 or not outcome.exists():
        return _Run("crashed", _travelling(end_of_child(code, log), folder))
    said = json.loads(outcome.read_text(encoding="utf-8"))
    if said["status"] != "ran":
        return _Run(said["status"], _travelling(said["reason"], folder))
    with np.load(arrays) as stored:
        said["outputs"] = {name.removeprefix("output/"): stored[name] for name in stored.files}
    return _Run(**said)


def _travelling(reason: str, folder: Path) -> str:
    """As a report may say it, which travels: files by their place in the run folder, and nobody's home."""
    return reason.replace(f"{folder}/", "").replace(f"{Path.home()}/", "~/")


def _compare(
    run: _Run,
    signature: str,
    expected: Arrays,
    file_format: str,
    score: Score | None,
    proof: Proof,
    rounded: Rounded | None,
) -> dict[str, Any]:
    """The rest of a row: the outputs that are furthest from Keras's speak for all of a signature's."""
    row: dict[str, Any] = {
        "status": run.status,
        "reason": run.reason,
        **dict.fromkeys(("largest_difference", "relative_difference", "flipped", "tolerance", "score", "score_loss")),
        "milliseconds": run.milliseconds,
        "arena_bytes": run.arena_bytes,
        "samples": 0,
    }
    if run.status != "ran":
        return row
    row["samples"] = len(next(iter(expected.values())))
    row["tolerance"] = tolerance = proof.tolerances.get(file_format)
    try:
        found = output_rows(signature, expected, dict(run.outputs), file_format, score, tolerance, rounded)
    except ValueError as error:
        return {**row, "status": "differs", "reason": str(error)}
    differing = [disagreement(each, score) for each in found if not each["agrees"]]
    for key in ("largest_difference", "relative_difference", "flipped", "score", "score_loss"):
        row[key] = max((each[key] for each in found if each[key] is not None), default=None)
    # JSON has neither infinity nor NaN, which stand for outputs that are not finite; the reason says so.
    row = {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
    return {**row, "status": "differs" if differing else "agrees", "reason": "; ".join(differing) or None}
