"""Further runtimes: real files in LiteRT's variants, and whatever a runtime may do to its process."""

import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export import Score, export_model, proving
from export.prove_runtimes import PROOFS, Proof
from export.proving import prove_runtimes
from export.report import SCHEMA, check_report
from export.signatures import named_signatures, predict

Samples = dict[str, dict[str, np.ndarray]]

RUNTIME = '''
import os, tempfile, time
from typing import NamedTuple

import numpy as np

from export.errors import RuntimeMissingError
from export.runtimes import litert


def check_installed():
    """Nothing to check but in the behaviour."""


def open_signature(path, signature, *, threads=1, behaviour):
    if behaviour == "missing":
        raise RuntimeMissingError(f"expected the toy in {os.path.expanduser('~/toy')}")
    if behaviour == "refuse":
        raise ValueError(f"the toy refuses {path}:\\nTOPK_V2 (no such kernel)")
    if behaviour == "crash":
        os.abort()
    if behaviour == "fall":
        raise TypeError(f"a mistake of the toy in {path}")
    if behaviour == "echo":
        return lambda inputs: {"code": inputs["file"]}
    if behaviour == "hang":
        tempfile.mkdtemp(prefix="left-by-the-toy-")
        time.sleep(600)
    run = litert.open_signature(path, signature)
    if behaviour == "shift":
        return lambda inputs: {name: values + np.float32(0.1) for name, values in run(inputs).items()}
    if behaviour == "nan":
        return lambda inputs: {name: values * np.nan for name, values in run(inputs).items()}
    if behaviour == "rename":
        return lambda inputs: {f"{name}_": values for name, values in run(inputs).items()}
    return run


class Timed(NamedTuple):
    outputs: dict
    milliseconds: np.ndarray


def run_timed(path, signature, inputs, *, time_limit, behaviour):
    if behaviour == "late":
        raise TimeoutError("the page was not finished")
    return Timed(litert.open_signature(path, signature)(inputs), np.array([50.0, 1.0, 3.0, 2.0]))


def smallest_arena(path, signature):
    return 4096
'''


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that puts a runtime ``toy`` into the table, which behaves as asked."""
    (tmp_path / "toy_runtime.py").write_text(RUNTIME)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def put(behaviour: str, **options: Any) -> None:
        proof = Proof("toy_runtime", options={"behaviour": behaviour}, **options)
        monkeypatch.setitem(PROOFS, "toy", (proof,))

    return put


@pytest.fixture(scope="module")
def expected(tiny_signatures: dict[str, Any], tiny_samples: Samples) -> Samples:
    return predict(named_signatures(tiny_signatures), tiny_samples)


def prove(
    exported: tuple[Path, dict], expected: Samples, samples: Samples, runtimes: str = "toy", **options: Any
) -> list[dict[str, Any]]:
    """The rows of signature ``encode``, of the float32 file unless ``formats`` says others."""
    folder, report = exported
    formats = options.pop("formats", ("float32",))
    report = {**report, "files": [entry for entry in report["files"] if entry["format"] in formats]}
    shown: list[str] = []
    rows = prove_runtimes(
        folder, report, [runtimes], {"encode": expected["encode"]}, samples, show=shown.append, **options
    )
    assert all(row["file"] in line and row["status"] in line for row, line in zip(rows, shown, strict=True))
    check_report({**exported[1], "runtimes": rows})
    assert all(list(row) == list(SCHEMA["runtimes"][0]) for row in rows)
    return rows


def test_litert_agrees_in_every_variant(
    tiny_export: tuple[Path, dict], expected: Samples, tiny_samples: Samples
) -> None:
    rows = prove(tiny_export, expected, tiny_samples, "litert")
    assert [row["variant"] for row in rows] == [proof.variant for proof in PROOFS["litert"]]
    for row in rows:
        assert (row["status"], row["reason"], row["samples"], row["tolerance"]) == ("agrees", None, 16, 1e-5)
        assert row["relative_difference"] <= 1e-5
        assert row["milliseconds"] > 0


def test_each_line_is_written_when_its_run_is_done(
    toy: Any,
    tiny_export: tuple[Path, dict],
    expected: Samples,
    tiny_samples: Samples,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a file too, which Python writes a block at a time."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, write_through=False))
    toy("refuse")
    folder, report = tiny_export
    prove_runtimes(folder, report, ["toy"], {"encode": expected["encode"]}, tiny_samples)
    assert written.getvalue().count(b"in toy: refused") == len(report["files"]) - 1  # all but the SavedModel


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        ("refuse", "refused", "the toy refuses tflite/float32.tflite: TOPK_V2 (no such kernel)"),
        ("crash", "crashed", "SIGABRT"),
        ("fall", "crashed", "exit code 1; its last words: TypeError: a mistake of the toy in tflite/float32.tflite"),
        ("missing", "not installed", "expected the toy in ~/toy"),
        ("rename", "differs", "expected the outputs ['code'], received ['code_']"),
        ("nan", "differs", "output 'code': relative difference inf (absolute inf), tolerance 1e-05"),
    ],
)
def test_what_goes_wrong_is_a_row(
    behaviour: str,
    status: str,
    reason: str,
    toy: Any,
    tiny_export: tuple[Path, dict],
    expected: Samples,
    tiny_samples: Samples,
) -> None:
    toy(behaviour)
    (row,) = prove(tiny_export, expected, tiny_samples)
    assert row["status"] == status
    assert row["reason"].startswith(reason)
    assert row["relative_difference"] is row["score"] is None


def test_an_input_may_be_called_as_an_argument_of_savez(toy: Any, tiny_export: tuple[Path, dict]) -> None:
    toy("echo", formats=("float32",))
    codes = np.ones((3, 4), np.float32)
    rows = prove_runtimes(*tiny_export, ["toy"], {"encode": {"code": codes}}, {"encode": {"file": codes}})
    assert {row["status"] for row in rows} == {"agrees", "not tried"}


def test_a_hang_is_killed_and_the_next_file_is_tried(
    toy: Any,
    tiny_export: tuple[Path, dict],
    expected: Samples,
    tiny_samples: Samples,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    toy("hang")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    rows = prove(tiny_export, expected, tiny_samples, formats=("float32", "int8"), time_limit=2)
    assert [(row["format"], row["status"], row["reason"]) for row in rows] == [
        ("float32", "timed out", "it was not done within 2 seconds"),
        ("int8", "timed out", "it was not done within 2 seconds"),
    ]
    assert not list(tmp_path.rglob("left-by-the-toy-*"))


def test_a_difference_is_told_and_bound_by_the_format(
    toy: Any, tiny_export: tuple[Path, dict], expected: Samples, tiny_samples: Samples
) -> None:
    toy("shift", tolerances={"float32": 1e-4})
    exact, int8 = prove(tiny_export, expected, tiny_samples, formats=("float32", "int8"))
    assert (exact["status"], exact["tolerance"], int8["status"], int8["tolerance"]) == ("differs", 1e-4, "agrees", None)
    assert exact["largest_difference"] == pytest.approx(0.1, abs=1e-3)
    assert exact["reason"].startswith("output 'code': relative difference")


def test_the_score_is_measured_on_all_samples_and_its_loss_bound(
    toy: Any, tiny_export: tuple[Path, dict], expected: Samples, tiny_samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy("shift")
    monkeypatch.setattr(proving, "MOST_SAMPLES", 3)
    score = Score(
        "distance",
        "encode",
        expected["encode"]["code"],
        lambda outputs, codes: 1.0 + float(np.abs(outputs["code"] - codes).mean()),
        higher_is_better=False,
        largest_loss={"int8": 0.01},
    )
    (row,) = prove(tiny_export, expected, tiny_samples, formats=("int8",), score=score)
    assert (row["status"], row["samples"]) == ("differs", 16)
    assert row["score_loss"] == pytest.approx(0.1, abs=0.05)
    assert "distance lost" in row["reason"]
    (row,) = prove(tiny_export, expected, tiny_samples, formats=("int8",))
    assert (row["status"], row["samples"], row["score"]) == ("agrees", 3, None)


@pytest.mark.parametrize(("fewest", "samples"), [(1, 3), (4, 16)])
def test_a_slow_runtime_is_run_on_the_first_samples_if_the_score_can_be_measured_on_them(
    fewest: int, samples: int, toy: Any, tiny_export: tuple[Path, dict], expected: Samples, tiny_samples: Samples
) -> None:
    toy("run", most_samples=3)

    def distance(outputs: dict[str, np.ndarray], codes: np.ndarray) -> float:
        if len(codes) < fewest:
            raise ValueError("too few")
        return 1.0 + float(np.abs(outputs["code"] - codes).mean())

    score = Score("distance", "encode", expected["encode"]["code"], distance, higher_is_better=False)
    (row,) = prove(tiny_export, expected, tiny_samples, score=score)
    assert (row["status"], row["samples"], row["score"]) == ("agrees", samples, pytest.approx(1.0, abs=1e-5))


def test_formats_that_a_runtime_does_not_take_are_not_tried(
    toy: Any, tiny_export: tuple[Path, dict], expected: Samples, tiny_samples: Samples
) -> None:
    toy("crash", formats=("int8",), not_tried="the toy runs int8 only")
    (row,) = prove(tiny_export, expected, tiny_samples)
    assert (row["status"], row["reason"], row["samples"]) == ("not tried", "the toy runs int8 only", 0)


@pytest.mark.parametrize(("behaviour", "status", "milliseconds"), [("run", "agrees", 2.0), ("late", "timed out", None)])
def test_a_runtime_may_time_itself_and_measure_its_arena(
    behaviour: str,
    status: str,
    milliseconds: float | None,
    toy: Any,
    tiny_export: tuple[Path, dict],
    expected: Samples,
    tiny_samples: Samples,
) -> None:
    toy(behaviour, times_itself=True, arena=True)
    (row,) = prove(tiny_export, expected, tiny_samples)
    assert (row["status"], row["milliseconds"]) == (status, milliseconds)
    assert row["arena_bytes"] == (4096 if status == "agrees" else None)


def test_files_that_are_not_the_reports_are_not_proven(
    tiny_export: tuple[Path, dict], expected: Samples, tiny_samples: Samples
) -> None:
    folder, report = tiny_export
    files = [{**entry, "sha256": "0" * 64} for entry in report["files"]]
    with pytest.raises(ValueError, match=r"tflite/int8\.tflite was changed.*; export it again"):
        prove_runtimes(folder, {**report, "files": files}, ["litert"], expected, tiny_samples)


def test_an_export_publishes_what_a_further_runtime_refuses(
    toy: Any, tiny_signatures: dict[str, Any], tiny_samples: Samples, tmp_path: Path
) -> None:
    def export(*runtimes: str) -> dict[str, Any]:
        return export_model(
            {"encode": tiny_signatures["encode"]},
            tmp_path / "run",
            name="encoder",
            calibration={"encode": tiny_samples["encode"]},
            samples={"encode": tiny_samples["encode"]},
            formats=("float32",),
            runtimes=runtimes,
        )

    toy("refuse")
    report = export("toy")
    (row,) = report["runtimes"]
    assert (row["status"], row["reason"]) == (
        "refused",
        "the toy refuses tflite/float32.tflite: TOPK_V2 (no such kernel)",
    )
    assert json.loads((tmp_path / "run" / "report.json").read_text()) == report
    assert "| refused: the toy refuses" in (tmp_path / "run" / "README.md").read_text()
    assert export()["runtimes"] == [row]  # the file came out the same
