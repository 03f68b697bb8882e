"""The command line: the whole chain on the digits, and one line for whatever goes wrong."""

import errno
import json
import os
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from keraszoo import runs
from keraszoo.cli import main

TRAIN = ("train", "autoencoder-digits", "--quiet", "--epochs", "2", "--code-size", "4", "--hidden-units", "16")
NAME = "autoencoder-digits"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """The output folder after training, evaluation and export, and what was printed by each and by the benchmark."""
    output = str(tmp_path_factory.mktemp("models"))
    commands = [
        TRAIN,
        ("evaluate", NAME, "--code-sizes", "2"),
        ("export", NAME, "--formats", "float32"),
        ("benchmark", NAME, "--runs", "3"),
    ]
    printed = {}
    with pytest.MonkeyPatch.context() as patch:
        for command in commands:
            lines = []
            patch.setattr("builtins.print", lambda *values, lines=lines, **_: lines.append(" ".join(map(str, values))))
            assert main([*command, "--output", output]) == 0, lines
            printed[command[0]] = "\n".join(lines)
    return output, printed


@pytest.fixture
def broken(tmp_path, chain):
    """An output folder whose model may be spoilt, and the path of its model file."""
    output, _ = chain
    folder = tmp_path / "models" / NAME
    folder.mkdir(parents=True)
    for name in ("training.json", "model.keras"):
        shutil.copy(os.path.join(output, NAME, name), folder / name)
    return folder.parent, folder / "model.keras"


