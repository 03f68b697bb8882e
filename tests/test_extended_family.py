"""The extended family: what each method looks at and changes, and what became of the reconstruction."""

from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from keraszoo.data import label_choice, load_images
from keraszoo.families import extended_autoencoder as family
from keraszoo.families import needs, options_of
from keraszoo.models import autoencoder, binary_autoencoder
from keraszoo.training import ConsistencyLoss

CLASSES, LABELS = 10, 20
PARTS = ("encoder", "decoder", "head")


@pytest.fixture(scope="module")
def dataset():
    """Five of each digit to learn from, one to choose by and two to test on."""
    digits = load_images("digits")
    counts = {"train": 5, "validation": 1, "test": 2}
    return replace(digits, **{name: first_of_each(getattr(digits, name), count) for name, count in counts.items()})


def first_of_each(split, count):
    return split.take(np.concatenate([np.flatnonzero(split.labels == label)[:count] for label in range(CLASSES)]))


def new_base():
    keras.utils.set_random_seed(0)
    return autoencoder((8, 8, 1), code_size=4, hidden_units=(8,))


def learn(dataset, method, folder):
    """A new model, its weights before and its history."""
    model = family.build(dataset.image_shape, new_base(), CLASSES)
    before = weights_of(model)
    options = {"labels": LABELS, "batch_size": 500, "epochs": 2, "head_epochs": 1, "verbose": 0}
    history = family.train(model, dataset, folder, seed=0, method=method, **options)
    return SimpleNamespace(method=method, model=model, before=before, history=history, folder=folder)


@pytest.fixture(scope="module", params=family.training.METHODS)
def trained(request, dataset, tmp_path_factory):
    return learn(dataset, request.param, tmp_path_factory.mktemp(request.param))


def weights_of(model):
    return {name: model.get_layer(name).get_weights() for name in PARTS}


def same(left, right):
    return all(np.array_equal(*pair) for pair in zip(left, right, strict=True))


def stages_given(monkeypatch, dataset, method, folder, **options):
    """What each stage of a training would give to `fit`, which is not called."""
    stages = []

    def noted(model, batches, *, loss, **others):
        frozen = {name for name in PARTS if not model.get_layer(name).trainable}
        stages.append(SimpleNamespace(batches=batches, loss=loss, frozen=frozen, **others))
        return [{"epoch": 1, "loss": 1.0}]

    monkeypatch.setattr(family.training, "fit", noted)
    model = family.build(dataset.image_shape, new_base(), CLASSES)
    settings = {"warp_strength": 0.0, "batch_size": 30, **options}
    family.train(model, dataset, folder, seed=0, method=method, **settings)
    return stages


def pixels_of(images):
    return {image.astype(np.float32).tobytes() for image in images}


def shown(batches):
    """The images of an epoch and, with their labels, those that have one."""
    images, labelled = set(), set()
    for pixels, targets in batches.from_epoch(0).take(batches.steps_per_epoch).as_numpy_iterator():
        images |= pixels_of(pixels)
        known = targets["probabilities"].any(axis=1)
        labels = targets["probabilities"][known].argmax(axis=1)
        labelled |= {(image.tobytes(), label) for image, label in zip(pixels[known], labels, strict=True)}
    return images, labelled


def test_which_layers_each_method_changes(trained):
    after = weights_of(trained.model)
    changed = {name for name in PARTS if not same(trained.before[name], after[name])}
    assert (
        changed
        == {
            "frozen": {"head"},
            "fine_tuned": {"encoder", "head"},
            "joint": {"encoder", "decoder", "head"},
            "scratch": {"encoder", "decoder", "head"},
        }[trained.method]
    )


def test_the_stages_of_each_method(trained):
    stages = {"frozen": [1, 1], "scratch": [1, 1], "fine_tuned": [1, 2, 2], "joint": [1, 2, 2]}[trained.method]
    assert [row["stage"] for row in trained.history] == stages
    assert [row["epoch"] for row in trained.history] == list(range(1, len(stages) + 1))
    assert all(np.isfinite(row["loss"]) for row in trained.history)
    assert not any("val_loss" in row for row in trained.history), "no label is left to choose by"


