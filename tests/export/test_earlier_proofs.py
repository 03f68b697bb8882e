"""What an earlier export proved holds of a new one where nothing has changed."""

import json
from pathlib import Path
from typing import Any

from export.proving import earlier_proofs
from export.report import SCHEMA, check_report


def refused(file_format: str) -> dict[str, Any]:
    """The row of a runtime ``toy`` that refused the signature ``encode`` of a file."""
    place = {"file": f"tflite/{file_format}.tflite", "format": file_format, "runtime": "toy", "signature": "encode"}
    return {**dict.fromkeys(SCHEMA["runtimes"][0]), **place, "status": "refused", "reason": "no kernel", "samples": 0}


def test_what_was_proved_of_the_same_file_holds(tiny_export: tuple[Path, dict], tmp_path: Path) -> None:
    path, (_, report) = tmp_path / "report.json", tiny_export
    rows = [refused("float32"), refused("int8")]
    assert earlier_proofs(path, report, ()) == []
    path.write_text("{")
    assert earlier_proofs(path, report, ()) == []
    check_report({**report, "runtimes": rows})
    path.write_text(json.dumps({**report, "runtimes": rows}))
    assert earlier_proofs(path, report, ("gpu",)) == rows
    assert earlier_proofs(path, report, ("toy",)) == []
    assert earlier_proofs(path, {**report, "score": None, "versions": {}}, ()) == []
    files = [{**entry, "sha256": "0"} if entry["format"] == "int8" else entry for entry in report["files"]]
    assert earlier_proofs(path, {**report, "files": files}, ()) == rows[:1]
