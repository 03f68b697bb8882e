"""A run folder: what stands in it, what happens to it when a model is trained again, and what is refused."""

import errno
import json
import shutil
from dataclasses import asdict, replace

import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.families import autoencoder as family
from keraszoo.families.autoencoder import training
from keraszoo.presets import PRESETS
from keraszoo.runs import trained as exporting
from keraszoo.settings import preset_of
from keraszoo.training import TrainingError


def noise_pictures(folder, count=8, size=(6, 5)):
    """Save grey pictures of noise, ``size`` = (width, height), in two classes."""
    for number in range(count):
        path = folder / ("odd" if number % 2 else "even") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Of pictures that are taken as they are: no size is asked for."""
    chosen = runs.settings_for(
        "autoencoder",
        name="tiny",
        data=str(noise_pictures(tmp_path_factory.mktemp("data") / "pictures", count=20)),
        builder={"code_size": 2, "hidden_units": [4]},
        training={"epochs": 1},
    )
    return replace(chosen, image_size=None, channels=None)


@pytest.fixture
def output(tmp_path, trained):
    """A folder with a trained run in it, of which every file may be changed."""
    shutil.copytree(trained.parent, tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture(scope="module")
def trained(settings, tmp_path_factory):
    return runs.train(settings, tmp_path_factory.mktemp("models"), verbose=0)


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def test_what_training_leaves(trained, settings):
    assert names_in(trained.parent) == {"tiny"}
    assert names_in(trained) == {"model.keras", "training.json", "history.csv", "progress", "logs"}
    assert names_in(trained / "progress") == {"epoch_0001.png"}
    opened, record, model = runs.open_run(trained)
    assert opened == settings
    assert model.input_shape == (None, 5, 6, 1)
    assert record["parameters"] == model.count_params()
    assert record["epochs"] == len(record["history"]) == 1


def test_another_training_disturbs_neither_one_that_waits_nor_the_model(output, settings, monkeypatch):
    model = (output / "tiny" / "model.keras").read_bytes()

    def interrupt(*_):
        raise KeyboardInterrupt

    longer = replace(settings, training={"epochs": 3})
    with monkeypatch.context() as patch:
        patch.setattr(training, "plot_reconstructions", interrupt)
        with pytest.raises(KeyboardInterrupt):
            runs.train(longer, output, verbose=0)
    (waiting,) = names_in(output) - {"tiny"}
    state = (output / waiting / "settings.json").read_bytes()
    assert (output / "tiny" / "model.keras").read_bytes() == model

    (output / "tiny" / "pictures").mkdir()
    (output / "tiny" / "evaluation.json").write_text("{}")
    runs.train(replace(settings, seed=1), output, verbose=0)
    assert (output / "tiny" / "model.keras").read_bytes() != model
    assert (output / waiting / "settings.json").read_bytes() == state
    assert names_in(output) == {"tiny", waiting}
    assert not {"pictures", "evaluation.json"} & names_in(output / "tiny"), "they are the earlier model's"


@pytest.mark.parametrize("cause", ["full disk", "lost training"])
def test_the_model_stays_when_a_training_fails(output, settings, monkeypatch, cause):
    before = {path: path.read_bytes() for path in (output / "tiny").rglob("*") if path.is_file()}

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    if cause == "full disk":
        monkeypatch.setattr(np, "savez", full)
        changed, error = replace(settings, seed=2), OSError
    else:
        changed, error = replace(settings, training={"epochs": 2, "learning_rate": 1e38}), TrainingError
    with pytest.raises(error, match=r"No space left|NaN or infinite in epoch"):
        runs.train(changed, output, verbose=0)
    assert before == {path: path.read_bytes() for path in (output / "tiny").rglob("*") if path.is_file()}


def test_a_model_that_is_trained_anew_while_it_is_exported(trained, tmp_path, monkeypatch):
    """The report would say of the new one what was proven of the old one."""
    run = shutil.copytree(trained, tmp_path / trained.name)
    export_inputs = exporting._export_inputs

    def replaced_meanwhile(*arguments):
        (run / "model.keras").write_bytes(b"another model")
        return export_inputs(*arguments)

    monkeypatch.setattr(exporting, "_export_inputs", replaced_meanwhile)
    with pytest.raises(ValueError, match=r"expected .*model\.keras to stay as it is while it is exported"):
        runs.export(run, formats=("float32",))
    assert not (run / "report.json").exists()


def test_the_same_training_twice_at_once_is_refused(output, settings, monkeypatch):
    refused = []

    def train_again(*_):
        with pytest.raises(BlockingIOError, match="the same training of tiny is running already") as error:
            runs.train(replace(settings, seed=3), output, verbose=0)
        refused.append(error)

    monkeypatch.setattr(training, "plot_reconstructions", train_again)
    runs.train(replace(settings, seed=3), output, verbose=0)
    assert len(refused) == 1
    assert names_in(output) == {"tiny"}


def test_other_data_must_have_the_models_shape(trained, tmp_path):
    other = noise_pictures(tmp_path / "wide", size=(9, 5))
    with pytest.raises(ValueError, match=r"shape \(5, 6, 1\), but those of wide are \(5, 9, 1\): choose"):
        runs.evaluate(trained, data=str(other))
    assert "evaluation.json" not in names_in(trained)


@pytest.mark.parametrize("action", [runs.evaluate, runs.export])
def test_pictures_that_have_changed_since_are_refused(output, tmp_path, action):
    moved = noise_pictures(tmp_path / "moved", size=(9, 5))
    record = json.loads((output / "tiny" / "training.json").read_text())
    record["settings"]["data"] = str(moved)
    (output / "tiny" / "training.json").write_text(json.dumps(record))
    with pytest.raises(ValueError, match=r"shape \(5, 6, 1\), but those of moved are \(5, 9, 1\)"):
        action(output / "tiny")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"settings": {"name": "x"}}', '{"settings": 1}'])
def test_a_broken_record_is_named(tmp_path, content):
    (tmp_path / "training.json").write_text(content)
    with pytest.raises(
        ValueError, match=r"training\.json is not what `keraszoo train` writes .* train the model again"
    ):
        runs.open_run(tmp_path)


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(
        ValueError, match=r"none at .*autoencoder-digits; train it with `keraszoo train autoencoder-dig"
    ):
        runs.open_run(tmp_path / "autoencoder-digits")


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "/a"])
def test_a_name_that_no_folder_can_have(name):
    with pytest.raises(ValueError, match="expected a name that a folder can have, such as my-model, received"):
        runs.settings_for("autoencoder-digits", name=name)


def test_settings_of_a_preset_changed():
    settings = runs.settings_for("autoencoder-digits", builder={"code_size": 3}, training={"epochs": 2}, seed=5)
    assert (settings.name, settings.family, settings.data) == ("autoencoder-digits", "autoencoder", "digits")
    assert settings.builder["code_size"] == 3
    assert settings.builder["hidden_units"] == (128, 64)
    assert settings.training["epochs"] == 2
    assert settings.seed == 5


@pytest.mark.parametrize(
    ("data", "name"),
    [("mnist:3.0.1", "autoencoder-mnist-3.0.1"), ("/some/pictures/", "autoencoder-pictures")],
)
def test_a_familys_model_is_named_after_its_data(data, name):
    assert runs.settings_for("autoencoder", data=data).name == name


def test_a_name_that_is_neither_preset_nor_family():
    with pytest.raises(ValueError, match=r"received 'autoencoder-digit'\. Did you mean 'autoencoder-digits'"):
        runs.settings_for("autoencoder-digit")


@pytest.mark.parametrize(
    ("part", "option", "words"),
    [
        ("builder", "bits", "'bits' is not an option of autoencoder's model, which has code_size, architecture"),
        ("builder", "code_sise", "Did you mean 'code_size'"),
        ("builder", "encoder", "'encoder' is not an option"),
        ("training", "epoch", "'epoch' is not an option of autoencoder's training, .* Did you mean 'epochs'"),
        ("training", "verbose", "'verbose' is not an option"),
    ],
)
def test_an_option_that_the_family_does_not_have(settings, tmp_path, part, option, words):
    with pytest.raises(ValueError, match=words):
        runs.settings_for("autoencoder", **{part: {option: 1}})
    with pytest.raises(ValueError, match=words):
        runs.train(replace(settings, **{part: {option: 1}}), tmp_path)
    assert not names_in(tmp_path)


def test_options_of_fit_are_options_of_the_family():
    training = {"patience": 3, "learning_rate": 0.1, "warp_share": 0.2}
    assert runs.settings_for("autoencoder", training=training).training == {"epochs": 50, **training}


def test_code_sizes_of_a_family_that_compares_none(trained, monkeypatch):
    monkeypatch.setattr(family, "evaluate", lambda *_: {})
    with pytest.raises(ValueError, match="tiny is of autoencoder: leave them out"):
        runs.evaluate(trained, code_sizes=(2, 3))


def test_a_preset_is_known_by_its_settings_as_they_stand_in_json():
    settings = runs.settings_for("autoencoder-digits")
    read = runs.Settings(**json.loads(json.dumps(asdict(settings))))
    assert preset_of(read) is PRESETS["autoencoder-digits"]
    assert preset_of(replace(read, seed=1)) is None
    assert preset_of(replace(read, name="mine")) is None


@pytest.mark.parametrize(("bound", "words"), [("at most", "reached"), ("at least", "not reached")])
def test_a_preset_judges_its_score(bound, words):
    row = replace(PRESETS["autoencoder-digits"], score=("mse", bound, 0.02))
    assert row.verdict({"mse": 0.0123456, "ssim": 1.0}) == f"mse 0.01235, asked {bound} 0.02: {words}"


def test_a_signature_that_a_model_does_not_have(output):
    assert set(runs.open_signature(output / "tiny", "encode").output) == {"code"}
    with pytest.raises(ValueError, match=r"signature 'denoise', received tiny, which has reconstruct.*: none; train"):
        runs.open_signature(output / "tiny", "denoise")


def test_other_data_is_scored_beside_the_models_own(output, tmp_path):
    other = noise_pictures(tmp_path / "other", count=12)
    result = runs.evaluate(output / "tiny", data=str(other))
    assert result["data"] == "other"
    assert {"evaluation.json", "pictures"} <= names_in(output / "tiny" / "on-other")
    assert not {"evaluation.json", "pictures"} & names_in(output / "tiny")


def test_an_option_that_the_family_does_not_evaluate_with_is_refused(output):
    with pytest.raises(ValueError, match="'noise_levels' is not an option of autoencoder's evaluation: leave it out"):
        runs.evaluate(output / "tiny", noise_levels=(0.5,))


def test_trained_weights_are_what_small_files_can_hold(trained):
    _, _, model = runs.open_run(trained)
    for weights in model.get_weights():
        assert np.array_equal(weights, weights.astype(np.float16).astype(np.float32))