def test_a_training_that_is_done_is_not_done_again(trained, dataset, monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", lambda *_, **__: pytest.fail("nothing is left to train"))
    again = learn(dataset, trained.method, trained.folder)
    assert again.history == trained.history
    assert same(again.model.get_weights(), trained.model.get_weights())


@pytest.mark.parametrize("method", family.training.METHODS)
def test_other_labels_are_not_looked_at(dataset, tmp_path, monkeypatch, method):
    known = np.arange(0, 60, 3)
    monkeypatch.setattr(label_choice, "class_balanced", lambda *_: known)
    hidden = np.isin(np.arange(60), known, invert=True)
    train, validation = (
        replace(split, labels=(split.labels + part) % CLASSES)
        for split, part in zip((dataset.train, dataset.validation), np.split(hidden, [50]), strict=True)
    )
    corrupted = replace(dataset, train=train, validation=validation)
    given = [
        [
            (stage.batches.fingerprint, str(keras.saving.serialize_keras_object(stage.loss)), stage.validation)
            for stage in stages_given(monkeypatch, data, method, tmp_path / str(number), labels=len(known))
        ]
        for number, data in enumerate((dataset, corrupted))
    ]
    assert given[0] == given[1]
    assert not any(validation for _, _, validation in given[0])


@pytest.mark.parametrize("method", family.training.METHODS)
def test_only_joint_training_sees_unlabelled_images(dataset, tmp_path, monkeypatch, method):
    *_, stage = stages_given(monkeypatch, dataset, method, tmp_path, labels=LABELS)
    images, labelled = shown(stage.batches)
    right = {
        (image.astype(np.float32).tobytes(), label)
        for split in (dataset.train, dataset.validation)
        for image, label in zip(split.images, split.labels, strict=True)
    }
    assert labelled <= right
    assert np.bincount([label for _, label in labelled], minlength=CLASSES).max() <= LABELS // CLASSES
    if method == "joint":
        assert len(images) > LABELS
        assert images & pixels_of(dataset.validation.images)
        assert isinstance(stage.loss["probabilities"], ConsistencyLoss)
        assert stage.loss["probabilities"].class_shares == [1 / CLASSES] * CLASSES
    else:
        assert len(images) == len(labelled) == LABELS


@pytest.mark.parametrize("method", family.training.METHODS)
def test_with_all_labels_the_best_epoch_is_chosen(dataset, tmp_path, monkeypatch, method):
    *_, stage = stages_given(monkeypatch, dataset, method, tmp_path)
    if method == "joint":
        assert stage.validation is None
        return
    inputs, targets = stage.validation
    np.testing.assert_array_equal(inputs, dataset.validation.images)
    np.testing.assert_array_equal(targets["probabilities"].argmax(axis=1), dataset.validation.labels)
    np.testing.assert_allclose(targets["reconstruction"] * 255, inputs, rtol=1e-6)
    assert shown(stage.batches)[0] == pixels_of(dataset.train.images)


@pytest.mark.parametrize(
    ("method", "weight", "expected", "frozen"),
    [
        ("fine_tuned", None, {"probabilities": 1.0}, {"decoder"}),
        ("fine_tuned", 0.5, {"probabilities": 1.0, "reconstruction": 0.5}, set()),
        ("joint", None, {"probabilities": 1.0, "reconstruction": 1.0}, set()),
        ("joint", 0.0, {"probabilities": 1.0}, {"decoder"}),
        ("scratch", None, {"probabilities": 1.0}, {"decoder"}),
    ],
)
def test_the_decoder_is_kept_useful_on_request(dataset, tmp_path, monkeypatch, method, weight, expected, frozen):
    *heads, stage = stages_given(monkeypatch, dataset, method, tmp_path, labels=LABELS, reconstruction_weight=weight)
    assert stage.loss_weights == expected
    assert set(stage.loss) == set(expected)
    assert stage.frozen == frozen
    assert all(head.frozen == {"encoder", "decoder"} and set(head.loss) == {"probabilities"} for head in heads)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "fine_tune"}, r"one of frozen, fine_tuned, joint, scratch; received 'fine_tune'\. Did you mean"),
        ({"labels": 61}, "expected at most 60 of 60 labels, as many of each class, received 61"),
        ({"labels": 9}, "at least 10 labels, one a class, received 9"),
        ({"labels": 20.0}, r"at least 10 labels, one a class, received 20\.0"),
        (
            {"reconstruction_weight": -1.0},
            r"reconstruction_weight must be a finite number .*; received -1\.0",
        ),
        ({"reconstruction_weight": float("nan")}, "must be a finite number of 0 or more; received nan"),
        ({"method": "joint", "labelled_share": 1.0}, r"labelled_share must lie between 0 and 1; received 1\.0"),
        ({"method": "joint", "patience": 3}, "leave patience out"),
        ({"method": "fine_tuned", "labels": 20, "patience": 3}, "leave patience out"),
    ],
)
def test_options_that_cannot_be_are_refused_before_the_first_stage(dataset, tmp_path, options, message):
    model = family.build(dataset.image_shape, new_base(), CLASSES)
    with pytest.raises(ValueError, match=message):
        family.train(model, dataset, tmp_path / "training", seed=0, verbose=0, epochs=1, **options)
    assert not list(tmp_path.glob("training/**/history.csv"))


