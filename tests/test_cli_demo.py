"""The demo: every model of it is made and proven, and one table shows all."""

from dataclasses import replace

from keraszoo.cli import main
from keraszoo.commands import demo
from keraszoo.presets import PRESETS


def test_two_models_and_one_table(tmp_path, capsys, monkeypatch):
    small = replace(PRESETS["autoencoder-digits"], builder={"code_size": 3}, training={"epochs": 1})
    monkeypatch.setitem(PRESETS, "first", small)
    monkeypatch.setitem(PRESETS, "second", replace(small, score=("ssim", "at least", 2.0)))
    monkeypatch.setattr(demo, "DEMO", ("first", "second"))
    monkeypatch.setattr(demo, "SMALLER_CODES", ())
    monkeypatch.setattr(demo, "TIMED_RUNS", 1)
    monkeypatch.setattr("keraszoo.runs.trained.FORMATS", ("float32",))

    assert main(["demo", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    steps = [line for line in printed.splitlines() if "/8  " in line]
    assert [line[:3] for line in steps] == [f"{number}/8" for number in range(1, 9)]
    assert ["first" in steps[0], "second" in steps[4]] == [True, True]
    assert "asked at least 2: not reached" in printed
    table = printed[printed.index("images/s") :]
    rows = [line.split()[:2] for line in table.splitlines() if line.startswith(("first", "second"))]
    assert rows == [[name, kind] for name in ("first", "second") for kind in ("float32", "saved_model")]
    for name in demo.DEMO:
        assert str(tmp_path / name / "README.md") in table
        assert (tmp_path / name / "pictures" / "reconstructions.png").exists()
