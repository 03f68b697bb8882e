"""The benchmark: every exported file of a run folder in its runtime, and Keras beside them."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import make_saved_model, make_tflite

import export.benchmark
from export.benchmark import benchmark, format_table
from export.errors import RuntimeMissingError
from export.files import sha256_of
from export.floor import Floor
from export.runtimes import onnx

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def run_folder(
    tiny_signatures: dict[str, Any], tiny_samples: Samples, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    static_model = make_saved_model(tiny_signatures, folder / "static", batch_size=1)
    signatures = {"encode": tiny_signatures["encode"]}
    make_tflite(static_model, folder / "tflite" / "float32.tflite", ["encode"])
    make_tflite(static_model, folder / "tflite" / "int8.tflite", ["encode"], tiny_samples["encode"])
    make_saved_model({"decode": tiny_signatures["decode"]}, folder / "saved_model" / "9")
    make_saved_model(signatures, folder / "saved_model" / "10")
    tiny_signatures["encode"].save(folder / "model.keras")
    return folder


@pytest.fixture(scope="module")
def every_row(run_folder: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples) -> list[dict[str, Any]]:
    """One conversion for ONNX Runtime, if that is installed, for all of these tests."""
    sample, model = tiny_samples["encode"], tiny_signatures["encode"]
    return benchmark(run_folder, "encode", sample, model=model, threads=(1, 2), runs=11)


@pytest.fixture(scope="module")
def rows(every_row: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in every_row if row["format"] != "onnx"]


def test_every_file_and_keras_are_timed(rows: list[dict[str, Any]]) -> None:
    assert [(row["format"], row["runtime"], row["threads"]) for row in rows] == [
        ("float32", "litert", 1),
        ("float32", "litert", 2),
        ("int8", "litert", 1),
        ("int8", "litert", 2),
        ("saved_model", "serving", None),
        ("keras", "model.predict(x)", None),
        ("keras", "model(x)", None),
    ]
    for row in rows:
        assert 0 < row["milliseconds"] <= row["milliseconds_95"]
        assert row["images_per_second"] > 0
        assert row["score"] is None


def test_onnx_runtime_is_timed_where_it_is_installed(every_row: list[dict[str, Any]]) -> None:
    try:
        onnx.check_installed()
    except RuntimeMissingError as missing:
        pytest.skip(str(missing))
    found = [row for row in every_row if row["format"] == "onnx"]
    assert [(row["runtime"], row["threads"]) for row in found] == [("onnxruntime", 1), ("onnxruntime", 2)]
    assert all(row["milliseconds"] > 0 and row["bytes"] > 0 for row in found)


def refuse(*_: Any) -> None:
    raise ValueError("ONNX Runtime cannot open the graph")


@pytest.mark.parametrize(
    ("place", "name", "value", "said"),
    [
        (
            onnx,
            "PACKAGES",
            ("a_package_that_is_not_there",),
            "ONNX Runtime needs a_package_that_is_not_there: pip install a_package_that_is_not_there",
        ),
        (export.benchmark, "onnx_peer", refuse, "ONNX Runtime cannot open the graph"),
    ],
)
def test_where_onnx_runtime_is_missing_or_refuses_one_line_says_so(
    place: Any,
    name: str,
    value: Any,
    said: str,
    run_folder: Path,
    tiny_signatures: dict[str, Any],
    tiny_samples: Samples,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(place, name, value)
    with caplog.at_level(logging.WARNING, "export"):
        rows = benchmark(run_folder, "encode", tiny_samples["encode"], model=tiny_signatures["encode"], runs=1)
    assert "onnx" not in [row["format"] for row in rows]
    assert caplog.messages == [f"not timed beside ONNX Runtime: {said}"]


def test_bytes_are_those_on_disk(rows: list[dict[str, Any]], run_folder: Path) -> None:
    saved_model = run_folder / "saved_model" / "10"
    assert [row["bytes"] for row in rows[::2]] == [
        (run_folder / "tflite" / "float32.tflite").stat().st_size,
        (run_folder / "tflite" / "int8.tflite").stat().st_size,
        sum(path.stat().st_size for path in saved_model.rglob("*") if path.is_file()),
        (run_folder / "model.keras").stat().st_size,
    ]


def test_many_images_in_one_call_pay_where_a_call_is_dear(rows: list[dict[str, Any]]) -> None:
    predict = rows[5]
    assert predict["images_per_second"] > 3 * 1000 / predict["milliseconds"]


def test_scores_come_from_the_report(tiny_samples: Samples, run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tflite").symlink_to(run_folder / "tflite")
    (tmp_path / "report.json").write_text(json.dumps(report(run_folder)))
    rows = benchmark(tmp_path, "encode", tiny_samples["encode"], runs=1)
    assert {row["format"]: row["score"] for row in rows} == {"float32": 0.25, "int8": None}
    (tmp_path / "report.json").write_text("{")
    with pytest.raises(ValueError, match=r"report\.json: expected the report of an export"):
        benchmark(tmp_path, "encode", tiny_samples["encode"], runs=1)


def test_scores_of_other_files_are_refused(tiny_samples: Samples, run_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(run_folder / "tflite", tmp_path / "tflite")
    (tmp_path / "report.json").write_text(json.dumps(report(run_folder)))
    with (tmp_path / "tflite" / "float32.tflite").open("ab") as file:
        file.write(b"more")
    with pytest.raises(ValueError, match=r"of other files: tflite/float32\.tflite was changed; export it again"):
        benchmark(tmp_path, "encode", tiny_samples["encode"], runs=1)


@pytest.mark.parametrize(
    ("signature", "options", "message"),
    [
        ("encoder", {}, "no signature 'encoder'"),
        ("encode", {"runs": 0}, "runs must be 1 or more, received 0"),
        ("encode", {"threads": ()}, "threads must hold one number or more"),
        ("encode", {"threads": (1, 0)}, "threads must be 1 to 127, received 0"),
    ],
)
def test_bad_arguments(
    run_folder: Path, tiny_samples: Samples, signature: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        benchmark(run_folder, signature, tiny_samples["encode"], **options)


@pytest.mark.parametrize("floor", [Floor("int9", "float32", 1.0), Floor("float32", "onnx", 1.0)])
def test_a_floor_for_what_is_not_there_is_told_before_anything_is_timed(
    run_folder: Path, tiny_samples: Samples, monkeypatch: pytest.MonkeyPatch, floor: Floor
) -> None:
    monkeypatch.delattr(export.benchmark, "_time")
    with pytest.raises(ValueError, match=r"a floor names '\w+', expected one of float32, int8, saved_model$"):
        benchmark(run_folder, "encode", tiny_samples["encode"], floors=[floor])


def test_a_folder_without_exported_files(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="export it first"):
        benchmark(tmp_path, "encode", {"image": np.zeros((1, 8, 8, 1))})


def test_the_table_is_aligned_and_leaves_out_empty_columns() -> None:
    row = {"format": "float32", "runtime": "litert", "threads": 2, "bytes": 11339384, "score": None}
    times = {"milliseconds": 0.1834, "milliseconds_95": 0.25, "images_per_second": 5432.1}
    other = {"format": "keras", "runtime": "model(x)", "threads": None, "bytes": None, "score": None}
    assert format_table([{**row, **times}, {**other, **times}]).splitlines() == [
        "format   runtime   threads       bytes  ms per image  95th percentile  images per second",
        "-------  --------  -------  ----------  ------------  ---------------  -----------------",
        "float32  litert          2  11,339,384         0.183            0.250              5,432",
        "keras    model(x)        -           -         0.183            0.250              5,432",
    ]
    assert "0.02346" in format_table([{**row, **times, "score": 0.023456}])


def report(run_folder: Path) -> dict[str, Any]:
    """A report of one file, as small as its schema allows."""
    row = {
        "file": "tflite/float32.tflite",
        "format": "float32",
        "runtime": "litert",
        "signature": "encode",
        "output": "code",
        "largest_difference": 0.0,
        "relative_difference": 0.0,
        "flipped": None,
        "tolerance": None,
        "score": 0.25,
        "score_loss": 0.0,
        "samples": 16,
        "agrees": True,
    }
    packages = ("python", "keras", "tensorflow", "ai-edge-litert", "export")
    sha256 = sha256_of(run_folder / str(row["file"]))
    file = {"path": row["file"], "format": "float32", "bytes": 1, "sha256": sha256, "operators": None, "verdicts": None}
    return {
        "schema_version": 2,
        "name": "tiny",
        "description": "",
        "created": "2026-01-31T12:00:00Z",
        "command": "",
        "versions": dict.fromkeys(packages, "1"),
        "signatures": {},
        "score": {"name": "error", "signature": "encode", "higher_is_better": False, "keras": 0.25},
        "files": [file],
        "agreement": [row],
        "runtimes": [],
        "pictures": {},
        "details": {},
    }