def test_images_without_labels_are_refused(dataset, tmp_path):
    model = family.build(dataset.image_shape, new_base(), CLASSES)
    unlabelled = replace(dataset, **{name: replace(getattr(dataset, name), labels=None) for name in ("train", "test")})
    with pytest.raises(ValueError, match="the training images have no labels; sort them into class folders"):
        family.train(model, unlabelled, tmp_path, seed=0)
    with pytest.raises(ValueError, match="the test images have no labels"):
        family.evaluate(model, unlabelled, tmp_path, [])


def test_images_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"of shape \(8, 9, 1\), as the data are, received one that reads \(8, 8, 1\)"):
        family.build((8, 9, 1), new_base(), CLASSES)


def test_the_model_and_the_classes_are_no_options_to_type():
    assert needs("extended_autoencoder", "autoencoder")
    assert needs("extended_autoencoder", "num_classes")
    assert not needs("autoencoder", "num_classes")
    builder, training = options_of("extended_autoencoder")
    assert builder == ["autoencoder", "head_units", "dropout"]
    assert {"labels", "method", "epochs", "patience"} <= set(training)


def test_the_damage_to_the_reconstruction_is_measured(trained, dataset, tmp_path):
    scores = family.evaluate(trained.model, dataset, tmp_path, trained.history, base=new_base())
    before, now = scores["measures"]["squared_error_before"], scores["measures"]["squared_error"]
    rebuilt = new_base().predict(dataset.test.images, verbose=0)
    expected = np.square(rebuilt - dataset.test.images / 255).sum(axis=(1, 2, 3)).mean()
    assert before == pytest.approx(expected, rel=1e-4)
    assert (now == before) == (trained.method == "frozen")
    assert family.summary(scores)[-1] == (f"squared error of the reconstruction: {before:.3f} before, {now:.3f} now")
    assert np.sum(scores["confusion"], axis=1).tolist() == [2] * CLASSES
    assert scores["measures"]["accuracy"] == pytest.approx(np.trace(scores["confusion"]) / (2 * CLASSES))
    assert scores["class_names"] == list(dataset.class_names)
    assert {path.stem for path in tmp_path.iterdir()} == {
        "learning_curves",
        "confusion",
        "reliability",
        "errors",
        "reconstructions",
    }


def test_what_a_base_was_worth_is_left_out_where_it_is_not_known_and_read_of_a_binary_one(dataset, tmp_path):
    keras.utils.set_random_seed(0)
    base = binary_autoencoder((8, 8, 1), 5, hidden_units=(6,))
    model, history = family.build(dataset.image_shape, base, CLASSES), [{"epoch": 1, "loss": 1.0}]
    scores = family.evaluate(model, dataset, tmp_path, history)
    assert "squared_error_before" not in scores["measures"]
    assert not any("before" in line for line in family.summary(scores))
    measures = family.evaluate(model, dataset, tmp_path, history, base=base)["measures"]
    assert measures["squared_error_before"] == pytest.approx(measures["squared_error"], rel=1e-5)


def test_files_are_judged_by_their_decisions_and_carry_the_names(dataset):
    model = family.build(dataset.image_shape, new_base(), CLASSES)
    inputs = family.export_inputs(model, dataset)
    perfect = np.eye(CLASSES)[dataset.test.labels]
    assert inputs["score"].of({"probabilities": perfect}) == 1
    assert inputs["score"].of({"probabilities": np.roll(perfect, 1, axis=0)}) == pytest.approx(0.5)
    assert inputs["score"].largest_loss["int8"] == 2 / 20, "one of a few test images may be decided otherwise"
    assert family.assets(model, dataset) == {"class_names.txt": "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"}
