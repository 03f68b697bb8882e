import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keraszoo.data import load_images


def test_digits():
    digits = load_images("digits")
    assert digits.name == "digits"
    assert digits.image_shape == (8, 8, 1)
    assert digits.class_names == tuple("0123456789")
    assert [len(split) for split in (digits.train, digits.validation, digits.test)] == [1373, 125, 299]
    for split in (digits.train, digits.validation, digits.test):
        assert split.images.dtype == np.uint8
        assert split.labels.dtype == np.int64
    assert digits.train.images.min() == 0
    assert digits.train.images.max() == 255


def test_the_seed_leaves_the_test_split_alone():
    one, other = load_images("digits", seed=1), load_images("digits", seed=2)
    np.testing.assert_array_equal(one.test.images, other.test.images)
    assert not np.array_equal(one.validation.images, other.validation.images)


@pytest.mark.parametrize("image_size", [16, (16, 16)])
def test_digits_resized(image_size):
    digits = load_images("digits", image_size=image_size)
    assert digits.image_shape == (16, 16, 1)
    assert digits.train.images.max() > 200


@pytest.mark.parametrize("image_size", [0, (8,), (8, -1), (8, 5000), (8.5, 8), 8.5, "8"])
def test_image_size_out_of_range(image_size):
    with pytest.raises(ValueError, match="image_size"):
        load_images("digits", image_size=image_size)


@pytest.mark.parametrize("source", ["", None, 7])
def test_no_source(source):
    with pytest.raises(ValueError, match="expected the name of a data set or a folder"):
        load_images(source)


@pytest.mark.parametrize("source", ["./missing", "missing/", "missing.png", "~/missing", "/missing", Path("missing")])
def test_missing_folder(source):
    with pytest.raises(FileNotFoundError, match="missing"):
        load_images(source)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "pictures.zip").touch()
    with pytest.raises(NotADirectoryError, match=r"pictures\.zip"):
        load_images(tmp_path / "pictures.zip")


def test_a_picture_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.png").touch()
    with pytest.raises(NotADirectoryError, match=r"received the file one\.png; name its folder"):
        load_images("one.png")


def test_a_folder_by_a_bare_name(pictures, monkeypatch):
    monkeypatch.chdir(pictures.parent)
    assert load_images("pictures").name == "pictures"


def test_import_is_light():
    heavy = "{'tensorflow', 'keras', 'sklearn', 'tensorflow_datasets'}"
    program = f"import sys, keraszoo.data; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
