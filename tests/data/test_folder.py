import logging
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keraszoo.data import load_images
from keraszoo.data.folder import picture_folder, read_folder, survey_folder


def all_images(dataset):
    return np.concatenate([split.images for split in (dataset.train, dataset.validation, dataset.test)])


def bomb(path, side):
    """A PNG of a few bytes that claims ``side`` x ``side`` pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))


def test_subfolders_are_classes(pictures):
    dataset = load_images(pictures)
    assert dataset.class_names == ("cats", "dogs")
    assert dataset.image_shape == (4, 6, 1)
    labels = np.concatenate([split.labels for split in (dataset.train, dataset.validation, dataset.test)])
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [12, 12]


def test_labels_belong_to_their_pictures(tmp_path, save_picture):
    for number in range(6):
        save_picture(tmp_path / "black" / f"{number}.png", value=0)
        save_picture(tmp_path / "white" / f"{number}.png", value=255)
    dataset = load_images(tmp_path)
    for split in (dataset.train, dataset.validation, dataset.test):
        np.testing.assert_array_equal(split.images[:, 0, 0, 0], split.labels * 255)


def test_pictures_without_classes(tmp_path, save_picture):
    for number in range(6):
        save_picture(tmp_path / f"{number}.PNG")
    dataset = load_images(str(tmp_path))
    assert dataset.class_names == ()
    assert dataset.train.labels is None
    assert len(all_images(dataset)) == 6


def test_the_seed_leaves_the_test_split_alone(pictures):
    tests = [load_images(pictures, seed=seed).test.images for seed in (1, 2)]
    np.testing.assert_array_equal(*tests)


def test_adding_a_picture_moves_no_other(pictures, save_picture):
    before = {image.tobytes() for image in load_images(pictures).test.images}
    for number in range(12, 30):
        save_picture(pictures / "cats" / f"{number}.png", value=number)
    test = load_images(pictures).test.images
    assert {image.tobytes() for image in test if np.ptp(image) > 0} == before


def test_sizes_and_modes_are_made_equal_aloud(pictures, save_picture, caplog):
    save_picture(pictures / "cats" / "large.png", size=(60, 40), mode="RGB")
    dataset = load_images(pictures)
    assert dataset.image_shape == (4, 6, 3)
    assert "25 pictures; height x width 4x6 (24), 40x60 (1), all made 4x6" in caplog.text
    assert "modes L (24), RGB (1), all made colour" in caplog.text


def test_equal_pictures_are_no_warning(pictures, caplog):
    with caplog.at_level(logging.INFO):
        load_images(pictures)
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_given_size(pictures):
    assert load_images(pictures, image_size=(5, 3)).image_shape == (5, 3, 1)


def test_large_pictures_are_shrunk(tmp_path, save_picture, caplog):
    for number in range(3):
        save_picture(tmp_path / f"{number}.png", size=(512, 1024))
    assert load_images(tmp_path).image_shape == (256, 128, 1)
    assert "1024x512 (3), all made 256x128" in caplog.text


def test_other_files_are_left_out_aloud(pictures, caplog):
    (pictures / "notes.txt").touch()
    (pictures / "cats" / "1.heic").touch()
    (pictures / ".DS_Store").touch()
    (pictures / ".thumbnails").mkdir()
    (pictures / ".thumbnails" / "1.png").touch()
    assert len(all_images(load_images(pictures))) == 24
    assert ".heic, .txt" in caplog.text
    assert "DS_Store" not in caplog.text


def test_a_link_back_up_ends(pictures):
    (pictures / "cats" / "loop").symlink_to(pictures)
    assert len(all_images(load_images(pictures))) == 24


@pytest.mark.parametrize("folders", [[], ["cats", "dogs"]])
def test_empty_folder(tmp_path, folders):
    for folder in folders:
        (tmp_path / "empty" / folder).mkdir(parents=True)
    (tmp_path / "empty").mkdir(exist_ok=True)
    with pytest.raises(ValueError, match="found none"):
        load_images(tmp_path / "empty")


def test_too_few_pictures(tmp_path, save_picture):
    save_picture(tmp_path / "one.png")
    with pytest.raises(ValueError, match="at least 3 images"):
        load_images(tmp_path)


def test_pictures_beside_classes(pictures, save_picture):
    save_picture(pictures / "stray.png")
    with pytest.raises(ValueError, match=r"found both, 'cats/0\.png' and 'stray\.png'"):
        load_images(pictures)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-30])


BREAK = {
    "foreign": lambda path: path.write_text("no picture"),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": truncate,
    "bomb": lambda path: bomb(path, 50_000),
    "half a bomb": lambda path: bomb(path, 10_000),
    "floats": lambda path: Image.fromarray(np.zeros((4, 6), np.float32)).save(path, format="TIFF"),
}


@pytest.mark.parametrize("kind", BREAK)
def test_a_broken_picture_is_named_or_skipped(pictures, caplog, kind):
    BREAK[kind](pictures / "cats" / "3.png")
    with pytest.raises(ValueError, match=r"1 of 24 pictures .* cats/3\.png \(.+\)\. .*skip_broken") as raised:
        load_images(pictures)
    assert "\n" not in str(raised.value)
    assert len(all_images(load_images(pictures, skip_broken=True))) == 23
    assert "Left out: 1 of 24 pictures" in caplog.text


def test_all_broken_pictures_are_counted(pictures):
    for path in (pictures / "cats").iterdir():
        path.write_text("no picture")
    with pytest.raises(ValueError, match=r"12 of 24 pictures .*; and 9 more"):
        load_images(pictures)


def test_nothing_is_left_after_skipping(tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.png").write_text("no picture")
    with pytest.raises(ValueError, match="4 of 4 pictures"):
        load_images(tmp_path, skip_broken=True)


def test_sizes_that_are_all_different_are_made_the_median(tmp_path, save_picture):
    for side in (10, 20, 30, 40, 90):
        save_picture(tmp_path / f"{side}.png", size=(side, 2 * side))
    assert survey_folder(tmp_path).usual_size() == (60, 30)
    assert survey_folder(tmp_path).usual_size(max_side=30) == (30, 15)


def test_a_survey_passes_over_what_it_cannot_read(pictures):
    (pictures / "dogs" / "deeper" / "1.png").write_text("no picture")
    survey = survey_folder(pictures)
    assert survey.name == "pictures"
    assert survey.class_sizes == {"cats": 12, "dogs": 11}
    assert (len(survey.headers), survey.channels, survey.usual_size()) == (23, 1, (4, 6))


def test_pictures_beside_classes_may_be_taken_together(pictures, save_picture):
    save_picture(pictures / "stray.png")
    with pytest.raises(ValueError, match="found both"):
        survey_folder(pictures)
    survey = survey_folder(pictures, may_mix=True)
    assert (len(survey.headers), survey.class_sizes) == (25, {})
    images = read_folder(pictures, may_mix=True)
    assert (len(images.train) + len(images.test), images.train.labels, images.class_names) == (25, None, ())


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 1), ("L", 3)])
def test_given_channels(tmp_path, save_picture, mode, channels):
    for number in range(3):
        save_picture(tmp_path / f"{number}.png", mode=mode)
    assert read_folder(tmp_path, channels=channels).train.images.shape[-1] == channels


def test_which_sources_are_folders(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert [picture_folder(source) for source in ("mine", "./mine", "./other", "mnist")] == [
        Path("mine"),
        Path("mine"),
        None,
        None,
    ]
