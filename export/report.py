"""report.json: what was exported, from what, and how closely each file agrees with Keras."""

import json
import platform
import shlex
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from os import PathLike
from pathlib import Path
from typing import Any

import export
from export.files import sha256_of, size_of
from export.schema import problem

SCHEMA_VERSION = 2

TENSORS = {str: {"shape": [(int, None)], "dtype": str}}
# In the language of `export.schema.problem`; README.md says what each entry means.
SCHEMA: dict[Any, Any] = {
    "schema_version": int,
    "name": str,
    "description": str,
    "created": str,
    "command": str,
    "versions": {"python": str, "keras": str, "tensorflow": str, "ai-edge-litert": str, "export": str},
    "signatures": {str: {"inputs": TENSORS, "outputs": TENSORS}},
    "score": ({"name": str, "signature": str, "higher_is_better": bool, "keras": float}, None),
    "files": [
        {
            "path": str,
            "format": str,
            "bytes": int,
            "sha256": str,
            "operators": ({str: int}, None),
            "verdicts": ({str: [str]}, None),
        }
    ],
    "agreement": [
        {
            "file": str,
            "format": str,
            "runtime": str,
            "signature": str,
            "output": str,
            "largest_difference": float,
            "relative_difference": float,
            "flipped": (float, None),
            "tolerance": (float, None),
            "score": (float, None),
            "score_loss": (float, None),
            "samples": int,
            "agrees": bool,
        }
    ],
    "runtimes": [
        {
            "file": str,
            "format": str,
            "runtime": str,
            "variant": (str, None),
            "signature": str,
            "status": str,
            "reason": (str, None),
            "largest_difference": (float, None),
            "relative_difference": (float, None),
            "flipped": (float, None),
            "tolerance": (float, None),
            "score": (float, None),
            "score_loss": (float, None),
            "milliseconds": (float, None),
            "arena_bytes": (int, None),
            "samples": int,
        }
    ],
    "pictures": {str: str},
    "assets": {str: str},
    "per_channel": bool,
    "details": dict,
}
OPTIONAL = {"assets", "per_channel"}
STATUSES = ("agrees", "differs", "refused", "crashed", "timed out", "not installed", "not tried")
"""What a row of ``runtimes`` may say."""


def build_report(*, command: str | None, assets: dict[str, str], **entries: Any) -> dict[str, Any]:
    """The report: the given entries of the schema, and when, how and with what the export was made.

    Args:
        command: The command line to record; None for this process's own.
        assets: File name to SHA-256; the report says nothing of them where there are none.
        entries: The rest of the schema.

    Raises:
        ValueError: what comes out does not follow the schema.
    """
    report = {
        "schema_version": SCHEMA_VERSION,
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": command_line() if command is None else command,
        "versions": _versions(),
        **({"assets": assets} if assets else {}),
        **entries,
    }
    check_report(report)
    return {key: report[key] for key in SCHEMA if key in report}


def file_entry(root: Path, path: str, file_format: str) -> dict[str, Any]:
    """The entry of one file, or of the SavedModel's folder, at ``path`` relative to ``root``."""
    from export.gates import verdicts  # these take longer to import than a small device needs to open a model
    from export.operators import operators

    place = root / path
    return {
        "path": path,
        "format": file_format,
        "bytes": size_of(place),
        "sha256": sha256_of(place),
        "operators": operators(place) if place.is_file() else None,
        "verdicts": verdicts(place) if place.is_file() else None,
    }


