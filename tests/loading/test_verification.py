"""A trained model is held to its preset's score in every runtime that is there."""

import json
import shutil

import pytest

from export.errors import RuntimeMissingError
from export.runtimes import session
from keraszoo.presets import Preset
from keraszoo.verification import verify

NOISE = 0.5


@pytest.fixture
def run(run_folder, tmp_path):
    """A run of an autoencoder, exported to float32 and int8, of which every file may be changed."""
    return shutil.copytree(run_folder("coder"), tmp_path / "coder")


def preset(family="autoencoder", data="digits", score=("squared_error", "at most", 1e9)):
    return Preset("tiny", family, data, {}, {}, minutes=1, score=score)


def verdicts(run, **changes):
    return {verdict.runtime: verdict for verdict in verify(run, preset(**changes))}


def test_every_runtime_and_file_is_measured(run):
    found = verdicts(run)
    assert list(found) == ["keras", "saved_model", "tflite_float32", "tflite_int8"]
    assert all(verdict.reached is True and verdict.reason == "" for verdict in found.values())
    expected = found["keras"].score
    assert found["saved_model"].score == pytest.approx(expected, rel=1e-6)
    assert found["tflite_float32"].score == pytest.approx(expected, rel=1e-6)
    assert found["tflite_int8"].score != pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("measure", "bound", "sign"), [("mse", "at most", 1), ("psnr", "at least", -1)])
def test_the_loss_is_relative_and_positive_where_a_file_is_worse(run, measure, bound, sign):
    found = verdicts(run, score=(measure, bound, 1.0))
    keras, quantized = found["keras"], found["tflite_int8"]
    assert keras.loss is None
    assert quantized.loss == pytest.approx(sign * (quantized.score - keras.score) / keras.score)


def test_what_is_below_is_not_reached(run):
    found = verdicts(run, score=("psnr", "at least", 99.0))
    assert [verdict.reached for verdict in found.values()] == [False] * 4
    between = (found["keras"].score + found["tflite_int8"].score) / 2
    bound = "at least" if found["keras"].score > between else "at most"
    found = verdicts(run, score=("psnr", bound, between))
    assert (found["keras"].reached, found["tflite_int8"].reached) == (True, False)


def test_what_is_not_made_is_said_and_held_against_nobody(run):
    shutil.rmtree(run / "saved_model")
    shutil.rmtree(run / "tflite")
    found = verdicts(run)
    assert found["keras"].reached
    for runtime in ("saved_model", "tflite"):
        assert found[runtime].reason == "not made: keraszoo export coder"
        assert (found[runtime].score, found[runtime].reached) == (None, None)


def test_a_changed_file_falls_short_and_the_others_are_measured(run):
    path = run / "tflite" / "int8.tflite"
    path.write_bytes(path.read_bytes() + b"0")
    found = verdicts(run)
    assert (found["tflite_int8"].score, found["tflite_int8"].reached) == (None, False)
    assert "int8.tflite was changed" in found["tflite_int8"].reason
    assert found["tflite_float32"].reached


def test_a_runtime_that_is_not_installed_is_said(run, monkeypatch):
    def missing():
        raise RuntimeMissingError("pip install tensorflow")

    monkeypatch.setattr(session, "library", missing)
    found = verdicts(run)
    assert (found["saved_model"].reached, found["saved_model"].reason) == (None, "pip install tensorflow")
    assert found["tflite_float32"].reached


@pytest.mark.parametrize("changes", [{"family": "reader"}, {"data": "mnist"}])
def test_a_model_that_is_not_the_presets(run, changes):
    with pytest.raises(ValueError, match=r"coder to be a .*, received a autoencoder of digits; train it again"):
        verdicts(run, **changes)


def test_a_folder_without_its_settings(run):
    (run / "training.json").unlink()
    with pytest.raises(ValueError, match=r"training\.json, found none; `keraszoo train coder` writes it"):
        verdicts(run)


def evaluation(data, filter_psnr):
    row = {"noise": NOISE, "best_filter": "median", "filters": {"median": {"psnr": filter_psnr}}}
    return {"data": data, "curve": [{"noise": 0.1}, row]}


def test_a_gain_is_over_the_filter_that_the_evaluation_found(run_folder, tmp_path):
    run = shutil.copytree(run_folder("cleaner"), tmp_path / "cleaner")
    of_family = {"family": "denoising_autoencoder"}
    gain, psnr = {"score": ("gain_db", "at least", 0.0)}, {"score": ("psnr", "at least", 0.0)}
    with pytest.raises(ValueError, match=r"found none; run `keraszoo evaluate cleaner`"):
        verdicts(run, **of_family, **gain)
    (run / "evaluation.json").write_text(json.dumps(evaluation("mnist", 7.0)))
    with pytest.raises(ValueError, match=r"cleaner on digits, found one on mnist; run `keraszoo evaluate cleaner`"):
        verdicts(run, **of_family, **gain)
    (run / "evaluation.json").write_text(json.dumps(evaluation("digits", 7.0)))
    for runtime, verdict in verdicts(run, **of_family, **gain).items():
        assert verdict.score == pytest.approx(verdicts(run, **of_family, **psnr)[runtime].score - 7)

    (run / "evaluation.json").unlink()
    report = json.loads((run / "report.json").read_text())
    report["details"]["evaluation"] = evaluation("digits", 100.0)
    (run / "report.json").write_text(json.dumps(report))
    assert not any(verdict.reached for verdict in verdicts(run, **of_family, **gain).values())
