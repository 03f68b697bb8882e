"""The demo: every model of it is made and proven, and one table and one picture show all."""

import shlex
from dataclasses import replace

import pytest
from PIL import Image

from keraszoo.cli import main
from keraszoo.commands import demo
from keraszoo.presets import PRESETS


@pytest.mark.filterwarnings("ignore:tiny-hasher takes pictures")  # a committed model of 8x8 images is given larger ones
def test_two_models_one_of_them_committed(tmp_path, capsys, monkeypatch):
    coder, hasher = PRESETS["autoencoder-digits"], PRESETS["hasher-digits"]
    short = {"epochs": 1, "batch_size": 512}
    presets = {
        "tiny-coder": replace(coder, builder={"code_size": 3}, training={"epochs": 1}, score=("ssim", "at least", 2.0)),
        "tiny-hasher": replace(hasher, builder={"bits": 8}, training={**short, "neighbour_stages": 0}),
    }
    for name, preset in presets.items():
        monkeypatch.setitem(PRESETS, name, preset)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "DEMO", tuple(presets))
    monkeypatch.setattr(demo, "COMMITTED", ("tiny-hasher", "autoencoder-mnist"))
    monkeypatch.setattr(demo, "EVALUATED_WITH", {})
    monkeypatch.setattr(demo, "TIMED_RUNS", 1)
    next_commands = [tuple(part.replace("hasher-digits", "tiny-hasher") for part in row) for row in demo.NEXT[1:]]
    monkeypatch.setattr(demo, "NEXT", next_commands)
    monkeypatch.setattr(demo, "FORMATS", ("float32",))

    assert main(["demo", "--output", "saved_models"]) == 0
    printed = capsys.readouterr().out
    steps = [line for line in printed.splitlines() if "/9  " in line]
    assert [line[:3] for line in steps] == [f"{number}/9" for number in range(1, 10)]
    assert ["tiny-coder" in steps[0], "tiny-hasher" in steps[4]] == [True, True]
    assert "asked at least 2: not reached" in printed
    tried, end = printed[printed.index("9/9  ") :].split("images/s")
    assert "tiny-hasher: nearest by 8 bits, " in tried
    assert "Not here: autoencoder-mnist; " in tried
    rows = [line.split()[:2] for line in end.splitlines() if line.startswith(tuple(presets))]
    assert rows == [[name, kind] for name in presets for kind in ("float32", "saved_model")]
    with Image.open(tmp_path / "saved_models" / "contact_sheet.png") as sheet:
        assert sheet.width == pytest.approx(1600, abs=2)
    for command in end[end.index("Next:") :].splitlines()[1:]:
        assert main(shlex.split(command)[1:]) == 0
    assert (tmp_path / "saved_models" / "found.png").exists()


def test_a_committed_model_that_cannot_be_opened_is_left_out(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "COMMITTED", ("hasher-mnist",))
    (tmp_path / "saved_models" / "hasher-mnist").mkdir(parents=True)
    (tmp_path / "saved_models" / "hasher-mnist" / "report.json").write_text("{}")
    assert demo._committed() == {}
    assert capsys.readouterr().out.startswith("     hasher-mnist is left out: saved_models/hasher-mnist/report.json: ")


def test_what_to_try_next_is_of_the_models_of_the_demo():
    models = {command[command.index("--model") + 1] for command in demo.NEXT}
    assert models <= {f"{{}}/{name}" for name in demo.DEMO}


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["demo", "--output", str(tmp_path / "file")]) == 2
    assert "a file is where a folder should be" in capsys.readouterr().err
