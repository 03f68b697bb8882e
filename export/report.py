"""report.json: what was exported, from what, and how closely each file agrees with Keras."""

import platform
import shlex
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import export
from export.files import sha256_of, size_of
from export.operators import operators
from export.schema import problem

SCHEMA_VERSION = 1

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
    "files": [{"path": str, "format": str, "bytes": int, "sha256": str, "operators": ({str: int}, None)}],
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
    "pictures": {str: str},
    "assets": {str: str},
    "details": dict,
}
OPTIONAL = {"assets"}


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
        "command": _command_line() if command is None else command,
        "versions": _versions(),
        **({"assets": assets} if assets else {}),
        **entries,
    }
    check_report(report)
    return {key: report[key] for key in SCHEMA if key in report}


def file_entry(root: Path, path: str, file_format: str) -> dict[str, Any]:
    """The entry of one file, or of the SavedModel's folder, at ``path`` relative to ``root``."""
    place = root / path
    return {
        "path": path,
        "format": file_format,
        "bytes": size_of(place),
        "sha256": sha256_of(place),
        "operators": operators(place) if place.is_file() else None,
    }


def check_report(report: Any) -> None:
    """See that a report follows the schema that README.md documents.

    Args:
        report: What ``json.loads`` gave for report.json.

    Raises:
        ValueError: names the entry, what was expected there and what was received.
    """
    absent = OPTIONAL - set(report) if isinstance(report, dict) else OPTIONAL
    expected = {key: entry for key, entry in SCHEMA.items() if key not in absent}
    if wrong := problem(report, expected, "report"):
        raise ValueError(wrong)
    if report["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"report.schema_version: expected {SCHEMA_VERSION}, received {report['schema_version']}")
    listed = {entry["path"] for entry in report["files"]}
    proven = {row["file"] for row in report["agreement"]}
    if listed != proven:
        raise ValueError(f"report.agreement: expected rows for {sorted(listed)}, received {sorted(proven)}")


def _versions() -> dict[str, str]:
    """What the files were made with."""
    import keras
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "ai-edge-litert": version("ai-edge-litert"),
        "export": export.__version__,
    }


def _command_line() -> str:
    """The command this process was started with, the program by its name only."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
