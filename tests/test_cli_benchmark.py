"""``keraszoo benchmark --floor`` as a check: its exit code, on given timings."""

from pathlib import Path
from typing import Any

import pytest

from export.floor import Floor
from keraszoo import runs
from keraszoo.cli import main


def timed(run: Path, *, threads: tuple[int, ...], runs: int, floors: list[Floor]) -> list[dict[str, Any]]:
    """float32 at 0.3 ms and ONNX Runtime at 0.2, whatever the threads."""
    rest = {"bytes": None, "score": None, "milliseconds_95": 1.0, "images_per_second": 1.0}
    times = {"float32": 0.3, "onnx": 0.2}
    return [
        {"format": name, "runtime": name, "threads": count, "milliseconds": milliseconds, **rest}
        for name, milliseconds in times.items()
        for count in threads
    ]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (tmp_path / "training.json").write_text("{}")
    monkeypatch.setattr(runs, "benchmark", timed)
    return ["benchmark", str(tmp_path), "--threads", "1,2"]


def test_a_floor_that_holds(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--floor", "float32:onnx=1.5", "--floor", "onnx:float32=1"]) == 0
    assert "ms per image" in capsys.readouterr().out


def test_a_missed_floor_is_one_line_and_exit_code_1(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--floor", "onnx:float32=1", "--floor", "float32:onnx=1.0"])
    assert stopped.value.code == (  # a text is printed on stderr by the interpreter, which then exits with 1
        "keraszoo: float32 takes 1.50 of the time of onnx on 1 thread (0.300 and 0.200 ms), expected at most 1; "
        "float32 takes 1.50 of the time of onnx on 2 threads (0.300 and 0.200 ms), expected at most 1"
    )
    assert "ms per image" in capsys.readouterr().out


def test_a_floor_that_cannot_be_read_is_told_before_anything_is_timed(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--floor", "fast"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "keraszoo: error: expected a floor as FORMAT:PEER=RATIO, such as float32:onnx=1.0; received 'fast'\n"
    )
