"""`make verify`: its table, its results and its exit code."""

import importlib
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from keraszoo.presets import PRESETS, Preset
from keraszoo.settings import Settings

CODER = Preset("tiny", "autoencoder", "digits", {}, {}, minutes=1, score=("squared_error", "at most", 1e9))
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def zoo(run_folder, tmp_path, monkeypatch):
    """The benchmark, in a working directory with the preset ``coder`` trained, and results of its own."""
    shutil.copytree(run_folder("coder"), tmp_path / "saved_models" / "coder")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setattr(importlib.import_module("results"), "RESULTS", tmp_path / "benchmarks" / "results")
    monkeypatch.setitem(PRESETS, "coder", CODER)
    return importlib.import_module("zoo")


def written(folder):
    return json.loads((folder / "benchmarks" / "results" / "zoo.json").read_text())


def test_a_model_that_reaches_its_score(zoo, tmp_path, capsys):
    assert zoo.main(["coder"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ["model", "runtime", "score", "asked", "loss"]
    assert [row.split()[:3] for row in rows] == [
        ["coder", runtime, "squared_error"] for runtime in ("keras", "saved_model", "tflite_float32", "tflite_int8")
    ]
    assert all(row.endswith("reached") for row in rows)
    assert rows[-1].split()[-2].endswith("%")

    model = written(tmp_path)["models"]["coder"]
    assert {key: model[key] for key in ("family", "data", "measure", "bound", "asked", "reached")} == {
        "family": "autoencoder",
        "data": "digits",
        "measure": "squared_error",
        "bound": "at most",
        "asked": 1e9,
        "reached": True,
    }
    folder = tmp_path / "saved_models" / "coder"
    assert model["bytes"] == {
        name: (folder / name).stat().st_size for name in ("model.keras", "tflite/float32.tflite", "tflite/int8.tflite")
    }
    assert list(model["scores"]) == ["keras", "saved_model", "tflite_float32", "tflite_int8"]


def test_one_that_does_not(zoo, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(PRESETS, "coder", replace(CODER, score=("psnr", "at least", 99.0)))
    assert zoo.main(["coder"]) == 1
    shown = capsys.readouterr()
    assert shown.out.count("NOT REACHED") == 4
    assert "coder (keras), coder (saved_model), coder (tflite_float32), coder (tflite_int8)" in shown.err
    assert written(tmp_path)["models"]["coder"]["reached"] is False


def test_one_that_cannot_be_measured_hides_no_other(zoo, tmp_path, monkeypatch, capsys):
    shutil.copytree("saved_models/coder", "saved_models/broken")
    Path("saved_models/broken/training.json").unlink()
    monkeypatch.setitem(PRESETS, "broken", CODER)
    assert zoo.main(["broken", "coder"]) == 1
    assert "training.json, found none" in capsys.readouterr().out
    models = written(tmp_path)["models"]
    assert (models["broken"]["reached"], models["coder"]["reached"]) == (False, True)


def test_all_models_but_those_of_no_preset(zoo, tmp_path, monkeypatch, capsys):
    for name in ("own", ".coder-0123.training"):
        shutil.copytree("saved_models/coder", f"saved_models/{name}")
    monkeypatch.setattr(zoo, "committed_bytes", lambda: 7)
    assert zoo.main([]) == 0
    shown = capsys.readouterr().out
    assert "own" in shown
    assert "no preset" in shown
    assert ".coder" not in shown
    assert "no cold start: none of classifier-mnist" in shown
    results = written(tmp_path)
    assert list(results["models"]) == ["coder"]
    assert results["committed_bytes"] == 7


def test_a_saved_model_that_did_not_come_is_made_elsewhere_and_measured(zoo, tmp_path, capsys):
    folder = tmp_path / "saved_models" / "coder"
    shutil.rmtree(folder / "saved_model")
    before = sorted(folder.rglob("*"))
    assert zoo.main(["coder"]) == 0
    assert "not made" not in capsys.readouterr().out
    scores = written(tmp_path)["models"]["coder"]["scores"]
    assert scores["saved_model"] == pytest.approx(scores["keras"], rel=1e-6)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(("seconds", "code"), [(0.5, 0), (0.51, 1)])
def test_a_slow_cold_start_fails(zoo, monkeypatch, capsys, seconds, code):
    for name, found in (
        ("verify_model", []),
        ("committed_bytes", 7),
        ("cold_start", {"import_numpy_seconds": 0.1, "cold_start_seconds": seconds}),
    ):
        monkeypatch.setattr(zoo, name, lambda *_, found=found: found)
    assert zoo.main([]) == code
    said = "a cold start took 0.51 s, expected at most 0.5 s; importing NumPy alone took 0.1 s\n"
    assert capsys.readouterr().err == (said if code else "")


def test_a_killed_run_keeps_what_was_measured_and_no_verdict(zoo, tmp_path, monkeypatch):
    assert zoo.main(["coder"]) == 0
    verify = zoo.verify

    def killed(*arguments):
        yield next(verify(*arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr(zoo, "verify", killed)
    with pytest.raises(KeyboardInterrupt):
        zoo.main(["coder"])
    model = written(tmp_path)["models"]["coder"]
    assert list(model["scores"]) == ["keras"]
    assert "reached" not in model


def test_models_that_are_gone_leave_the_results(zoo, tmp_path):
    zoo.write_results("zoo", {"models": {"gone": {}}, "committed_bytes": 7})
    zoo.write_model("coder", {"reached": True})
    results = written(tmp_path)
    assert (results["models"], results["committed_bytes"]) == ({"coder": {"reached": True}}, 7)


def test_what_cannot_be_started_is_one_line(zoo, monkeypatch, capsys):
    assert zoo.main(["codr"]) == 2
    assert capsys.readouterr().err == (
        "error: expected a trained model in saved_models, received 'codr'. Did you mean 'coder'?\n"
    )

    def missing(_):
        raise ConnectionError("'digits' is not in ~/tensorflow_datasets; set TFDS_DATA_DIR")

    monkeypatch.setattr(Settings, "load_data", missing)
    assert zoo.main(["coder"]) == 2
    assert capsys.readouterr().err.endswith("set TFDS_DATA_DIR\n")
    shutil.rmtree("saved_models")
    assert zoo.main([]) == 2
    assert "found none; `keraszoo train NAME` makes one" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_bytes_that_git_tracks(zoo, tmp_path):
    (tmp_path / "saved_models" / "coder" / "notes in 한글.txt").write_text("12345")
    subprocess.run(["git", "init", "--quiet"], check=True)
    assert zoo.committed_bytes() == 0
    subprocess.run(["git", "add", "saved_models/coder/notes in 한글.txt", "saved_models/coder/model.keras"], check=True)
    assert zoo.committed_bytes() == 5 + (tmp_path / "saved_models" / "coder" / "model.keras").stat().st_size


def test_processes_are_timed_in_turns(zoo, tmp_path):
    log = tmp_path / "log"
    commands = {
        name: ["-c", f"import time; open({str(log)!r}, 'a').write({name!r}); time.sleep({seconds})"]
        for name, seconds in (("a", 0), ("b", 0.5))
    }
    seconds = zoo.median_process_seconds(commands, 3)
    assert log.read_text() == "ababab"
    assert seconds["b"] > 0.5
    with pytest.raises(ValueError, match=r"expected python -c .* to succeed, received: .*no such thing"):
        zoo.median_process_seconds({"c": ["-c", "import sys; sys.exit('no such thing')"]}, 3)
