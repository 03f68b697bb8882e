import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export import check_report


def test_the_written_report_is_the_returned_one_and_follows_the_schema(
    tiny_export: tuple[Path, dict],
) -> None:
    folder, report = tiny_export
    written = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert written == report
    check_report(written)


def test_holds_what_was_handed_in_and_what_the_model_takes(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    assert report["name"] == "tiny"
    assert report["command"] == "pytest"
    assert report["details"] == {"seed": 7}
    assert report["signatures"]["encode"] == {
        "inputs": {"image": {"shape": [None, 8, 8, 1], "dtype": "float32"}},
        "outputs": {"code": {"shape": [None, 4], "dtype": "float32"}},
    }


def test_every_signature_of_every_file_agrees(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    rows = {(row["file"], row["signature"], row["output"]) for row in report["agreement"]}
    outputs = {("reconstruct", "reconstruction"), ("encode", "code"), ("decode", "reconstruction")}
    assert rows == {(entry["path"], *output) for entry in report["files"] for output in outputs}
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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_to("name", value=None), r"report\.name: expected str, received None"),
        (set_to("schema_version", value=2), r"report\.schema_version: expected 1, received 2"),
        (set_to("files", 0, "bytes", value=True), r"report\.files\[0\]\.bytes: expected int, received True"),
        (
            set_to("files", 1, "operators", "ADD", value="x"),
            r"report\.files\[1\]\.operators\.ADD: expected int",
        ),
        (set_to("files", value={}), r"report\.files: expected list"),
        (set_to("score", "keras", value=float("nan")), r"report\.score\.keras: expected float, received nan"),
        (set_to("agreement", 0, "worse", value=1), r"report\.agreement\[0\]: expected the keys"),
        (set_to("agreement", value=[]), r"report\.agreement: expected rows for"),
    ],
)
def test_check_names_the_entry(change: Callable, message: str, tiny_export: tuple[Path, dict]) -> None:
    report = copy.deepcopy(tiny_export[1])
    change(report)
    with pytest.raises(ValueError, match=message):
        check_report(report)


def test_check_takes_anything() -> None:
    with pytest.raises(ValueError, match=r"report: expected dict, received \[\]"):
        check_report([])
