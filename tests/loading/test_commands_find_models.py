"""Which models the commands find, which runtime they take, and what they refuse; `keraszoo list` shows the models."""

import inspect
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from keraszoo.cli import main
from keraszoo.commands import read
from keraszoo.families import family
from keraszoo.loading import folders


@pytest.fixture
def here(run_folder, tmp_path, monkeypatch):
    """A working directory with a picture and the model ``coder``; ``classifier`` and ``reader`` are installed."""
    shutil.copytree(run_folder("coder"), tmp_path / "saved_models" / "coder")
    for name in ("classifier", "reader"):
        shutil.copytree(run_folder(name), tmp_path / "installed" / name)
        (tmp_path / "installed" / name / "training.json").unlink()  # its report has it
    Image.fromarray(np.full((8, 8), 60, np.uint8)).save(tmp_path / "1.png")
    monkeypatch.setattr(folders, "INSTALLED", tmp_path / "installed")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(here, capfd):
    """Give a command that must fail: the one line that it says is returned."""

    def run_line(line):
        capfd.readouterr()
        assert main(line.split()) == 2
        printed, said = capfd.readouterr()
        assert printed == ""
        assert said.count("\n") == 1, said
        return said

    return run_line


def test_an_installed_model_is_found_by_its_name(here, capfd):
    assert main(["classify", "1.png", "--model", "classifier"]) == 0
    installed = capfd.readouterr().out
    assert installed.startswith("1.png  ")
    (here / "models").mkdir()
    (here / "installed" / "classifier").rename(here / "models" / "classifier")
    assert main(["classify", "1.png", "--model", "classifier", "--output", "models"]) == 0
    assert capfd.readouterr().out == installed


def test_the_only_reader_may_be_an_installed_one(here, capfd, caplog):
    assert main(["read", "1.png", "--language", "ko"]) == 0
    assert capfd.readouterr().out.startswith("1.png  ")
    assert caplog.messages == ["Read by reader"]


def test_a_reader_in_the_working_directory_comes_before_installed_ones(here, caplog):
    shutil.copytree(here / "installed" / "reader", here / "saved_models" / "mine")
    assert main(["read", "1.png"]) == 0
    assert caplog.messages == ["Read by mine"]


def test_a_reader_that_names_no_language_reads_that_of_its_family():
    default = inspect.signature(family("reader").build).parameters["language"].default
    assert default == read.DEFAULT_LANGUAGE


@pytest.mark.parametrize("runtime", ["auto", "keras"])
def test_a_model_without_the_verb_is_refused_and_others_named(refused, runtime):
    said = refused(f"classify 1.png --model coder --runtime {runtime}")
    assert "the signature 'classify', received coder, which has reconstruct, encode, decode; " in said
    assert said.endswith("of the models beside it these have: classifier\n")
    assert "these have: none; train one (`keraszoo list`)" in refused(
        f"denoise 1.png 2.png --model coder --runtime {runtime}"
    )


def test_a_model_that_was_not_exported_has_keras_only(here, refused, capfd):
    folder = here / "installed" / "classifier"
    shutil.copytree(folder, here / "saved_models" / "mine")
    settings = json.loads((folder / "report.json").read_text())["details"]["training"]
    (here / "saved_models" / "mine" / "training.json").write_text(json.dumps(settings))
    for name in ("report.json", "tflite", "saved_model"):
        path = here / "saved_models" / "mine" / name
        path.unlink() if path.is_file() else shutil.rmtree(path)
    assert "the model was not exported; run `keraszoo export saved_models/mine`" in refused(
        "classify 1.png --model mine --runtime tflite"
    )
    assert main(["classify", "1.png", "--model", "mine"]) == 0
    by_keras = capfd.readouterr().out
    assert main(["classify", "1.png", "--model", "classifier"]) == 0
    assert by_keras == capfd.readouterr().out
    # It is opened to know what it can do, as the error of another one says.
    assert "these have: mine, classifier" in refused("classify 1.png --model coder --runtime keras")


@pytest.mark.parametrize(
    ("file", "runtime", "said"),
    [
        ("tflite/float32.tflite", "auto", "tflite/float32.tflite was changed; export it again"),
        ("tflite/class_names.txt", "tflite", "tflite/class_names.txt was changed; export it again"),
        ("model.keras", "auto", "trained again; run `keraszoo export "),
        ("model.keras", "keras", "trained again; run `keraszoo export "),
    ],
)
def test_a_changed_file(here, refused, file, runtime, said):
    path = here / "installed" / "classifier" / file
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert said in refused(f"classify 1.png --model classifier --runtime {runtime}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("classify 1.png --model classifer", "(coder, classifier, reader), or a model's folder; received 'classifer'."),
        ("classify 1.png --model classifer", "Did you mean 'classifier'?"),
        (
            "denoise 1.png 2.png --model denoiser-mnist",
            "Train it first, then export it: `keraszoo train denoiser-mnist;",
        ),
        ("classify 1.png --model classifier --runtime tflit", "received 'tflit'. Did you mean 'tflite'?"),
        ("index a.index --stats --runtime keras", "--stats only describes an index: leave out --runtime"),
    ],
)
def test_what_goes_wrong_is_one_line(refused, line, said):
    assert said in refused(line)


def test_the_list_shows_what_is_there(here, capfd):
    (here / "installed" / "reader" / "report.json").write_text("{}")
    (here / "saved_models" / "coder" / "report.json").unlink()
    assert main(["list", "--json"]) == 0
    models = {row["name"]: row for row in json.loads(capfd.readouterr().out)["models"]}
    assert list(models) == ["coder", "classifier", "reader"]
    assert models["classifier"]["verbs"] == ["reconstruct", "encode", "classify"]
    assert models["classifier"]["runtimes"] == ["keras", "saved_model", "tflite"]
    assert (models["coder"]["verbs"], models["coder"]["runtimes"]) == ([], ["keras"])
    assert "report.json" in models["reader"]["problem"]
    assert main(["list"]) == 0
    printed = capfd.readouterr().out
    there, installed = printed.split("trained models in saved_models:")[1].split("models installed with keraszoo:")
    assert "not exported; in keras" in there
    assert "reconstruct, encode, classify; in keras, saved_model, tflite" in installed
    with (here / "installed" / "classifier" / "model.keras").open("ab") as file:
        file.write(b"trained anew")
    assert main(["list"]) == 0
    assert "is not the one that report.json is of: it was changed or trained again" in capfd.readouterr().out
    assert main(["list", "--output", "nowhere"]) == 0
    assert "trained models in nowhere: none" in capfd.readouterr().out
