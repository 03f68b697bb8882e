"""The contact sheet: where the panels stand, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from keraszoo.evaluation.contact_sheet import Caption, Panel, plot_contact_sheet

RED = (0xBB, 0x22, 0x33)


def flat_images(*greys, size=8):
    """An image of ``size`` pixels a side for each grey."""
    return np.broadcast_to(np.uint8(greys)[:, None, None, None], (len(greys), size, size, 1))


def pixels_of(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def box(pixels, grey):
    """Top, left, bottom and right of the rectangle that is filled with one grey."""
    is_grey = np.abs(pixels - grey).max(axis=2) <= 1
    rows, columns = (np.flatnonzero(is_grey.sum(axis=axis) >= 50) for axis in (1, 0))
    return rows[0], columns[0], rows[-1] + 1, columns[-1] + 1


@pytest.mark.parametrize("size", [8, 28])
def test_images_are_enlarged_by_whole_numbers_in_rows_and_columns(tmp_path, size):
    panel = Panel("a model", {"above": flat_images(40, 80, size=size), "below": flat_images(120, 160, size=size)})
    plot_contact_sheet({"Models": [panel]}, tmp_path / "sheet.png")
    pixels = pixels_of(tmp_path / "sheet.png")
    assert pixels.shape[1] == pytest.approx(1600, abs=2)
    boxes = {grey: box(pixels, grey) for grey in (40, 80, 120, 160)}
    assert all((bottom - top, right - left) == (56, 56) for top, left, bottom, right in boxes.values())
    top, left = boxes[40][:2]
    assert [boxes[grey][:2] for grey in (80, 120, 160)] == [(top, left + 64), (top + 64, left), (top + 64, left + 64)]


def test_panels_stand_side_by_side_while_they_fit_and_sections_below_one_another(tmp_path):
    greys = 90, 110, 130, 150
    panels = [Panel(f"model {grey}", {"row": flat_images(*[grey] * 9)}) for grey in greys]
    plot_contact_sheet({"Live": panels[:3], "Committed": panels[3:]}, tmp_path / "sheet.png")
    pixels = pixels_of(tmp_path / "sheet.png")
    (first, second, third, other) = (box(pixels, grey) for grey in greys)
    assert first[0] == second[0] < third[0] < other[0]
    assert first[1] == third[1] == other[1] < second[1]
    assert second[3] == pytest.approx(1600 - 22, abs=2), "the last one ends at the right margin"


def test_what_is_wrong_is_red(tmp_path):
    def reds(*captions):
        panel = Panel("a model", {"digit": flat_images(0, 0)}, [[caption] for caption in captions])
        plot_contact_sheet({"Models": [panel]}, tmp_path / "sheet.png")
        return np.argwhere(np.abs(pixels_of(tmp_path / "sheet.png") - RED).max(axis=2) <= 8)

    assert len(reds(Caption("seven"), Caption("$"))) == 0
    wrong = reds(Caption("seven"), Caption("nine", right=False))
    assert len(wrong) > 20
    assert wrong[:, 1].min() > 22 + 92 + 56, "below the second image"


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({}, "at least one panel, received none"),
        ({"Models": []}, "at least one panel, received none"),
        ({"Models": [Panel("m", {})]}, "m: expected rows of as many images of one shape"),
        ({"Models": [Panel("m", {"a": flat_images(1), "b": flat_images(1, 2)})]}, "m: expected rows of as many images"),
        ({"Models": [Panel("m", {"a": flat_images(1, 2)}, [[Caption("x")]])]}, "each of the 2 images, received 1"),
        ({"Models": [Panel("m", {"a": np.zeros((1, 8, 8, 2))})]}, "m: expected 1 channel"),
        ({"Models": [Panel("m", {"a": np.full((1, 8, 8, 1), 7.0)})]}, "expected floats in 0-1"),
        ({"Models": [Panel("m", {"a": flat_images(*range(40))})]}, "m: expected at most 1555 pixels in a row"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_is_written(tmp_path, sections, message):
    with pytest.raises(ValueError, match=message):
        plot_contact_sheet(sections, tmp_path / "sheet.png")
    assert not list(tmp_path.iterdir())
