"""``--from``: a training that begins with the weights and the settings of a trained model."""

import shutil

import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.cli import main
from keraszoo.evaluation import reconstruction_scores
from keraszoo.families import FAMILIES
from keraszoo.families.autoencoder import training
from keraszoo.runs.first_model import first_model
from keraszoo.settings import choosing


def save_pictures(folder, size=(6, 5), mode="L", classes=("even", "odd"), count=20):
    """Pictures of noise, ``size`` = (width, height), a folder for each class."""
    for number in range(count):
        path = folder / (classes[number % len(classes)] if classes else "") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
        Image.fromarray(np.random.default_rng(number).integers(0, 256, shape, dtype=np.uint8)).save(path)
    return str(folder)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return save_pictures(tmp_path_factory.mktemp("data") / "pictures")


@pytest.fixture(scope="module")
def trained(pictures, tmp_path_factory):
    """A folder with a tiny autoencoder, and a classifier on it."""
    output = tmp_path_factory.mktemp("models")
    small = {"code_size": 3, "hidden_units": [6]}
    learning = {"epochs": 2, "learning_rate": 0.01}
    runs.train(
        runs.settings_for("autoencoder", name="tiny", data=pictures, builder=small, training=learning),
        output,
        verbose=0,
    )
    settings = runs.settings_for(
        "classifier", name="two", data=pictures, builder={"autoencoder": "tiny"}, training={"epochs": 1}, output=output
    )
    runs.train(settings, output, verbose=0)
    return output


@pytest.fixture
def output(trained, tmp_path):
    """The same, of which every file may be changed."""
    shutil.copytree(trained, tmp_path / "models")
    return tmp_path / "models"


def test_weights_and_settings_are_the_beginning(trained, pictures):
    settings = runs.settings_for("autoencoder", start="tiny", name="more", data=pictures, output=trained)
    assert (settings.family, settings.builder["code_size"], settings.start) == ("autoencoder", 3, f"{trained / 'tiny'}")
    _, record, start = runs.open_run(trained / "tiny")
    for expected, found in zip(
        start.get_weights(), first_model(settings, settings.load_data(), None).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(found, expected)
    assert record["start"] is None


def test_other_data_of_a_name_keep_its_length_and_take_a_lower_rate(output):
    settings = runs.settings_for("autoencoder", start="tiny", data="digits", output=output)
    assert settings.name == "autoencoder-digits-own"
    assert settings.description == FAMILIES["autoencoder"].summary
    assert settings.training["epochs"] == 2
    assert settings.training["learning_rate"] == pytest.approx(0.003)
    longer = runs.settings_for("autoencoder", start="tiny", data="digits", training={"epochs": 9}, output=output)
    assert longer.training["epochs"] == 9


def test_pictures_of_another_size_and_mode_are_fitted(output, tmp_path, caplog):
    other = save_pictures(tmp_path / "large", size=(30, 40), mode="RGB")
    settings = runs.settings_for("autoencoder", start=f"{output / 'tiny'}", data=other, output=tmp_path / "elsewhere")
    assert (settings.image_size, settings.channels, settings.name) == ([5, 6], 1, "autoencoder-large")
    run = runs.train(settings, output, verbose=0)
    _, _, model = runs.open_run(run)
    assert model.input_shape == (None, 5, 6, 1)
    assert "40x30 (20), all made 5x6; modes RGB (20), all made grey" in caplog.text


def test_a_classifier_goes_on_without_the_model_that_it_was_built_on(output, pictures):
    shutil.rmtree(output / "tiny")
    settings = runs.settings_for(
        "classifier", start="two", name="more", data=pictures, training={"epochs": 1}, output=output
    )
    run = runs.train(settings, output, verbose=0)
    _, record, model = runs.open_run(run)
    assert model.get_layer("head").output_shape == (None, 2)
    assert (record["base"], record["start"]["folder"]) == (None, f"{output / 'two'}")


def test_a_killed_training_goes_on_to_the_same_weights(output, pictures, monkeypatch):
    settings = runs.settings_for(
        "autoencoder", start="tiny", name="more", data=pictures, training={"epochs": 3}, output=output
    )
    whole = runs.train(settings, output / "whole", verbose=0)

    def interrupt(_, __, path):
        if "0002" in path.name:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training, "plot_reconstructions", interrupt)
        with pytest.raises(KeyboardInterrupt):
            runs.train(settings, output / "killed", verbose=0)
    resumed = runs.train(settings, output / "killed", verbose=0)
    for one, other in zip(runs.open_run(whole)[2].get_weights(), runs.open_run(resumed)[2].get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_is_better_than_new_weights_after_as_short_a_training(tmp_path):
    for number in range(20):
        (tmp_path / "plain").mkdir(exist_ok=True)
        Image.fromarray(np.full((5, 6), 12 * number, np.uint8)).save(tmp_path / "plain" / f"{number}.png")
    builder, data = {"code_size": 3, "hidden_units": [6]}, str(tmp_path / "plain")
    long = {"epochs": 300, "learning_rate": 3e-2}
    longer = runs.settings_for("autoencoder", name="longer", data=data, builder=builder, training=long)
    runs.train(longer, tmp_path, verbose=0)
    short = {"training": {"epochs": 1}, "data": data, "output": tmp_path}
    new = runs.settings_for("autoencoder", name="new", builder=builder, **short)
    more = runs.settings_for("autoencoder", name="more", start="longer", **short)
    errors = {}
    for settings in (new, more):
        images = settings.load_data().test.images
        rebuilt = runs.open_run(runs.train(settings, tmp_path, verbose=0))[2].predict(images, verbose=0)
        errors[settings.name] = reconstruction_scores(images, rebuilt)["mse"]
    assert errors["more"] < 0.5 * errors["new"]


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        (
            "autoencoder",
            {"start": "tinny"},
            r"a trained model to go on from, .* received 'tinny'\. Did you mean 'tiny'",
        ),
        ("autoencoder", {"start": "hasher-mnist"}, "Train it first: `keraszoo train hasher-mnist`"),
        (
            "hasher",
            {"start": "tiny"},
            "a trained binary_autoencoder to go on from, received .*tiny, which is a autoenc",
        ),
        (
            "autoencoder-digits",
            {"start": "tiny"},
            "autoencoder-digits has settings of its own; to go on from tiny, name",
        ),
        ("autoencoder", {"start": "tiny", "image_size": [8, 8]}, r"reads images with image_size \[5, 6\], received"),
        ("autoencoder", {"start": "tiny", "channels": 3}, "reads images with channels 1, received 3: leave channels"),
        ("autoencoder", {"start": "tiny", "builder": {"bits": 3}}, "'bits' is not an option of autoencoder's model"),
    ],
)
def test_what_cannot_be_gone_on_from(output, pictures, name, changes, words):
    with pytest.raises(ValueError, match=words):
        runs.settings_for(name, data=pictures, output=output, **changes)


