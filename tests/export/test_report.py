import copy
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export import check_report
from export.report import check_files


def test_the_written_report_is_the_returned_one_and_follows_the_schema(
    tiny_export: tuple[Path, dict],
) -> None:
    folder, report = tiny_export
    written = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert written == report
    check_report(written)


def test_each_row_of_a_table_is_a_line(tiny_export: tuple[Path, dict]) -> None:
    folder, report = tiny_export
    lines = [line.rstrip(",") for line in (folder / "report.json").read_text(encoding="utf-8").splitlines()]
    assert {json.dumps(row) for row in report["agreement"]} <= {line.strip() for line in lines}
    assert '  "runtimes": []' in lines
    assert '    "seed": 7' in lines


def test_holds_what_was_handed_in_and_what_the_model_takes(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    assert report["name"] == "tiny"
    assert report["command"] == "pytest"
    assert report["details"] == {"seed": 7}
    assert report["signatures"]["encode"] == {
        "inputs": {"image": {"shape": [None, 8, 8, 1], "dtype": "float32"}},
        "outputs": {"code": {"shape": [None, 4], "dtype": "float32"}},
    }


def test_says_of_each_tflite_file_what_is_missing_where(tiny_export: tuple[Path, dict]) -> None:
    verdicts = {entry["format"]: entry["verdicts"] for entry in tiny_export[1]["files"]}
    assert verdicts["saved_model"] is None
    assert verdicts["float32"] == {"gpu": [], "micro": [], "browser": []}
    assert any("float16" in reason for reason in verdicts["float16"]["micro"])


def test_every_signature_of_every_file_agrees(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    rows = {(row["file"], row["signature"], row["output"]) for row in report["agreement"]}
    outputs = {("reconstruct", "reconstruction"), ("encode", "code"), ("decode", "reconstruction")}
    of_files = {("reconstruct_from_bytes", "reconstruction"), ("encode_from_bytes", "code")}
    assert rows == {
        *((entry["path"], *output) for entry in report["files"] for output in outputs),
        *(("saved_model/1", *output) for output in of_files),
    }
    assert all(row["agrees"] and row["samples"] == 16 for row in report["agreement"])
    exact = [row for row in report["agreement"] if row["format"] in {"saved_model", "float32"}]
    assert max(row["relative_difference"] for row in exact) <= 1e-5
    scored = [row for row in report["agreement"] if row["signature"] == "reconstruct"]
    assert all(row["score_loss"] <= 0.05 and row["score"] > 0 for row in scored)


def set_to(*keys: Any, value: Any) -> Callable[[dict], None]:
    def change(report: dict) -> None:
        for key in keys[:-1]:
            report = report[key]
        report[keys[-1]] = value

    return change


def proof_row(**changes: Any) -> dict[str, Any]:
    numbers = ("largest_difference", "relative_difference", "flipped", "tolerance", "score", "score_loss")
    row = {"file": "tflite/float32.tflite", "format": "float32", "runtime": "litert", "variant": None}
    row |= {"signature": "encode", "status": "agrees", "reason": None, "milliseconds": None, "arena_bytes": None}
    return {**row, **dict.fromkeys(numbers), "samples": 0, **changes}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_to("name", value=None), r"report\.name: expected str, received None"),
        (set_to("schema_version", value=1), r"report\.schema_version: expected 2, received 1; export it again"),
        (set_to("files", 0, "bytes", value=True), r"report\.files\[0\]\.bytes: expected int, received True"),
        (
            set_to("files", 1, "operators", "ADD", value="x"),
            r"report\.files\[1\]\.operators\.ADD: expected int",
        ),
        (set_to("files", value={}), r"report\.files: expected list"),
        (set_to("score", "keras", value=float("nan")), r"report\.score\.keras: expected float, received nan"),
        (set_to("agreement", 0, "worse", value=1), r"report\.agreement\[0\]: expected the keys"),
        (set_to("agreement", value=[]), r"report\.agreement: expected rows for"),
        (set_to("runtimes", value=[proof_row(status="passed")]), r"report\.runtimes: .*float32\.tflite: passed"),
        (set_to("runtimes", value=[proof_row(file="other")]), r"report\.runtimes: expected files .* other: agrees"),
        (
            set_to("runtimes", value=[proof_row(milliseconds="1")]),
            r"report\.runtimes\[0\]\.milliseconds: expected float",
        ),
    ],
)
def test_check_names_the_entry(change: Callable, message: str, tiny_export: tuple[Path, dict]) -> None:
    report = copy.deepcopy(tiny_export[1])
    change(report)
    with pytest.raises(ValueError, match=message):
        check_report(report)


@pytest.mark.parametrize("row", [proof_row(), proof_row(status="not tried", reason="no loops")])
def test_check_takes_rows_of_further_runtimes(row: dict[str, Any], tiny_export: tuple[Path, dict]) -> None:
    check_report({**tiny_export[1], "runtimes": [row]})


def test_check_takes_anything() -> None:
    with pytest.raises(ValueError, match=r"report: expected dict, received \[\]"):
        check_report([])


@pytest.fixture
def copied(tiny_export: tuple[Path, dict], tmp_path: Path) -> Path:
    return shutil.copytree(tiny_export[0], tmp_path / "run")


def test_files_as_they_were_exported_pass(copied: Path, tiny_export: tuple[Path, dict]) -> None:
    check_files(copied, tiny_export[1])


def test_files_that_were_edited_or_are_gone_are_named(copied: Path, tiny_export: tuple[Path, dict]) -> None:
    int8 = copied / "tflite" / "int8.tflite"
    content = bytearray(int8.read_bytes())
    content[-1] ^= 1
    int8.write_bytes(content)
    (copied / "tflite" / "float16.tflite").unlink()
    (copied / "saved_model" / "1" / "new").touch()
    message = (
        r"saved_model/1 was changed, tflite/float16\.tflite is missing, tflite/int8\.tflite was changed; export it"
    )
    with pytest.raises(ValueError, match=message):
        check_files(copied, tiny_export[1])


def test_an_edited_asset_is_named(copied: Path, tiny_export: tuple[Path, dict]) -> None:
    (copied / "tflite" / "names.txt").write_text("dog")
    report = {**tiny_export[1], "assets": {"names.txt": hashlib.sha256(b"cat").hexdigest()}}
    with pytest.raises(ValueError, match=r"names\.txt was changed"):
        check_files(copied, report)
