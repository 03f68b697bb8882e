"""A folder of ordinary pictures, from `keraszoo train` to cleaned and classified ones."""

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.cli import main
from keraszoo.families import full_name
from keraszoo.settings import choosing, folder_defaults


def noise(seed, shape):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Large pictures of all modes and sizes, some in a sub-folder, one on its side, and a text among them."""
    folder = tmp_path_factory.mktemp("data") / "photos"
    (folder / "2024").mkdir(parents=True)
    for number in range(6):
        Image.fromarray(noise(number, (60 + number, 90, 3))).save(folder / f"{number}.png")
    Image.fromarray(noise(6, (70, 80))).save(folder / "2024" / "grey.jpg")
    Image.fromarray(noise(7, (70, 80, 4))).save(folder / "2024" / "transparent.webp")
    Image.fromarray(noise(8, (70, 80, 3))).convert("P").save(folder / "2024" / "palette.gif")
    Image.fromarray(noise(9, (70, 80)).astype(np.uint16) * 257).save(folder / "2024" / "deep.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(noise(10, (70, 80, 3))).save(folder / "turned.jpg", exif=turned)
    (folder / "notes.txt").write_text("where they were taken")
    return folder


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """Dark and light pictures of 7x8, fifteen each, in folders of those names."""
    folder = tmp_path_factory.mktemp("data") / "shapes"
    for number in range(30):
        path = folder / ("light" if number % 2 else "dark") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise(number, (7, 8)) // 4 + 190 * (number % 2)).save(path)
    return folder


def command(*words):
    assert main([str(word) for word in words]) == 0


def test_large_pictures_become_a_denoiser_that_cleans_them(photos, tmp_path, caplog):
    output = ("--output", tmp_path / "models")
    short = ("--epochs", 1, "--image-size", "8x8", "--patches", 5, "--filters", 2, "--quiet", "--no-evaluate")
    command("train", "denoiser", "--data", photos, *short, *output)
    said = caplog.text
    assert "11 pictures in photos are few for denoising_autoencoder, 20 or more are good: textures" in said
    assert "denoiser-photos: 11 pictures, 5 patches of 8x8 cut of each; architecture residual, filters (2,)" in said
    assert "all made 5 patches of 8x8 each; modes RGB (7), I;16 (1), L (1), P (1), RGBA (1), all made colour" in said
    run = tmp_path / "models" / "denoiser-photos"
    settings, _, model = runs.open_run(run)
    assert (settings.patches, settings.channels, model.input_shape) == (5, 3, (None, 8, 8, 3))
    command("export", "denoiser-photos", "--formats", "float32", *output)
    command("denoise", photos, tmp_path / "clean", "--model", "denoiser-photos", *output)
    assert Image.open(tmp_path / "clean" / "0.png").size == (90, 60)
    assert Image.open(tmp_path / "clean" / "turned.jpg").size == (70, 80)


def test_class_folders_become_a_classifier_on_an_autoencoder_of_its_own(shapes, tmp_path, capfd, caplog, monkeypatch):
    monkeypatch.setattr(folder_defaults, "MOST_EPOCHS", 10)
    output = ("--output", tmp_path / "models")
    command("train", "classifier", "--data", shapes, "--epochs", 3, "--batch-size", 100, "--quiet", *output)
    printed, said = capfd.readouterr().out, caplog.text
    assert "accuracy 1.0000" in printed
    assert "next: keraszoo export" in printed
    assert "autoencoder-shapes: 30 pictures, each made 7x8; code size 8, architecture dense" in said
    assert "15 pictures in dark are few for extended_autoencoder, 100 or more are good: many new pictures" in said
    _, record, _ = runs.open_run(tmp_path / "models" / "classifier-shapes")
    assert record["base"]["folder"] == f"{tmp_path / 'models' / 'autoencoder-shapes'}"
    command("export", "classifier-shapes", "--formats", "float32", *output)
    capfd.readouterr()
    command("classify", shapes / "light", "--model", "classifier-shapes", "--json", *output)
    assert {row["label"] for row in json.loads(capfd.readouterr().out)} == {"light"}


def test_a_hasher_of_few_pictures(tmp_path):
    for number in range(50):
        (tmp_path / "mine").mkdir(exist_ok=True)
        Image.fromarray(noise(number, (6, 5))).save(tmp_path / "mine" / f"{number}.png")
    output = ("--output", tmp_path / "models")
    command("train", "hasher", "--data", tmp_path / "mine", "--epochs", 1, "--quiet", *output)
    assert (tmp_path / "models" / "hasher-mine" / "pictures" / "reconstructions.png").exists()


def test_pictures_that_came_later_are_brought_to_the_size_of_the_model(shapes, tmp_path):
    settings = runs.settings_for("autoencoder", data=str(shapes))
    assert (settings.image_size, settings.channels) == ([7, 8], 1)
    Image.fromarray(noise(99, (70, 80, 3))).save(shapes / "dark" / "large.png")
    assert settings.load_data().image_shape == (7, 8, 1)
    (shapes / "dark" / "large.png").unlink()


def test_an_architecture_that_is_asked_for_has_its_own_sizes(shapes):
    chosen = runs.settings_for("autoencoder", data=str(shapes), builder={"architecture": "convolutional"}).builder
    assert chosen == {"architecture": "convolutional", "activation": "silu"}
    kept = runs.settings_for("autoencoder", data=str(shapes), builder={"code_size": 5}).builder
    assert kept["hidden_units"] == (256, 128)


def test_a_preset_on_other_data_keeps_its_model_and_gets_a_name_of_its_own(shapes):
    settings = runs.settings_for("denoiser-mnist", data=str(shapes))
    assert settings.name == "denoiser-mnist-shapes"
    assert (settings.builder["filters"], settings.training["warp_strength"]) == ((24, 48), 0.3)
    assert settings.training["batch_size"] == 64
    assert runs.settings_for("denoiser-mnist", seed=1).name == "denoiser-mnist"


def test_settings_that_say_nothing_new_have_the_fingerprint_that_they_had():
    settings = runs.settings_for("autoencoder-digits")
    old = {"name", "description", "family", "data", "builder", "training", "seed", "image_size", "skip_broken"}
    content = {name: value for name, value in vars(settings).items() if name in old}
    assert runs.Settings(**content).fingerprint() == settings.fingerprint()
    changed = runs.Settings(**content, channels=1).fingerprint()
    assert changed != settings.fingerprint()


@pytest.mark.parametrize("changes", [{"patches": -1}, {"patches": 3}, {"channels": 4}, {"image_size": [5000, 5]}])
def test_images_that_cannot_be(changes):
    with pytest.raises(ValueError, match=r"; choose (others|one|another)$"):
        replace(runs.settings_for("autoencoder-digits"), **changes)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("my pictures", "autoencoder-my-pictures"),
        ("Fotos für Ünal", "autoencoder-Fotos-fur-Unal"),
        ("사진", f"autoencoder-{zlib.crc32('사진'.encode()):08x}"),
        ("digits", "autoencoder-digits-own"),
    ],
)
def test_a_name_is_one_that_can_be_served_and_no_presets(folder, name):
    assert choosing._own_name("autoencoder", folder) == name


def test_a_name_that_cannot_be_served_is_refused_before_the_training(shapes):
    with pytest.raises(ValueError, match=r"name: expected letters, digits, '_', '\.' and '-', .* received 'my model'"):
        runs.settings_for("autoencoder", data=str(shapes), name="my model")


def test_a_short_name_means_a_family():
    assert [full_name(name) for name in ("denoiser", "reader")] == ["denoising_autoencoder", "reader"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("denoisr",), "Did you mean 'denoiser'?"),
        (("denoiser", "--data", "few"), "at least 20 pictures to train denoising_autoencoder, better 1000 or more"),
        (("classifier", "--data", "few"), "two classes or more, those of few have 0: sort them into folders"),
        (("denoiser", "--data", "few", "--channels", "2"), "1 channel for grey or 3 for colour, received 2"),
        (("denoiser", "--data", "digits", "--patches", "2"), "are for folders of pictures, and digits is none"),
        (("autoencoder", "--data", "few", "--image-size", "0x9"), "each 1 to 4096, received [0, 9]"),
        (("classifier", "--data", "mixed"), "'a/1.png' and '2.png'; move the one or the other"),
        (("autoencoder", "--data", "empty"), "found none; add some"),
    ],
)
def test_what_cannot_be_trained_on_is_one_line(tmp_path, monkeypatch, capfd, words, message):
    monkeypatch.chdir(tmp_path)
    for path in ("few/1.png", "few/2.png", "mixed/a/1.png", "mixed/2.png"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise(0, (5, 6))).save(tmp_path / path)
    (tmp_path / "empty").mkdir()
    assert main(["train", *words]) == 2
    said = capfd.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not (tmp_path / "saved_models").exists()
