from typing import Any

import pytest

from export.summary import COLUMNS, percent, summary, text_table

NUMBERS = ("largest_difference", "relative_difference", "flipped", "tolerance", "score", "score_loss", "milliseconds")


def row(signature: str, **entries: Any) -> dict[str, Any]:
    empty = {**dict.fromkeys(NUMBERS), "variant": None, "reason": None, "arena_bytes": None, "runtime": "gpu"}
    return {
        "file": "tflite/int8.tflite",
        "format": "int8",
        "signature": signature,
        "status": "agrees",
        **empty,
        **entries,
    }


@pytest.fixture
def report() -> dict[str, Any]:
    """Two signatures in one file: LiteRT agrees, the GPU runs one of them."""
    return {
        "signatures": {"reconstruct": {}, "encode": {}},
        "files": [{"path": "tflite/int8.tflite", "format": "int8", "bytes": 12345}],
        "agreement": [
            row("reconstruct", runtime="litert", relative_difference=0.25, score=0.5, score_loss=0.01),
            row("encode", runtime="litert", relative_difference=0.5),
        ],
        "runtimes": [
            row("reconstruct", relative_difference=0.125, milliseconds=1.5),
            row("encode", status="refused", reason="TOPK_V2"),
        ],
    }


def test_a_row_speaks_for_all_signatures(report: dict[str, Any]) -> None:
    assert summary(report) == [
        ("int8", "litert", "12,345", "5.0e-01", "0.5000", "1.00%", "", "agrees"),
        ("int8", "gpu", "12,345", "1.2e-01", "", "", "1.500", "reconstruct agrees; encode refused: TOPK_V2"),
    ]


def test_one_reason_stands_once(report: dict[str, Any]) -> None:
    report["runtimes"] = [row(name, status="crashed", reason="SIGSEGV") for name in ("reconstruct", "encode")]
    assert summary(report)[1][-1] == "crashed: SIGSEGV"


def test_what_is_rounded_to_nothing_has_no_minus_sign() -> None:
    assert [percent(value) for value in (-1e-9, 1e-9, -0.0011, None)] == ["0.00%", "0.00%", "-0.11%", ""]


def test_the_largest_arena_is_told(report: dict[str, Any]) -> None:
    report["runtimes"] = [row("reconstruct", arena_bytes=4096), row("encode", arena_bytes=1024)]
    assert summary(report)[1][-1] == "agrees; arena 4,096 bytes"


def test_variants_have_rows_of_their_own(report: dict[str, Any]) -> None:
    report["runtimes"] = [row("encode", runtime="litert", variant=variant) for variant in ("2 threads", "4 threads")]
    assert [cells[1] for cells in summary(report)] == ["litert", "litert, 2 threads", "litert, 4 threads"]


def test_text_is_aligned(report: dict[str, Any]) -> None:
    heading, litert, gpu = text_table(summary(report)).splitlines()
    assert heading.split() == list(COLUMNS)
    assert litert.index("agrees") == gpu.index("reconstruct") == heading.index("verdict")
    assert litert.index("12,345") + len("12,345") == heading.index("bytes") + len("bytes")
