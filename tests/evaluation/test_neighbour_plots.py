"""Which images are nearest, and how they are shown below their queries."""

import numpy as np
import pytest
from PIL import Image

from keraszoo.evaluation import nearest_images, plot_neighbours


def flat_images(*greys):
    """An image of 8x8 pixels for each grey."""
    return np.broadcast_to(np.uint8(greys)[:, None, None, None], (len(greys), 8, 8, 1))


def places(path, grey):
    """Row and column of the pixels of one grey, to the nearest that a picture can hold."""
    with Image.open(path) as picture:
        return np.argwhere(np.abs(np.asarray(picture.convert("L"), int) - grey) <= 1)


def test_the_nearest_come_first_and_equals_in_the_order_of_the_database():
    bits = np.array([[1, 1, 1, 1], [0, 0, 0, 1], [0, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]])
    images = flat_images(0, 1, 2, 3, 4)
    found = nearest_images(np.array([[0, 0, 0, 0], [1, 1, 1, 1]]), bits, images, count=4)
    assert found.shape == (2, 4, 8, 8, 1)
    assert found[:, :, 0, 0, 0].tolist() == [[4, 1, 3, 2], [0, 2, 1, 3]]


def test_no_more_are_found_than_there_are():
    found = nearest_images(np.ones((3, 2)), np.ones((2, 2)), flat_images(5, 6))
    assert found[:, :, 0, 0, 0].tolist() == [[5, 6]] * 3


def test_each_query_stands_above_what_was_found_for_it(tmp_path):
    queries = flat_images(100, 150)
    found = np.stack([flat_images(110, 120, 130), flat_images(160, 170, 180)])
    plot_neighbours(queries, found, tmp_path / "neighbours.png")
    columns = [100, 110, 120, 130], [150, 160, 170, 180]
    tiles = {grey: (row, column) for column, greys in enumerate(columns) for row, grey in enumerate(greys)}
    found_at = {grey: places(tmp_path / "neighbours.png", grey) for grey in tiles}
    assert all(len(where) >= 112 * 112 for where in found_at.values())
    # Of the middle of all, since text has soft edges of any grey.
    centres = {grey: np.median(where, axis=0) for grey, where in found_at.items()}
    for grey, (row, column) in tiles.items():
        np.testing.assert_allclose(centres[grey] - centres[100], [120 * row, 120 * column], atol=2)
    assert [file.name for file in tmp_path.iterdir()] == ["neighbours.png"]


def test_all_queries_are_shown(tmp_path):
    greys = range(80, 80 + 12 * 7, 7)
    plot_neighbours(flat_images(*greys), flat_images(*greys)[:, None], tmp_path / "neighbours.png")
    assert all(len(places(tmp_path / "neighbours.png", grey)) >= 2 * 112 * 112 for grey in greys)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (np.zeros((2, 0, 8, 8, 1)), r"with one neighbour or more, received \(2, 0, 8, 8, 1\)"),
        (np.zeros((2, 8, 8, 1)), r"with one neighbour or more, received \(2, 8, 8, 1\)"),
        (np.zeros((3, 1, 8, 8, 1)), "images of one shape"),
        (np.zeros((2, 1, 8, 6, 1)), "images of one shape"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_is_written(tmp_path, found, message):
    with pytest.raises(ValueError, match=message):
        plot_neighbours(np.zeros((2, 8, 8, 1)), found, tmp_path / "neighbours.png")
    assert not list(tmp_path.iterdir())
