"""What every family keeps to, on a handful of digits: trained for one epoch, scored, saved, exported and proven."""

import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import keraszoo
from export import export_model
from keraszoo.data import load_images
from keraszoo.evaluation import denoising_curve
from keraszoo.families import (
    FAMILIES,
    assets_of,
    base_argument,
    binary_autoencoder,
    built_with,
    denoising_autoencoder,
    family,
    needs,
    reader,
    takes,
)
from keraszoo.model_files import load_model, save_model
from keraszoo.presets import PRESETS
from keraszoo.training import round_weights

TINY = {
    "autoencoder": (
        {"code_size": 3, "hidden_units": (6,)},
        {"warp_strength": 0.5},
    ),
    "denoising_autoencoder": (
        {"architecture": "fully_convolutional", "filters": (4, 2), "random_strength": True},
        {"warp_strength": 0.5},
    ),
    "binary_autoencoder": (
        {"architecture": "convolutional", "filters": (2,), "hidden_units": (6,), "bits": 5},
        {"neighbours": 2, "neighbour_stages": 2},
    ),
    "extended_autoencoder": (
        {"head_units": (6,), "dropout": 0.2},
        {"warp_strength": 0.5},
    ),
    "reader": (
        {"max_digits": 3, "filters": (2,), "hidden_units": (6,), "units": 5, "language": "ko"},
        {"method": "fine_tuned", "strips_per_epoch": 40, "decoder_epochs": 1, "tuning_epochs": 1},
    ),
    "translator": (
        {"units": 4},
        {"texts_per_epoch": 40},
    ),
}
UNSEEN = {"extended_autoencoder", "reader", "translator"}
"""What these learn is no picture: there is none of its progress."""
DRAWING = ("RANDOM", "MULTINOMIAL", "Flex", "CUSTOM")


@pytest.fixture(scope="module")
def dataset():
    """A few of each digit in each split."""
    digits = load_images("digits")
    return replace(
        digits,
        train=first_of_each(digits.train, 5),
        validation=first_of_each(digits.validation, 1),
        test=first_of_each(digits.test, 2),
    )


def first_of_each(split, count):
    return split.take(np.concatenate([np.flatnonzero(split.labels == label)[:count] for label in range(10)]))


@pytest.fixture(scope="module", autouse=True)
def few_strips():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader.training, "VALIDATION_STRIPS", 100)
        patch.setattr(reader.evaluation, "TEST_STRIPS", 100)
        patch.setattr(reader.exporting, "CALIBRATION_STRIPS", 100)
        yield


@pytest.fixture(scope="module", params=FAMILIES)
def trained(request, dataset, tmp_path_factory):
    """The family's module, a model after one epoch, its history and the folder."""
    module, folder = family(request.param), tmp_path_factory.mktemp(request.param)
    builder, training = TINY[request.param]
    keras.utils.set_random_seed(0)
    given = {}
    if needs(request.param, "num_classes"):
        given["num_classes"] = len(dataset.class_names)
    argument = base_argument(request.param)
    if argument:
        given[argument] = family(argument).build(dataset.image_shape, **TINY[argument][0])
    model = module.build(dataset.image_shape, **builder, **given)
    first = model.get_weights()
    training = {**built_with(request.param, "train", builder), **training}
    history = module.train(model, dataset, folder, seed=0, verbose=0, epochs=1, batch_size=16, **training)
    assert not all(np.array_equal(*pair) for pair in zip(first, model.get_weights(), strict=True))
    typical_inputs = partial(module.typical_inputs, **built_with(request.param, "typical_inputs", builder))
    round_weights(model, typical_inputs(model, dataset.train.images))
    return SimpleNamespace(
        name=request.param,
        module=module,
        model=model,
        history=history,
        folder=folder,
        typical_inputs=typical_inputs,
        evaluate=partial(module.evaluate, **built_with(request.param, "evaluate", builder)),
        export_inputs=partial(module.export_inputs, **built_with(request.param, "export_inputs", builder)),
    )


def outputs_of(module, model, samples):
    return {name: graph.predict(samples[name], verbose=0) for name, graph in module.signatures(model).items()}


def test_training_leaves_a_history_and_pictures(trained):
    assert [row["epoch"] for row in trained.history] == list(range(1, len(trained.history) + 1))
    assert all(np.isfinite(list(row.values())).all() for row in trained.history)
    assert {"loss", "val_loss", "learning_rate"} <= set(trained.history[0])
    assert (trained.folder / "history.csv").exists()
    if trained.name not in UNSEEN:
        assert all(path.suffix == ".png" for path in (trained.folder / "progress").iterdir())
        assert len(list((trained.folder / "progress").iterdir())) == len(trained.history)