def read_report(path: Path) -> dict[str, Any]:
    """What a report.json says.

    Raises:
        ValueError: it is no report, or one of an earlier or a newer version.
        OSError: it cannot be read.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        report = None
    if not isinstance(report, dict) or "schema_version" not in report:
        raise ValueError(f"{path}: expected the report of an export, received something else; export it again")
    version = report["schema_version"]
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise ValueError(
            f"{path}: it was made by a newer keraszoo, in version {version}, where this one knows {SCHEMA_VERSION}; "
            "`pip install --upgrade keraszoo`"
        )
    try:
        check_report(report)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return report


def report_text(report: Mapping[str, Any]) -> str:
    """The content of report.json: each row of its tables is a line, which a person and a diff can read."""
    return "{\n" + ",\n".join(f"  {_json(key)}: {_lines(value)}" for key, value in report.items()) + "\n}\n"


def _lines(value: Any) -> str:
    if not value or not isinstance(value, (list, dict)):
        return _json(value)
    if isinstance(value, dict):
        rows, brackets = [f"{_json(key)}: {_json(row)}" for key, row in value.items()], "{}"
    else:
        rows, brackets = [_json(row) for row in value], "[]"
    return f"{brackets[0]}\n    " + ",\n    ".join(rows) + f"\n  {brackets[1]}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def check_report(report: Any) -> None:
    """See that a report follows the schema that README.md documents.

    Args:
        report: What ``json.loads`` gave for report.json; one of an earlier version is refused.

    Raises:
        ValueError: names the entry, what was expected there and what was received.
    """
    received = report.get("schema_version", SCHEMA_VERSION) if isinstance(report, dict) else SCHEMA_VERSION
    if received != SCHEMA_VERSION:
        raise ValueError(f"report.schema_version: expected {SCHEMA_VERSION}, received {received!r}; export it again")
    absent = OPTIONAL - set(report) if isinstance(report, dict) else OPTIONAL
    expected = {key: entry for key, entry in SCHEMA.items() if key not in absent}
    if wrong := problem(report, expected, "report"):
        raise ValueError(wrong)
    listed = {entry["path"] for entry in report["files"]}
    proven = {row["file"] for row in report["agreement"]}
    if listed != proven:
        raise ValueError(f"report.agreement: expected rows for {sorted(listed)}, received {sorted(proven)}")
    for row in report["runtimes"]:
        if row["file"] not in listed or row["status"] not in STATUSES:
            raise ValueError(
                f"report.runtimes: expected files out of {sorted(listed)} that are one of {', '.join(STATUSES)}; "
                f"received {row['file']}: {row['status']}"
            )


def missing_files(folder: str | PathLike[str], report: Mapping[str, Any]) -> list[str]:
    """What a report names and its run folder lacks, such as a folder that came with some of its files only.

    Args:
        folder: The run folder.
        report: As `check_report` accepts it.

    Returns:
        Paths relative to the folder, of files and of assets beside the TFLite files.
    """
    return [path for path in _fingerprints(report) if not (Path(folder) / path).exists()]


def changed_files(folder: str | PathLike[str], report: Mapping[str, Any]) -> list[str]:
    """What a run folder has otherwise than its report was written of, as `missing_files` gives what it lacks."""
    missing = missing_files(folder, report)
    return [
        path
        for path, sha256 in _fingerprints(report).items()
        if path not in missing and sha256_of(Path(folder) / path) != sha256
    ]


def check_files(folder: str | PathLike[str], report: Mapping[str, Any]) -> None:
    """See that the files of a run folder are those that its report was written of.

    Args:
        folder: The run folder.
        report: As `check_report` accepts it.

    Raises:
        ValueError: a file, or an asset beside the TFLite files, is missing or was changed; names all of them.
    """
    wrong = dict.fromkeys(missing_files(folder, report), "is missing")
    wrong |= dict.fromkeys(changed_files(folder, report), "was changed")
    if wrong:
        said = ", ".join(f"{path} {wrong[path]}" for path in _fingerprints(report) if path in wrong)
        raise ValueError(f"{folder} does not hold what its report.json says: {said}; export it again")


def _fingerprints(report: Mapping[str, Any]) -> dict[str, str]:
    """Path to SHA-256."""
    files = {entry["path"]: entry["sha256"] for entry in report["files"]}
    return files | {f"tflite/{name}": sha256 for name, sha256 in report.get("assets", {}).items()}


def _versions() -> dict[str, str]:
    """What the files were made with."""
    from importlib.metadata import version

    import keras
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "ai-edge-litert": version("ai-edge-litert"),
        "export": export.__version__,
    }


def command_line() -> str:
    """The command that this process was started with, as one would type it; the program by its name only."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
