"""The floor of a benchmark: arithmetic on given rows, no timing."""

from typing import Any

import pytest

from export.floor import Floor, missed_floors, parse_floor


def row(file_format: str, threads: int | None, milliseconds: float) -> dict[str, Any]:
    return {"format": file_format, "threads": threads, "milliseconds": milliseconds}


ROWS = [
    row("float32", 1, 0.30),
    row("float32", 2, 0.20),
    row("onnx", 1, 0.25),
    row("onnx", 2, 0.25),
    row("keras", None, 0.40),
    row("keras", None, 0.10),
]


def test_a_floor_as_it_is_written() -> None:
    assert parse_floor("float32:onnx=1.0") == Floor("float32", "onnx", 1.0)


@pytest.mark.parametrize(
    "text", ["", "float32", "float32=1", "float32:onnx", ":onnx=1", "a:b=fast", "a:b=0", "a:b=inf"]
)
def test_a_floor_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a floor as FORMAT:PEER=RATIO, such as float32:onnx=1\.0; received"):
        parse_floor(text)


def test_the_same_number_of_threads_is_compared() -> None:
    assert missed_floors(ROWS, [Floor("float32", "onnx", 1.0)]) == [
        "float32 takes 1.20 of the time of onnx on 1 thread (0.300 and 0.250 ms), expected at most 1"
    ]
    assert missed_floors(ROWS, [Floor("float32", "onnx", 1.25)]) == []
    assert [line.split(" (")[0] for line in missed_floors(ROWS, [Floor("float32", "onnx", 0.5)])] == [
        "float32 takes 1.20 of the time of onnx on 1 thread",
        "float32 takes 0.80 of the time of onnx on 2 threads",
    ]


def test_the_fastest_way_of_a_peer_counts_whatever_its_threads() -> None:
    assert [line.split(" (")[0] for line in missed_floors(ROWS, [Floor("float32", "keras", 2.5)])] == [
        "float32 takes 3.00 of the time of keras on 1 thread"
    ]
    assert missed_floors([row("saved_model", None, 0.1), *ROWS], [Floor("saved_model", "keras", 0.5)]) == [
        "saved_model takes 1.00 of the time of keras (0.100 and 0.100 ms), expected at most 0.5"
    ]


def test_a_floor_never_holds_for_want_of_rows() -> None:
    with pytest.raises(ValueError, match=r"a floor names 'int8', expected one of float32, onnx, keras$"):
        missed_floors(ROWS, [Floor("int8", "onnx", 1.0)])
    with pytest.raises(ValueError, match="compares float32 on 1 thread, 2 threads with dynamic on 4 threads; expected"):
        missed_floors([*ROWS, row("dynamic", 4, 0.1)], [Floor("float32", "dynamic", 1.0)])
