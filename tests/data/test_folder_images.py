"""Patches of a folder's pictures: where they are cut, and that no picture is in two splits."""

import numpy as np
import pytest
from PIL import Image

from keraszoo.data.folder_images import load_folder, load_patches


@pytest.fixture
def plain(tmp_path, save_picture):
    """Twelve grey pictures of 9x12, each all of one value of its own."""
    for number in range(12):
        save_picture(tmp_path / "plain" / f"{number}.png", size=(12, 9), value=20 * number)
    return tmp_path / "plain"


def values_in(split):
    return np.unique(split.images).tolist()


def splits_of(dataset):
    return dataset.train, dataset.validation, dataset.test


def test_pictures_are_split_and_not_patches(plain):
    dataset = load_patches(plain, (4, 5), 6)
    assert dataset.image_shape == (4, 5, 1)
    assert [len(split) % 6 for split in splits_of(dataset)] == [0, 0, 0]
    assert sorted(value for split in splits_of(dataset) for value in values_in(split)) == list(range(0, 240, 20))
    assert (dataset.train.labels, dataset.class_names) == (None, ())


def test_the_first_patches_are_one_of_each_picture(plain):
    train = load_patches(plain, (4, 5), 6).train
    pictures = len(train) // 6
    assert len(set(train.images[:pictures, 0, 0, 0].tolist())) == pictures


def test_patches_are_pieces_at_the_pictures_own_resolution(tmp_path, save_picture):
    for number in range(3):
        save_picture(tmp_path / f"{number}.png", size=(12, 9))
    pictures = [np.asarray(Image.open(path)) for path in sorted(tmp_path.iterdir())]
    windows = {
        window.tobytes()
        for picture in pictures
        for window in np.lib.stride_tricks.sliding_window_view(picture, (4, 5)).reshape(-1, 4, 5)
    }
    dataset = load_patches(tmp_path, (4, 5), 8)
    patches = [image[..., 0].tobytes() for split in splits_of(dataset) for image in split.images]
    assert len(patches) == 24
    assert set(patches) <= windows
    assert len(set(patches)) > 12, "cut at different places"


def test_neither_the_seed_nor_another_picture_moves_a_patch(plain, save_picture):
    before = load_patches(plain, (4, 5), 6)
    np.testing.assert_array_equal(load_patches(plain, (4, 5), 6, seed=1).test.images, before.test.images)
    save_picture(plain / "new.png", size=(12, 9), value=255)
    after = load_patches(plain, (4, 5), 6)
    assert set(values_in(before.test)) <= set(values_in(after.test)) | {255}


def test_a_picture_smaller_than_a_patch_is_enlarged(tmp_path, save_picture):
    for number in range(3):
        save_picture(tmp_path / f"{number}.png", size=(3, 20))
    assert load_patches(tmp_path, (8, 8), 2).image_shape == (8, 8, 1)


def test_broken_pictures(plain, caplog):
    (plain / "3.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"1 of 12 pictures .* 3\.png .*skip_broken"):
        load_patches(plain, (4, 5), 2)
    dataset = load_patches(plain, (4, 5), 2, skip_broken=True)
    assert sum(map(len, splits_of(dataset))) == 22
    assert "Left out: 1 of 12 pictures" in caplog.text
    assert "all made 2 patches of 4x5 each" in caplog.text


def test_too_few_pictures_or_patches(tmp_path, save_picture, plain):
    with pytest.raises(ValueError, match="1 patch or more of each picture, received 0"):
        load_patches(plain, (4, 5), 0)
    save_picture(tmp_path / "two" / "1.png")
    save_picture(tmp_path / "two" / "2.png")
    with pytest.raises(ValueError, match="at least 3 images"):
        load_patches(tmp_path / "two", (4, 5), 100)


def test_whole_pictures(plain):
    dataset = load_folder(plain, (3, 4), channels=3)
    assert dataset.image_shape == (3, 4, 3)
    assert sum(map(len, splits_of(dataset))) == 12