@pytest.fixture(scope="module")
def evaluated(trained, dataset, tmp_path_factory):
    """The scores, and the folder of pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    return trained.evaluate(trained.model, dataset, folder, trained.history), folder


def test_scores_are_plain_numbers_and_are_told_and_drawn(trained, evaluated):
    scores, folder = evaluated
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores
    assert all(type(value) is float for value in scores["measures"].values())
    captions, drawn = trained.module.CARD.pictures, {path.stem for path in folder.iterdir()}
    assert {"learning_curves", next(iter(captions))} <= drawn <= set(captions), "a card says what each picture shows"
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.iterdir())
    lines = trained.module.summary(scores)
    assert lines
    assert all(isinstance(line, str) and "\n" not in line for line in lines)
    asked = {row.score[0] for row in PRESETS.values() if row.family == trained.name}
    assert asked
    assert asked <= set(scores["measures"])


def test_a_loaded_model_measures_what_was_evaluated(trained, evaluated, dataset, tmp_path):
    scores, _ = evaluated
    builder = TINY[trained.name][0]
    save_model(trained.model, tmp_path / "model.keras")
    settings = {"name": "tiny", "description": "", "family": trained.name, "data": "digits", "builder": {}}
    record = {"settings": settings}
    assets = {"training.json": json.dumps(record), **assets_of(trained.name, trained.model, dataset, builder)}
    for name, text in assets.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    options = built_with(trained.name, "measure", builder)
    if takes(trained.name, "measure", "evaluation"):
        options["evaluation"] = scores
    measured = trained.module.measure(keraszoo.load(tmp_path), dataset, **options)
    assert measured == pytest.approx({name: scores["measures"][name] for name in measured}, rel=1e-5)
    assert {row.score[0] for row in PRESETS.values() if row.family == trained.name} <= set(measured)


def test_typical_inputs_are_what_the_model_reads(trained, dataset):
    inputs = trained.typical_inputs(trained.model, dataset.test.images)
    if not isinstance(inputs, dict):
        inputs = {trained.model.inputs[0].name: inputs}
    assert {name: values.shape[1:] for name, values in inputs.items()} == {
        tensor.name: tensor.shape[1:] for tensor in trained.model.inputs
    }
    for pixels in (values for name, values in inputs.items() if name.startswith("image")):
        assert 0 <= pixels.min() < 1 < pixels.max() <= 255
    assert all(values.min() >= 0 for values in inputs.values())


def test_signatures_are_the_same_after_a_reload_and_for_bytes_and_floats(trained, dataset, tmp_path):
    samples = trained.export_inputs(trained.model, dataset)["samples"]
    expected = outputs_of(trained.module, trained.model, samples)
    save_model(trained.model, tmp_path / "model.keras")
    for signature, found in outputs_of(trained.module, load_model(tmp_path / "model.keras"), samples).items():
        for name, values in found.items():
            np.testing.assert_array_equal(values, expected[signature][name])

    name, graph = next(iter(trained.module.signatures(trained.model).items()))
    (images,) = samples[name]
    pixels = np.round(samples[name][images])
    from_floats = graph.predict({images: pixels.astype(np.float32)}, verbose=0)
    for output, values in graph.predict({images: pixels.astype(np.uint8)}, verbose=0).items():
        np.testing.assert_array_equal(values, from_floats[output], err_msg=f"{name}, {output}")


def test_an_export_agrees_and_draws_nothing_at_random(trained, dataset, tmp_path):
    inputs = trained.export_inputs(trained.model, dataset)
    graphs = trained.module.signatures(trained.model)
    assert set(inputs["calibration"]) == set(inputs["samples"]) == set(graphs)
    report = export_model(graphs, tmp_path / "run", name="tiny", **inputs, formats=("float32",))
    assert {row["signature"].removesuffix("_from_bytes") for row in report["agreement"]} == set(graphs)
    assert all(row["agrees"] for row in report["agreement"])
    assert report["score"]["signature"] in graphs
    operators = next(entry["operators"] for entry in report["files"] if entry["format"] == "float32")
    assert operators
    assert not [name for name in operators if any(word in name for word in DRAWING)]


def test_a_denoiser_is_scored_at_the_noise_that_is_asked_for_and_at_that_of_its_measures(
    dataset, tmp_path, monkeypatch
):
    one_filter = partial(denoising_curve, filters=["total variation"])
    monkeypatch.setattr(denoising_autoencoder.evaluation, "denoising_curve", one_filter)
    model = denoising_autoencoder.build(dataset.image_shape, code_size=3, noise_stddev=0.4)
    history = [{"epoch": 1, "loss": 1.0, "val_loss": 1.0, "learning_rate": 0.1}]
    scores = denoising_autoencoder.evaluate(model, dataset, tmp_path, history, noise_levels=(0.7,))
    assert [row["noise"] for row in scores["curve"]] == [0.0, 0.5, 0.7]
    assert scores["measures"]["gain_db"] == scores["curve"][1]["gain_db"]


def test_a_denoiser_learns_from_clean_targets_and_is_judged_on_noisy_images(dataset, tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        denoising_autoencoder.training,
        "fit",
        lambda _, batches, validation, **__: seen.update(batches=batches, held=validation),
    )
    keras.utils.set_random_seed(0)
    model = denoising_autoencoder.build(dataset.image_shape, code_size=3, noise_stddev=0.4)
    denoising_autoencoder.train(model, dataset, tmp_path, seed=0, batch_size=16)
    pixels, targets = next(seen["batches"].from_epoch(0).as_numpy_iterator())
    np.testing.assert_array_equal(targets, pixels / 255)
    clean = {image.tobytes() for image in dataset.train.images}
    assert {image.astype(np.uint8).tobytes() for image in pixels} <= clean, "the model's own layer is to corrupt them"

    noisy, held = seen["held"]
    np.testing.assert_array_equal(held, dataset.validation.images / np.float32(255))
    within = (held > 0.3) & (held < 0.7)
    assert (noisy / 255 - held)[within].std() == pytest.approx(0.4, abs=0.12)
    assert (noisy.min(), noisy.max()) == (0, 255)


def test_later_stages_learn_from_neighbours_that_the_earlier_ones_found(dataset, tmp_path, monkeypatch):
    given, batches = [], binary_autoencoder.training.two_view_batches

    def noted(images, partners=None, **options):
        given.append(partners)
        return batches(images, partners=partners, **options)

    def learn(model, *_, **__):
        model.set_weights([weights + 0.1 for weights in model.get_weights()])
        return [{"epoch": 1, "loss": 1.0}]

    monkeypatch.setattr(binary_autoencoder.training, "two_view_batches", noted)
    monkeypatch.setattr(binary_autoencoder.training, "fit", learn)
    model = binary_autoencoder.build(dataset.image_shape, bits=5, hidden_units=(6,))
    history = binary_autoencoder.train(model, dataset, tmp_path, seed=0, neighbours=3, neighbour_stages=2)
    assert [row["stage"] for row in history] == [1, 2, 3]
    # None are given for the first stage, nor for the validation views.
    first, second = (partners for partners in given if partners is not None)
    assert first.shape == second.shape == (50, 3)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("grown", [0.1, 30.0])
def test_a_soft_code_is_as_steep_as_it_needs_to_be(dataset, tmp_path, monkeypatch, grown):
    def learn(model, *_, **__):
        model.set_weights([grown * weights for weights in model.get_weights()])
        return [{"epoch": 1, "loss": 1.0}]

    monkeypatch.setattr(binary_autoencoder.training, "fit", learn)
    keras.utils.set_random_seed(0)
    model = binary_autoencoder.build(dataset.image_shape, bits=5, hidden_units=(24,))
    bits = binary_autoencoder.hash_images(model, dataset.train.images)["bits"]
    binary_autoencoder.train(model, dataset, tmp_path, seed=0, neighbour_stages=0)
    hashed = binary_autoencoder.hash_images(model, dataset.train.images)
    undecided = (hashed["soft_code"] > 0.1) & (hashed["soft_code"] < 0.9)
    assert undecided.mean() == pytest.approx(0.018, abs=0.006)
    np.testing.assert_array_equal(hashed["bits"], bits)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"neighbours": 0}, "neighbours must be an integer from 1 to 49, .* received 0"),
        ({"neighbours": 50}, "neighbours must be an integer from 1 to 49, .* received 50"),
        ({"neighbours": 2.5}, "neighbours must be an integer from 1 to 49, .* received 2.5"),
        ({"neighbour_stages": -1}, "neighbour_stages must be an integer of 0 or more; received -1"),
    ],
)
def test_neighbours_that_cannot_be_are_refused_before_the_first_stage(dataset, tmp_path, arguments, message):
    model = binary_autoencoder.build(dataset.image_shape, bits=5, hidden_units=(6,))
    with pytest.raises(ValueError, match=message):
        binary_autoencoder.train(model, dataset, tmp_path / "training", seed=0, **arguments)
    assert not list(tmp_path.iterdir())
