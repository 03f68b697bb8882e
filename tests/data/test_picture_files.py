"""Which files of a folder are pictures, wherever in it they lie."""

import logging

import pytest

from keraszoo.data.picture_files import all_picture_names, reason_of


@pytest.fixture
def folder(tmp_path):
    """Empty files in and beside sub-folders of a hidden folder: names are all that counts."""
    folder = tmp_path / ".pictures"
    for name in ("b.PNG", "a/2.jpg", "a/deep/1.webp", "notes.txt", ".hidden.png", ".hidden/3.png", "a/.cache/4.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_pictures_in_and_beside_sub_folders_are_found_and_other_files_logged(folder, caplog):
    with caplog.at_level(logging.WARNING, logger="keraszoo"):
        assert all_picture_names(folder) == ["a/2.jpg", "a/deep/1.webp", "b.PNG"]
    (record,) = caplog.records
    assert record.getMessage().endswith("by their suffix, .txt")


def test_links_are_followed_but_not_round_and_round(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "5.png").touch()
    (folder / "a" / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "a" / "up").symlink_to(folder)
    assert all_picture_names(folder) == ["a/2.jpg", "a/deep/1.webp", "a/linked/5.png", "b.PNG"]


@pytest.mark.parametrize(
    ("error", "reason"), [(OSError("cannot\n identify"), "cannot identify"), (EOFError(), "EOFError")]
)
def test_a_reason_is_one_line(error, reason):
    assert reason_of(error) == reason
