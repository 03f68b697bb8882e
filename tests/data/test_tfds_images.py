"""Real TFDS data sets, made here from a few random pictures."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from keraszoo.data import load_images
from keraszoo.data.named_pictures import needs_tensorflow

pytestmark = pytest.mark.usefixtures("tfds_folder")

COLOUR = np.random.default_rng(0).integers(0, 256, (24, 5, 7, 3)).astype(np.uint8)
GREY = COLOUR[..., :1]
LABELS = np.arange(24) % 2


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A TFDS folder with the data sets that these tests read."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    folder = tmp_path_factory.mktemp("tfds")
    image, label = tfds.features.Image(shape=(5, 7, 1)), tfds.features.ClassLabel(names=["even", "odd"])

    def make(name, features, arrays, splits):
        dataset = tf.data.Dataset.from_tensor_slices(arrays)
        tfds.dataset_builders.store_as_tfds_dataset(
            name=name,
            version="1.0.0",
            features=tfds.features.FeaturesDict(features),
            split_datasets=dict.fromkeys(splits, dataset),
            data_dir=folder,
        )

    labelled = {"image": GREY, "label": LABELS}
    make("labelled", {"image": image, "label": label}, labelled, ["train", "test"])
    make("with_validation", {"image": image, "label": label}, labelled, ["train", "validation"])
    make("without_labels", {"image": image, "id": np.int64}, {"image": GREY, "id": LABELS}, ["train"])
    hidden = {"image": GREY, "label": np.full(24, -1)}
    make("hidden_labels", {"image": image, "label": label}, hidden, ["train"])
    make("without_train", {"image": image}, {"image": GREY}, ["test"])
    make("two_images", {"left": image, "right": image}, {"left": GREY, "right": GREY}, ["train"])
    twice = {"image": GREY, "a": LABELS, "b": LABELS}
    make("two_labels", {"image": image, "a": label, "b": label}, twice, ["train"])
    sized = tfds.features.Image(shape=(None, None, 3))
    make("variable_size", {"image": sized}, {"image": COLOUR}, ["train"])
    deep = tfds.features.Image(shape=(5, 7, 1), dtype=np.uint16)
    make("deep", {"image": deep}, {"image": GREY.astype(np.uint16)}, ["train"])
    return folder


@pytest.fixture
def tfds_folder(made_once, tmp_path, monkeypatch):
    """A copy of the folder that a test may spoil."""
    folder = shutil.copytree(made_once, tmp_path / "tfds")
    monkeypatch.setenv("TFDS_DATA_DIR", str(folder))
    return folder


def as_set(images):
    return {image.tobytes() for image in images}


def test_splits_labels_and_names():
    dataset = load_images("labelled")
    assert dataset.name == "labelled/1.0.0"
    assert dataset.class_names == ("even", "odd")
    assert dataset.image_shape == (5, 7, 1)
    assert [len(split) for split in (dataset.train, dataset.validation, dataset.test)] == [22, 2, 24]
    assert as_set(dataset.test.images) == as_set(GREY)
    label_of = {image.tobytes(): label for image, label in zip(GREY, LABELS, strict=True)}
    assert [label_of[image.tobytes()] for image in dataset.test.images] == dataset.test.labels.tolist()


def test_the_seed_leaves_the_test_split_alone():
    tests = [load_images("without_labels", seed=seed).test.images for seed in (1, 2)]
    np.testing.assert_array_equal(*tests)


def test_validation_stands_in_for_test():
    assert len(load_images("with_validation").test) == 24


def test_without_test_split_the_last_sixth():
    dataset = load_images("without_labels")
    assert [len(split) for split in (dataset.train, dataset.validation, dataset.test)] == [18, 2, 4]
    assert dataset.train.labels is None
    assert dataset.class_names == ()


def test_labels_that_are_not_given_out():
    assert load_images("hidden_labels").test.labels is None


def test_images_of_several_sizes_need_one():
    with pytest.raises(ValueError, match=r"give image_size=\(height, width\)"):
        load_images("variable_size")
    assert load_images("variable_size", image_size=(4, 6)).image_shape == (4, 6, 3)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("two_images", "left: Image, right: Image"),
        ("two_labels", "a: ClassLabel, b: ClassLabel"),
        ("deep", "expected uint8 images"),
        ("without_train", "expected a data set with a 'train' split, received 'without_train' with test"),
        ("labelled:9.9.9", "9.9.9"),
        ("emnist/lettrs", "Did you mean 'emnist/letters'"),
        ("no name", "as tensorflow-datasets spells it"),
        ("fashion-mnist", "received 'fashion-mnist': there is none. Did you mean 'fashion_mnist'"),
        ("mnst", "there is no such data set or folder. Did you mean 'mnist'"),
        ("digit", "Did you mean 'digits'"),
    ],
)
def test_refused(name, message):
    with pytest.raises(ValueError, match=message) as raised:
        load_images(name)
    assert "\n" not in str(raised.value)


def test_second_load_in_a_fresh_process_needs_no_tensorflow():
    load_images("labelled")
    program = (
        "import sys; from keraszoo.data import load_images; print(len(load_images('labelled').train));"
        "assert not {'tensorflow', 'tensorflow_datasets'} & set(sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ran.stdout == "22\n"


def test_the_cache_gives_what_was_decoded():
    first, second = load_images("labelled"), load_images("labelled")
    for split in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(first, split).images, getattr(second, split).images)
        np.testing.assert_array_equal(getattr(first, split).labels, getattr(second, split).labels)
    assert (first.name, first.class_names) == (second.name, second.class_names)


def test_decoding_is_told_and_happens_once(capsys):
    load_images("labelled")
    assert "decoding labelled train once, 24 images" in capsys.readouterr().err
    load_images("labelled")
    assert capsys.readouterr().err == ""


def test_images_that_have_the_size_anyway_are_not_decoded_again(capsys):
    load_images("labelled")
    capsys.readouterr()
    assert load_images("labelled", image_size=(5, 7)).image_shape == (5, 7, 1)
    assert capsys.readouterr().err == ""


def test_what_tensorflow_is_loaded_for(tfds_folder):
    named = ("labelled/test/0", "labelled", "digits/test/0", "nothing.png", str(tfds_folder))
    assert [needs_tensorflow(name, (5, 7, 1)) for name in named] == [True, True, False, False, False]
    load_images("labelled")
    assert not any(needs_tensorflow(name, (5, 7, 1)) for name in named)


def test_decoding_is_all_that_is_told_where_tensorflow_was_loaded_quietly():
    program = (
        "from keraszoo.commands.shared import load_quietly; from keraszoo.data import load_images;"
        "load_quietly(); load_images('labelled')"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert [line[:27] for line in ran.stderr.splitlines()] == ["keraszoo: decoding labelled"] * 2


def test_a_damaged_cache_is_made_anew(cache, caplog):
    load_images("labelled")
    (kept,) = cache.rglob("*.npz")
    kept.write_bytes(kept.read_bytes()[:-100])
    assert len(load_images("labelled").train) == 22
    assert "made anew" in caplog.text
    caplog.clear()
    load_images("labelled")
    assert caplog.text == ""


def test_a_cache_folder_that_cannot_be_written(cache, caplog):
    cache.touch()
    assert len(load_images("labelled").train) == 22
    assert "cannot be cached" in caplog.text


def test_sizes_and_folders_are_kept_apart(made_once, monkeypatch, cache):
    assert load_images("labelled").image_shape == (5, 7, 1)
    assert load_images("labelled", image_size=4).image_shape == (4, 4, 1)
    monkeypatch.setenv("TFDS_DATA_DIR", str(made_once))
    load_images("labelled")
    assert len(list(cache.rglob("*.npz"))) == 3


def test_a_data_set_prepared_again_is_decoded_again(tfds_folder, capsys):
    load_images("labelled")
    os.utime(tfds_folder / "labelled" / "1.0.0" / "dataset_info.json", (1, 1))
    capsys.readouterr()
    load_images("labelled")
    assert "decoding" in capsys.readouterr().err


def test_the_cache_outlives_the_prepared_files(tfds_folder):
    load_images("labelled")
    shutil.rmtree(tfds_folder)
    assert len(load_images("labelled").train) == 22


@pytest.mark.parametrize("length", [0, 100])
def test_damaged_prepared_files(tfds_folder, length):
    for file in (tfds_folder / "labelled" / "1.0.0").glob("*.tfrecord*"):
        file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(OSError, match="remove that folder"):
        load_images("labelled")