def test_an_installed_model_is_gone_on_from_and_built_on(output, pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(choosing, "INSTALLED", output)
    mine = tmp_path / "mine"
    settings = runs.settings_for("autoencoder", start="tiny", name="more", data=pictures, output=mine)
    assert settings.start == f"{output / 'tiny'}"
    built = runs.settings_for(
        "classifier", name="own", data=pictures, builder={"autoencoder": "tiny"}, training={"epochs": 1}, output=mine
    )
    _, record, _ = runs.open_run(runs.train(built, mine, verbose=0))
    assert record["base"]["folder"] == f"{output / 'tiny'}"


def test_another_size_of_model_or_other_classes(output, pictures, tmp_path):
    def refused(words, *arguments, **changes):
        settings = runs.settings_for(*arguments, output=output, name="more", **changes)
        with pytest.raises(ValueError, match=words):
            runs.train(settings, output, verbose=0)
        assert not (output / "more").exists()

    larger = {"builder": {"code_size": 4}, "start": "tiny", "data": pictures}
    refused("weights of .*tiny do not fit a model with another code_size: leave that out", "autoencoder", **larger)
    three = save_pictures(tmp_path / "three", classes="abc")
    words = r"two tells 2 classes apart, three has 3: build a new classifier on its layers instead \(--autoencoder"
    refused(words, "classifier", start="two", data=three)
    dropout = {"builder": {"dropout": 0.1}, "start": "two", "data": pictures}
    refused("the model of .*two is taken as it is: leave dropout out", "classifier", **dropout)


def test_a_classifier_of_other_classes_is_built_on_the_layers_of_one(output, tmp_path):
    three = save_pictures(tmp_path / "three", classes="abc")
    settings = runs.settings_for(
        "classifier", name="three", data=three, builder={"autoencoder": "two"}, training={"epochs": 1}, output=output
    )
    _, record, model = runs.open_run(runs.train(settings, output, verbose=0))
    assert model.get_layer("head").output_shape == (None, 3)
    assert record["class_names"] == ["a", "b", "c"]


def test_a_classifier_takes_the_size_of_the_autoencoder_that_is_there(output, tmp_path):
    large = save_pictures(tmp_path / "large", size=(30, 40), mode="RGB")
    chosen = runs.settings_for("classifier", data=large, output=output)
    assert (chosen.image_size, chosen.channels) == ([40, 30], 3)
    shutil.copytree(output / "tiny", output / "autoencoder-large")
    fitted = runs.settings_for("classifier", data=large, output=output)
    assert (fitted.image_size, fitted.channels) == ([5, 6], 1)
    assert fitted.builder == chosen.builder


def test_a_model_does_not_replace_the_one_it_goes_on_from(output, pictures, capfd):
    command = ["train", "autoencoder", "--from", "tiny", "--name", "tiny", "--data", pictures, "--output", str(output)]
    assert main(command) == 2
    assert "tiny would replace the model that it goes on from: give it another name (--name)" in capfd.readouterr().err
