"""Runs of a model that is built on another's: the one it is built on is found, trained first, and left as it was."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.families import extended_autoencoder as family
from keraszoo.presets import PRESETS, Preset


def noise_pictures(folder, size=(6, 5), classes=("even", "odd")):
    """Save grey pictures of noise, ``size`` = (width, height), in a folder for each class if there are any."""
    for number in range(20):
        path = folder / (classes[number % len(classes)] if classes else "") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    return str(folder)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return noise_pictures(tmp_path_factory.mktemp("data") / "pictures")


@pytest.fixture(scope="module")
def base_settings(pictures):
    builder = {"code_size": 2, "hidden_units": [4]}
    return runs.settings_for("autoencoder", name="tiny", data=pictures, builder=builder, training={"epochs": 1})


@pytest.fixture(scope="module")
def settings(pictures):
    """Of pictures that are taken as they are: no size is asked for."""
    chosen = runs.settings_for(
        "extended_autoencoder",
        name="classifier",
        data=pictures,
        builder={"autoencoder": "tiny"},
        training={"method": "frozen", "epochs": 1, "batch_size": 500},
    )
    return replace(chosen, image_size=None, channels=None)


@pytest.fixture(scope="module")
def trained(base_settings, settings, tmp_path_factory):
    """A folder with an autoencoder and a frozen classifier on it."""
    output = tmp_path_factory.mktemp("models")
    runs.train(base_settings, output, verbose=0)
    runs.train(settings, output, verbose=0)
    return output


@pytest.fixture
def output(trained, tmp_path):
    """The same, of which every file may be changed."""
    shutil.copytree(trained, tmp_path / "models")
    return tmp_path / "models"


def built_on(settings, name, **changes):
    return replace(settings, builder={"autoencoder": name}, **changes)


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def test_frozen_weights_are_bit_identical_in_both_files(trained):
    _, _, base = runs.open_run(trained / "tiny")
    _, _, model = runs.open_run(trained / "classifier")
    for name in ("encoder", "decoder"):
        pairs = zip(base.get_layer(name).get_weights(), model.get_layer(name).get_weights(), strict=True)
        assert all(np.array_equal(*pair) for pair in pairs), name
    assert names_in(trained) == {"tiny", "classifier"}


def test_the_record_says_what_it_was_built_on_and_tells_apart(trained):
    settings, record, model = runs.open_run(trained / "classifier")
    assert settings.builder["autoencoder"] == "tiny"
    assert record["base"]["folder"] == f"{trained / 'tiny'}"
    assert record["class_names"] == ["even", "odd"]
    assert model.get_layer("head").output_shape == (None, 2)
    _, base_record, _ = runs.open_run(trained / "tiny")
    assert base_record["base"] is None


def test_the_base_is_compared_with_as_long_as_it_is_known(output, trained, monkeypatch):
    """Also in folders that were moved, but not one that is gone or was trained anew."""
    given = []
    monkeypatch.setattr(family, "evaluate", lambda *_, base: given.append(base) or {"measures": {}})
    run = output / "classifier"
    record = (run / "training.json").read_text()
    for folder in (trained, output, output.parent / "elsewhere"):
        (run / "training.json").write_text(record.replace(f"{trained / 'tiny'}", f"{folder / 'tiny'}"))
        runs.evaluate(run)
        assert given[-1].name == "autoencoder"
    shutil.copy(run / "model.keras", output / "tiny" / "model.keras")
    runs.evaluate(run)
    shutil.rmtree(output / "tiny")
    runs.evaluate(run)
    assert given[3:] == [None, None]


@pytest.fixture
def tiny_preset(base_settings, monkeypatch):
    """The name of a preset that stands nowhere."""
    builder = base_settings.builder
    row = Preset("tiny", "autoencoder", base_settings.data, builder, {"epochs": 1}, 0.1, ("mse", "at most", 1))
    monkeypatch.setitem(PRESETS, "tiny-preset", row)
    return "tiny-preset"


@pytest.mark.usefixtures("tiny_preset")
def test_a_preset_that_is_not_there_yet_is_trained_first_and_only_once(settings, tmp_path):
    run = runs.train(built_on(settings, "tiny-preset"), tmp_path, verbose=0)
    assert names_in(tmp_path) == {"tiny-preset", "classifier"}
    assert runs.open_run(run)[1]["base"]["folder"] == f"{tmp_path / 'tiny-preset'}"
    record = (tmp_path / "tiny-preset" / "training.json").read_bytes()
    runs.train(built_on(settings, "tiny-preset", seed=1), tmp_path, verbose=0)
    assert (tmp_path / "tiny-preset" / "training.json").read_bytes() == record


@pytest.mark.parametrize(
    ("model", "training", "message"),
    [
        ({}, {"labels": 99}, "expected at most 15 of 16 labels, as many of each class, received 99"),
        ({}, {"method": "fine_tuned", "epochs": 0}, "epochs must be a positive integer; received 0"),
        ({}, {"method": "joint", "patience": 2}, "leave patience out"),
        ({}, {"optimizer": "adm"}, "optimizer must be one of adam, muon; received 'adm'"),
        ({"dropout": 2}, {}, "dropout must be"),
    ],
)
def test_what_cannot_be_is_refused_before_the_base_is_trained(
    settings, tiny_preset, tmp_path, model, training, message
):
    chosen = replace(settings, builder={"autoencoder": tiny_preset, **model}, training=training)
    with pytest.raises(ValueError, match=message):
        runs.train(chosen, tmp_path, verbose=0)
    assert not names_in(tmp_path)


def test_data_that_cannot_be_are_refused_before_the_base_is_trained(settings, tiny_preset, tmp_path):
    wide = noise_pictures(tmp_path / "wide", size=(9, 5))
    with pytest.raises(ValueError, match=r"received one that reads \(5, 6, 1\)"):
        runs.train(built_on(settings, tiny_preset, data=wide), tmp_path / "models", verbose=0)
    assert not (tmp_path / "models").exists()


def test_a_run_elsewhere_is_named_by_its_folder(settings, trained, tmp_path):
    run = runs.train(built_on(settings, f"{trained / 'tiny'}"), tmp_path, verbose=0)
    assert runs.open_run(run)[1]["base"]["folder"] == f"{trained / 'tiny'}"
    assert names_in(tmp_path) == {"classifier"}


@pytest.mark.parametrize(
    ("builder", "message"),
    [
        (
            {},
            r"extended_autoencoder is built on a trained autoencoder: name its run, or a preset, as autoencoder \(--a",
        ),
        ({"autoencoder": ""}, "extended_autoencoder is built on a trained autoencoder"),
        (
            {"autoencoder": "tinny"},
            "expected the run folder of a trained model or a preset .* found nothing at .*tinny",
        ),
    ],
)
def test_an_autoencoder_that_is_not_named_or_not_there(settings, output, builder, message):
    with pytest.raises(ValueError, match=message):
        runs.train(replace(settings, builder=builder), output)
    assert names_in(output) == {"tiny", "classifier"}


def test_a_model_does_not_replace_the_one_it_is_built_on(settings, output):
    before = (output / "tiny" / "model.keras").read_bytes()
    with pytest.raises(ValueError, match="tiny would replace the autoencoder that it is built on: give it an"):
        runs.train(replace(settings, name="tiny"), output)
    assert (output / "tiny" / "model.keras").read_bytes() == before


def test_images_of_another_shape_or_of_no_classes(settings, output, tmp_path):
    wide = noise_pictures(tmp_path / "wide", size=(9, 5))
    with pytest.raises(ValueError, match=r"of shape \(5, 9, 1\), as the data are, received one that reads \(5, 6, 1\)"):
        runs.train(replace(settings, data=wide), output)
    flat = noise_pictures(tmp_path / "flat", classes=())
    with pytest.raises(ValueError, match="expected images of two classes or more, those of flat have 0: sort them"):
        runs.train(replace(settings, data=flat), output)


@pytest.mark.parametrize("action", [runs.evaluate, runs.export])
def test_images_of_other_classes_are_not_scored_by_their_numbers(output, tmp_path, action, settings):
    changed = noise_pictures(tmp_path / "changed", classes=("odd", "prime"))
    run = output / "classifier"
    record = (run / "training.json").read_text()
    (run / "training.json").write_text(record.replace(settings.data, changed))
    with pytest.raises(ValueError, match="tells even, odd apart, but the classes of changed are odd, prime: choose"):
        action(run)