@pytest.fixture
def refused(capfd):
    """Run a command that must fail: exit code 2, and one line that is returned; nothing else is printed."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        printed, said = capfd.readouterr()
        assert code == 2
        assert printed == ""
        assert said.count("\n") == 1, said
        assert said.startswith("keraszoo: error: ")
        return said

    return run


def test_train(chain):
    output, printed = chain
    folder = os.path.join(output, NAME)
    assert f"trained: {folder}" in printed["train"]
    assert f"keraszoo evaluate {folder}; keraszoo export {folder}" in printed["train"]
    settings, record, model = runs.open_run(Path(folder))
    assert settings.builder["code_size"] == model.get_layer("encoder").output_shape[1] == 4
    assert record["epochs"] == 2
    assert os.listdir(output) == [NAME]


def test_evaluate(chain):
    output, printed = chain
    with open(os.path.join(output, NAME, "evaluation.json")) as file:
        result = json.load(file)
    assert (result["data"], result["code_size"]) == ("digits", 4)
    for row in ("measures", "pca"):
        assert {"squared_error", "mse", "psnr", "ssim"} <= set(result[row])
        assert f"{result[row]['squared_error']:.4f}" in printed["evaluate"]
    assert "score" not in result, "its settings are not the preset's"
    pictures = os.listdir(os.path.join(output, NAME, "pictures"))
    assert {"reconstructions.png", "learning_curves.png", "walks.png", "error_against_code_size.png"} <= set(pictures)


def test_export(chain):
    output, printed = chain
    with open(os.path.join(output, NAME, "report.json")) as file:
        report = json.load(file)
    files = {row["path"] for row in report["files"]}
    assert files == {"saved_model/1", "tflite/float32.tflite"}
    for path in [*files, "README.md"]:
        assert os.path.exists(os.path.join(output, NAME, path))
    with open(os.path.join(output, NAME, "README.md")) as file:
        assert f"{report['details']['model_sha256']}  model.keras" in file.read()
    of_files = {"reconstruct_from_bytes", "encode_from_bytes"}
    assert {row["signature"] for row in report["agreement"]} == {"reconstruct", "encode", "decode", *of_files}
    assert all(word in printed["export"] for word in ("float32", "litert", "saved_model", "serving"))


def test_benchmark(chain):
    _, printed = chain
    table = printed["benchmark"]
    assert all(word in table for word in ("format", "bytes", "ms per image", "images per second", "keras", "float32"))


def test_a_folder_of_pictures(tmp_path, capfd):
    for number in range(20):
        pixels = np.random.default_rng(number).integers(0, 256, (5, 4, 3), dtype=np.uint8)
        (tmp_path / "birds").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "birds" / f"{number}.png")
    (tmp_path / "birds" / "broken.png").write_bytes(b"no picture")
    command = ["train", "autoencoder", "--data", str(tmp_path / "birds"), "--output", str(tmp_path), "--quiet"]
    command += ["--epochs", "1", "--code-size", "2", "--hidden-units", "4", "--image-size", "4x6", "--no-evaluate"]

    assert main(command) == 2
    assert "broken.png" in capfd.readouterr().err
    assert main([*command, "--skip-broken", "--name", "my-birds"]) == 0
    settings, _, model = runs.open_run(tmp_path / "my-birds")
    assert (settings.image_size, settings.skip_broken) == ([4, 6], True)
    assert model.input_shape == (None, 4, 6, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trian"], ["unknown command 'trian'", "Did you mean 'train'?", "list, train, evaluate"]),
        (["classify", "1.png", "--model", "x", "2.png"], ["unknown argument '2.png'. Give all PICTURES together"]),
        (["--versoin"], ["unknown argument '--versoin'", "Did you mean '--version'?", "`keraszoo --help`"]),
        (["train"], ["required: NAME", "`keraszoo train --help`"]),
        (["train", "autoencoder-digit"], ["'autoencoder-digit'", "Did you mean 'autoencoder-digits'?", "list"]),
        (["train", "autoencodr"], ["preset or a family", "Did you mean 'autoencoder'?"]),
        (["train", NAME, "--epoch=2"], ["unknown argument '--epoch=2'", "Did you mean '--epochs'?"]),
        (["train", NAME, "--epochs", "many"], ["--epochs", "'many'"]),
        (["train", NAME, "--hidden-units", "a,b"], ["whole numbers with commas, such as 128,64", "'a,b'"]),
        (["train", NAME, "--image-size", "8y8"], ["HEIGHTxWIDTH", "'8y8'"]),
        (["train", NAME, "--bits", "8"], ["--bits is not an option of autoencoder", "--code-size, --architecture"]),
        (["train", NAME, "--epochs", "0"], ["epochs must be a positive integer; received 0"]),
        (["train", NAME, "--code-size", "0"], ["code_size must be an integer from 1 to 64", "received 0"]),
        (["train", NAME, "--code-size", "65"], ["code_size must be an integer from 1 to 64", "received 65"]),
        (["train", NAME, "--learning-rate", "nan"], ["learning_rate must be a finite number", "received nan"]),
        (["train", NAME, "--optimizer", "moun"], ["one of adam, muon", "Did you mean 'muon'?"]),
        (["train", NAME, "--architecture", "deeep"], ["architecture must be one of dense", "received 'deeep'"]),
        (["train", NAME, "--filters", "8"], ["'dense' has no filters", "choose the architecture convolutional"]),
        (["train", NAME, "--batch-size", "0"], ["batch_size must be a positive integer; received 0"]),
        (["train", NAME, "--warp-strength", "-1"], ["strength must be 0 or more", "received -1"]),
        (["train", NAME, "--seed", "-1"], ["seed of 0 or more", "received -1"]),
        (["train", NAME, "--name", "a/b"], ["a name that a folder can have", "received 'a/b'"]),
        (["train", NAME, "--data", "digts"], ["received 'digts'", "Did you mean 'digits'"]),
        (["train", NAME, "--data", "./nowhere"], ["nowhere"]),
        (["evaluate", "autoencoder"], ["expected a trained model", "none yet", "'autoencoder'", "keraszoo train"]),
        (["export", NAME], ["expected a trained model", f"Train it first: `keraszoo train {NAME}`"]),
    ],
    ids=lambda value: " ".join(value[:4]) if value[0] in ("train", "evaluate", "export") else None,
)
def test_bad_input_is_one_line(refused, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    said = refused(*arguments)
    assert all(word in said for word in words), said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["evaluate", "export", "benchmark"])
def test_a_model_that_is_not_there_is_told_the_nearest(refused, chain, command):
    said = refused(command, "autoencoder-digit", "--output", chain[0])
    assert f"({NAME}), received 'autoencoder-digit'. Did you mean '{NAME}'?" in said


def test_a_model_that_is_not_exported_cannot_be_timed(refused, broken):
    assert "found no report.json; run `keraszoo export" in refused("benchmark", NAME, "--output", broken[0])


@pytest.fixture
def exported(tmp_path, chain):
    return shutil.copytree(chain[0], tmp_path / "models") / NAME


def test_what_was_changed_after_its_report_is_not_timed(refused, exported):
    with (exported / "tflite" / "float32.tflite").open("ab") as file:
        file.write(b"more")
    assert "tflite/float32.tflite was changed; export it again" in refused("benchmark", str(exported))


def test_files_of_an_earlier_model_are_not_timed(refused, exported):
    report = json.loads((exported / "report.json").read_text())
    report["details"]["model_sha256"] = "of another model"
    (exported / "report.json").write_text(json.dumps(report))
    said = refused("benchmark", str(exported))
    assert f"are of an earlier model; run `keraszoo export {exported}` again" in said


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_broken_report(refused, exported, text):
    (exported / "report.json").write_text(text)
    assert f"error: {exported}/report.json: " in refused("benchmark", str(exported))


def test_unknown_format(refused, chain):
    said = refused("export", NAME, "--output", chain[0], "--formats", "float23")
    assert "float32, float16, dynamic, int8" in said
    assert "float23" in said


def test_an_empty_folder(refused, tmp_path):
    (tmp_path / "pictures").mkdir()
    said = refused("train", "autoencoder", "--data", tmp_path / "pictures", "--output", tmp_path / "models")
    assert "expected pictures in" in said
    assert "found none; add some" in said


def test_a_file_where_the_output_folder_should_be(refused, tmp_path):
    (tmp_path / "file").write_text("mine")
    said = refused(*TRAIN, "--output", tmp_path / "file")
    assert "a file is where a folder should be: choose another folder" in said
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_output_folder(refused, tmp_path):
    (tmp_path / "models").mkdir(mode=0o500)
    assert "and a folder that you may write to" in refused(*TRAIN, "--output", tmp_path / "models")


def test_a_full_disk(refused, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    said = refused(*TRAIN, "--output", tmp_path / "models")
    assert "No space left on device; free some space, then give the same command again" in said


def truncate(path):
    path.write_bytes(path.read_bytes()[:-200])


def carry_code(path):
    keras.Sequential([keras.Input((8, 8, 1)), layers.Lambda(lambda x: x, output_shape=(8, 8, 1))]).save(path)


def lack_signatures(path):
    keras.Sequential([keras.Input((8, 8, 1)), layers.Dense(1)]).save(path)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (truncate, "is truncated or something else; train the model again"),
        (carry_code, "a model file must not run code"),
        (lack_signatures, "lacks scaling, encoder, decoder"),
        (os.unlink, "found none at"),
    ],
)
def test_a_model_file_that_cannot_be_used(refused, broken, spoil, words):
    output, path = broken
    spoil(path)
    for command in ("evaluate", "export"):
        assert words in refused(command, NAME, "--output", output)


def test_data_of_another_shape(refused, chain, tmp_path):
    for number in range(4):
        Image.fromarray(np.full((5, 4), number, np.uint8)).save(tmp_path / f"{number}.png")
    said = refused("evaluate", NAME, "--output", chain[0], "--data", tmp_path)
    assert "reads images of shape (8, 8, 1)" in said
    assert "(5, 4, 1): choose data of that shape" in said


def test_debug_shows_the_traceback(capsys):
    assert main(["train", "autoencodr", "--debug"]) == 2
    said = capsys.readouterr().err
    assert "Traceback (most recent call last)" in said
    assert said.splitlines()[-1].startswith("keraszoo: error: expected a preset or a family")


def test_an_error_that_nobody_foresaw_is_one_line_too(refused, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr(runs, "settings_for", fail)
    assert refused(*TRAIN).endswith("RuntimeError: first line second line (--debug shows where)\n")


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_ctrl_c(capsys, monkeypatch, chain, command):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, command, interrupt)
    assert main([command, NAME, "--output", chain[0]]) == 130
    resumed = "; the same command goes on from the last whole epoch" if command == "train" else ""
    assert capsys.readouterr().err == f"keraszoo: stopped{resumed}\n"
