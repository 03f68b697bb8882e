"""``keraszoo denoise``: which model may be used, and what it is given."""

import json
import shutil
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.cli import main
from keraszoo.families import FAMILIES, Row
from keraszoo.models import autoencoder_signatures


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The output folder of one tiny autoencoder, which is not one that denoises."""
    output = tmp_path_factory.mktemp("models")
    settings = runs.settings_for("autoencoder", name="tiny", builder={"code_size": 2}, training={"epochs": 1})
    runs.train(settings, output, verbose=0)
    return output


@pytest.fixture
def output(trained, tmp_path, monkeypatch):
    """Beside ``tiny`` a model ``cleaner``, of a family whose signature ``denoise`` turns everything grey."""

    def signatures(model):
        image = keras.Input(model.input_shape[1:], name="image")
        return {"denoise": keras.Model(image, {"reconstruction": keras.ops.zeros_like(image) + 0.2})}

    monkeypatch.setitem(FAMILIES, "cleaner", Row("made up"))
    monkeypatch.setitem(sys.modules, "keraszoo.families.cleaner", SimpleNamespace(signatures=signatures))
    shutil.copytree(trained, tmp_path / "models")
    shutil.copytree(trained / "tiny", tmp_path / "models" / "cleaner")
    path = tmp_path / "models" / "cleaner" / "training.json"
    record = json.loads(path.read_text())
    record["settings"]["family"] = "cleaner"
    path.write_text(json.dumps(record))
    return tmp_path / "models"


def test_a_picture_is_cleaned(output, tmp_path, capsys):
    Image.fromarray(np.full((8, 8), 200, np.uint8)).save(tmp_path / "noisy.png")
    command = ["denoise", tmp_path / "noisy.png", tmp_path / "clean.png", "--model", "cleaner", "--output", output]
    assert main([str(word) for word in command]) == 0
    assert np.all(np.asarray(Image.open(tmp_path / "clean.png")) == 51)
    assert f"pictures cleaned: 1, in {tmp_path / 'clean.png'}" in capsys.readouterr().out


def test_a_model_that_cannot_denoise(output, tmp_path, capsys):
    command = ["denoise", "noisy.png", tmp_path / "clean.png", "--model", "tiny", "--output", output]
    assert main([str(word) for word in command]) == 2
    said = capsys.readouterr().err
    assert "the signature 'denoise', received tiny, which has reconstruct, encode, decode" in said
    assert "of the models beside it these have: cleaner" in said
    assert not (tmp_path / "clean.png").exists()


def test_no_model_is_named(capsys):
    assert main(["denoise", "noisy.png", "clean.png"]) == 2
    assert "required: --model" in capsys.readouterr().err


def test_an_option_of_another_familys_model(trained, monkeypatch, capsys):
    """What a family's ``build`` and ``train`` take is all that it needs to have options."""

    def build(image_shape, bits=8):
        raise ValueError(f"{bits} bits of {image_shape}")

    def train(model, dataset, folder, *, seed, verbose, epochs=1):
        """Never reached."""

    module = SimpleNamespace(build=build, train=train, signatures=autoencoder_signatures)
    monkeypatch.setitem(FAMILIES, "puzzler", Row("made up"))
    monkeypatch.setitem(sys.modules, "keraszoo.families.puzzler", module)
    command = ["train", "puzzler", "--output", str(trained)]
    assert main([*command, "--code-size", "4"]) == 2
    assert "--code-size is not an option of puzzler, which has --bits, --epochs\n" in capsys.readouterr().err
    assert main([*command, "--bits", "16"]) == 2
    assert "16 bits of (8, 8, 1)" in capsys.readouterr().err
