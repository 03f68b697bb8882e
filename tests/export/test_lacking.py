from export.lacking import lacking, text_lines


def file(name: str, **verdicts: list[str]) -> dict[str, object]:
    return {"format": name, "verdicts": {"gpu": [], "micro": [], **verdicts}}


def test_one_row_for_each_reason_with_all_that_it_concerns() -> None:
    report = {
        "files": [
            file("float32", gpu=["ROUND: no such operator"]),
            file("float16", gpu=["ROUND: no such operator"], micro=["DEQUANTIZE: no float16"]),
            file("dynamic", micro=["CONV_2D: no int8", "FULLY_CONNECTED: no int8"]),
            {"format": "saved_model", "verdicts": None},
        ]
    }
    assert text_lines(lacking(report)).splitlines() == [
        "float32, float16 in gpu: ROUND: no such operator",
        "float16 in micro: DEQUANTIZE: no float16",
        "dynamic in micro: CONV_2D, FULLY_CONNECTED: no int8",
    ]


def test_nothing_is_said_where_nothing_is_missing() -> None:
    assert lacking({"files": [file("float32"), {"format": "saved_model", "verdicts": None}]}) == []
