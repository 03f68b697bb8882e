"""Indexing pictures and finding them: folders, data sets, distances, and the picture of what was found."""

import logging

import numpy as np
import pytest
from PIL import Image

from keraszoo.data import load_images
from keraszoo.picture_search import (
    Found,
    check_model,
    check_replaceable,
    describe_index,
    find_pictures,
    grid,
    index_pictures,
    open_index,
    plot_found,
    read_queries,
)
from keraszoo.picture_search.building import PICTURES_AT_ONCE
from keraszoo.search import CodeIndex

SHAPE = (4, 2, 1)
MODEL = {"name": "shades", "sha256": "0" * 64}


def hash_by_rows(pixels):
    """Four bits, one a row of the picture: is it bright?"""
    soft = pixels.mean(axis=(2, 3)) / np.float32(255)
    return {"bits": np.round(soft), "soft_code": soft}


def save(path, *rows, mode="L"):
    """A picture of four rows, each of one shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.tile(np.uint8(rows)[:, None], (1, 2))).convert(mode).save(path)
    return str(path)


@pytest.fixture
def folder(tmp_path):
    """Pictures in sub-folders and beside them, of codes 1000, 1100, 1100 and 0011."""
    save(tmp_path / "pictures" / "a.png", 250, 0, 0, 0)
    save(tmp_path / "pictures" / "deep" / "er" / "b.png", 250, 200, 0, 0, mode="RGB")
    save(tmp_path / "pictures" / "deep" / "c.bmp", 250, 250, 0, 0)
    save(tmp_path / "pictures" / "d.png", 0, 0, 250, 250)
    save(tmp_path / "pictures" / ".hidden" / "e.png", 0, 0, 0, 0)
    (tmp_path / "pictures" / "notes.txt").write_text("no picture")
    return tmp_path / "pictures"


def index_of(source, **options):
    return index_pictures(hash_by_rows, str(source), SHAPE, model=MODEL, verbose=0, **options)


def search(index, path, **options):
    """What is found for a picture, as names of files and distances."""
    codes = hash_by_rows(read_queries([str(path)], SHAPE))
    found = find_pictures(index, codes["bits"][0], codes["soft_code"][0], **options)
    return [(picture.path.rpartition("/")[2], picture.distance) for picture in found]


def test_a_folder_is_indexed_with_all_below_it(folder, capsys):
    index = index_pictures(hash_by_rows, str(folder), SHAPE, model=MODEL)
    names = ["a.png", "d.png", "deep/c.bmp", "deep/er/b.png"]
    assert index.paths(range(4)) == [str(folder / name) for name in names]
    assert (index.bits, index.model) == (4, MODEL)
    assert "4/4" in capsys.readouterr().out


def test_pictures_are_brought_to_the_models_size_and_colour(tmp_path, caplog):
    pixels = np.zeros((40, 30, 3), np.uint8)
    pixels[:10] = 255
    Image.fromarray(pixels).save(tmp_path / "large.png")
    seen = []

    def hash_colour(pixels):
        seen.append((pixels.shape, pixels.dtype, pixels.max() > 200))
        return hash_by_rows(pixels)

    with caplog.at_level(logging.INFO, logger="keraszoo"):
        index = index_pictures(hash_colour, str(tmp_path), (4, 2, 3), verbose=0)
        read_queries([save(tmp_path / "query.png", 1, 2, 3, 4)], (4, 2, 3))
        read_queries([save(tmp_path / "fits.png", 1, 2, 3, 4, mode="RGB")], (4, 2, 3))
    assert seen == [((1, 4, 2, 3), np.float32, True)]
    assert index.bucket([1, 0, 0, 0]).tolist() == [0]
    assert caplog.messages == [
        f"The model takes pictures of 4x2 in colour; 1 of another kind fitted: {kind}"
        for kind in ("40x30 in colour", "4x2 in grey")
    ]


def test_batches_are_bounded_and_ids_go_on(tmp_path):
    sizes = []

    def count(pixels):
        sizes.append(len(pixels))
        return hash_by_rows(pixels)

    index = index_pictures(count, "digits", (4, 4, 1), verbose=0)
    assert sum(sizes) == len(index) == 1797
    assert max(sizes) == PICTURES_AT_ONCE
    assert 1796 in index


def test_an_image_of_a_data_set_is_found_again_by_its_name():
    index = index_pictures(hash_by_rows, "digits", (4, 4, 1), verbose=0)
    dataset = load_images("digits", image_size=4)
    name = "digits/validation/7"
    np.testing.assert_array_equal(read_queries([name], (4, 4, 1))[0], dataset.validation.images[7])
    codes = hash_by_rows(read_queries([name], (4, 4, 1)))
    found = find_pictures(index, codes["bits"][0], codes["soft_code"][0], radius=0, k=None)
    assert name in [picture.path for picture in found]


def test_a_folder_of_a_data_sets_name_is_the_folder(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    folder.rename(folder.parent / "digits")
    assert len(index_of("digits")) == 4


def test_the_nearest_come_by_distance_and_then_by_id(folder):
    index = index_of(folder)
    assert search(index, folder / "a.png") == [("a.png", 0), ("c.bmp", 1), ("b.png", 1), ("d.png", 3)]
    assert search(index, folder / "a.png", k=2) == [("a.png", 0), ("c.bmp", 1)]


def test_within_a_radius(folder):
    index = index_of(folder)
    assert search(index, folder / "a.png", k=None, radius=1) == [("a.png", 0), ("c.bmp", 1), ("b.png", 1)]
    assert search(index, folder / "a.png", k=2, radius=1) == [("a.png", 0), ("c.bmp", 1)]
    assert search(index, folder / "deep" / "c.bmp", k=None, radius=0) == [("c.bmp", 0), ("b.png", 0)]
    other = save(folder.parent / "none.png", 250, 0, 250, 0)
    assert search(index, other, k=None, radius=0) == []
    assert search(index, other, k=None, radius=0, rerank=True) == []


@pytest.mark.parametrize("options", [{"k": 3}, {"k": None}, {"k": 3, "radius": 1}, {"k": None, "radius": 1}])
def test_the_soft_code_orders_what_is_near(folder, options):
    """The query has the code of a, but its second row is nearly bright: nearer to b than to a."""
    index = index_of(folder)
    query = save(folder.parent / "query.png", 250, 120, 0, 0)
    expected = [("b.png", 1), ("a.png", 0), ("c.bmp", 1)]
    assert search(index, query, rerank=True, **options)[:3] == expected
    assert search(index, query, **options)[0] == ("a.png", 0)


def test_soft_distances_are_of_the_pictures_that_they_stand_with(folder):
    query = np.float32([250, 120, 0, 0]) / 255
    found = find_pictures(index_of(folder), np.round(query), query, rerank=True)
    expected = {"a.png": 120**2, "b.png": 80**2, "c.bmp": 130**2, "d.png": 250**2 * 3 + 120**2}
    assert {picture.path.rpartition("/")[2]: picture.soft_distance for picture in found} == {
        name: pytest.approx(distance / 255**2, rel=1e-5) for name, distance in expected.items()
    }


def test_broken_pictures_are_named_or_left_out(folder, caplog):
    (folder / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"broken\.png .*skip_broken"):
        index_of(folder)
    with caplog.at_level(logging.WARNING, logger="keraszoo"):
        assert len(index_of(folder, skip_broken=True)) == 4
    assert "Left out 1 of 5 pictures" in caplog.text
    for name in ("a.png", "d.png", "deep/c.bmp", "deep/er/b.png"):
        (folder / name).write_bytes(b"")
    with pytest.raises(ValueError, match=r"found none that can be read: .*; and 2 more"):
        index_of(folder, skip_broken=True)


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("./missing", FileNotFoundError, "found nothing"),
        ("pictures/a.png", NotADirectoryError, "received the file"),
        ("empty", ValueError, "found none"),
    ],
)
def test_sources_that_are_none(folder, source, error, message, monkeypatch):
    (folder.parent / "empty").mkdir()
    monkeypatch.chdir(folder.parent)
    with pytest.raises(error, match=message):
        index_of(source)


def test_a_grey_data_set_for_a_model_of_colour():
    with pytest.raises(
        ValueError, match="images in colour, as the model reads them, received digits, which is in grey"
    ):
        index_pictures(hash_by_rows, "digits", (8, 8, 3), verbose=0)


@pytest.mark.parametrize("name", ["digits/test/99999", "notes.txt"])
def test_queries_that_cannot_be_read(folder, name, monkeypatch):
    monkeypatch.chdir(folder.parent)
    (folder.parent / "notes.txt").write_text("no picture")
    with pytest.raises(ValueError, match=f"received {name}, which cannot be read"):
        read_queries([str(folder / "a.png"), name], SHAPE)


def test_an_index_is_replaced_by_one_of_its_model_only(folder, tmp_path):
    path = tmp_path / "an.index"
    check_replaceable(path, "shades")
    index_of(folder).save(path)
    check_replaceable(path, "shades")
    with pytest.raises(ValueError, match="is an index of shades, not of hasher"):
        check_replaceable(path, "hasher")
    path.write_bytes(path.read_bytes()[:-1])
    check_replaceable(path, "hasher")
    with pytest.raises(ValueError, match=r"a\.png exists and is no index"):
        check_replaceable(folder / "a.png", "shades")
    with pytest.raises(IsADirectoryError, match="received the folder"):
        check_replaceable(folder, "shades")


def test_a_model_that_was_trained_again_is_another(folder):
    index = index_of(folder)
    check_model("an.index", index, MODEL)
    with pytest.raises(ValueError, match=r"an index of shades \(sha256 000000000000\), received shades .*index again"):
        check_model("an.index", index, {**MODEL, "sha256": "1" * 64})
    check_model("an.index", CodeIndex(4, model="shades"), MODEL)


def test_an_index_in_words(tmp_path):
    path = tmp_path / "an.index"
    index_pictures(hash_by_rows, "digits", (4, 4, 1), model=MODEL, verbose=0).save(path)
    stats = open_index(path).stats()
    first, second, *others = describe_index(path)
    assert first == "pictures: 1,797, in 4 bits of shades"
    assert f"buckets used: {stats['buckets']} of 2^4" in second
    assert f"{stats['largest_bucket']:,} at most" in second
    assert "advice: " in "\n".join(others)


def test_little_is_said_of_an_index_that_holds_little(tmp_path, folder):
    path = tmp_path / "an.index"
    index_of(folder).save(path)
    assert describe_index(path)[2:] == [
        "50% of the pictures share their code with another",
        "so few pictures say nothing of how good the codes are",
    ]
    CodeIndex(4).save(path)
    assert describe_index(path)[1:] == ["the index is empty: index some pictures"]
    index = CodeIndex(4)
    index.add([[0, 1, 0, 1]], [7])
    index.save(path)
    first, _ = describe_index(path)
    assert first == "pictures: 1, in 4 bits of a model that it does not name"


def test_what_was_found_is_drawn_in_colour_and_what_is_gone_is_grey(tmp_path, caplog):
    red = tmp_path / "red.png"
    Image.new("RGB", (300, 300), (200, 10, 20)).save(red)
    query = save(tmp_path / "query.png", 90, 90, 90, 90)
    found = [[Found(0, str(red), 1, None), Found(1, str(tmp_path / "gone.png"), 2, None)], []]
    with caplog.at_level(logging.WARNING, logger="keraszoo"):
        plot_found([query, "digits/test/0"], found, tmp_path / "grid.png", SHAPE)
    assert f"cannot be read any more: {tmp_path / 'gone.png'}" in caplog.text
    with Image.open(tmp_path / "grid.png") as picture:
        colours = {colour: count for count, colour in picture.convert("RGB").getcolors(100_000)}
    tile = 112 * 56
    for colour in ((200, 10, 20), (160, 160, 160), (90, 90, 90)):
        assert colours[colour] >= 0.95 * tile


def test_a_picture_shows_so_many_at_most_and_says_so(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(grid, "SHOWN_AT_MOST", 3)
    found = [[Found(number, f"digits/test/{number}", 0, None) for number in range(5)]] * 4
    with caplog.at_level(logging.WARNING, logger="keraszoo"):
        plot_found(["digits/test/0"] * 4, found, tmp_path / "grid.png", SHAPE)
    assert "shows the first 3 of 4 queries, and at most 3 of 5 pictures of each" in caplog.text
    with pytest.raises(ValueError, match="expected at least one picture to show"):
        plot_found(["digits/test/0"], [[]], tmp_path / "other.png", SHAPE)
    assert not (tmp_path / "other.png").exists()
