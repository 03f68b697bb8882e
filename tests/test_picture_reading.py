"""Digits in pictures come out as a model has learned them, and what it reads comes out as words and numbers."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.data import cut_digits, digits_of
from keraszoo.data.digits import read_digits
from keraszoo.data.pictures import resize_images
from keraszoo.loading import Words, load
from keraszoo.picture_reading import Number, numbers_in, read_numbers

DIGITS = read_digits((8, 8)).test
BLANK = 10


def write_page(path, *positions):
    """Bundled test digits in one line, dark on light, as a scanner gives them."""
    ink = np.zeros((90, 70 * len(positions) + 30))
    for place, position in enumerate(positions):
        image = resize_images(DIGITS.images[position : position + 1], (50, 50))[0, ..., 0]
        ink[20:70, 25 + 70 * place : 75 + 70 * place] = image / 255
    Image.fromarray(np.round(235 - 200 * ink).astype(np.uint8)).save(path)
    return str(path)


def test_digits_have_the_margin_that_the_model_has_learned(tmp_path):
    path = write_page(tmp_path / "page.png", 0, 1)
    (number,) = numbers_in([path], 2, (28, 28, 1))
    assert number.pictures == [path]
    np.testing.assert_array_equal(number.digits, cut_digits(np.asarray(Image.open(path))))
    (filled,) = numbers_in([path], 2, (8, 8, 1), filled=True)
    (with_margin,) = numbers_in([path], 2, (8, 8, 1))
    likeness = [np.corrcoef(each.digits.ravel(), DIGITS.images[:2].ravel())[0, 1] for each in (filled, with_margin)]
    assert likeness[0] > 0.8 > likeness[1]


@pytest.mark.parametrize("is_dark", [True, False])
def test_a_picture_of_the_models_size_is_cut_only_if_it_is_dark_on_light(tmp_path, is_dark):
    digit = resize_images(DIGITS.images[:1], (28, 28))[0]
    picture = 255 - digit if is_dark else digit
    Image.fromarray(picture[..., 0]).save(tmp_path / "digit.png")
    (number,) = numbers_in([str(tmp_path / "digit.png")], 1, (28, 28, 1))
    np.testing.assert_array_equal(number.digits[0], cut_digits(picture)[0] if is_dark else digit)


@pytest.mark.parametrize("image_shape", [(28, 20, 1), (28, 28, 3)])
def test_no_digits_are_cut_out_for_a_model_that_takes_no_grey_squares(tmp_path, image_shape):
    path = write_page(tmp_path / "page.png", 0)
    with pytest.raises(
        ValueError, match=r"page.png: digits are cut out as grey squares, but the model reads images 28"
    ):
        numbers_in([path], 2, image_shape)


def test_many_pictures_show_progress(tmp_path, capsys):
    path = write_page(tmp_path / "page.png", 0)
    numbers_in([path] * 20, 2, (8, 8, 1))
    assert "20/20" in capsys.readouterr().out
    numbers_in([path], 2, (8, 8, 1))
    assert capsys.readouterr().out == ""


def reader_of(words, seen, probability, max_digits):
    """A reader that reads these words, each letter with this probability, from a context that shows these digits."""
    read = [Words(text, probability ** len(text)) for text in words]
    return SimpleNamespace(max_digits=max_digits, read=lambda _: read, context=lambda _: np.eye(11)[seen])


WORDS = ["삼십이", "영", "십십"]
NUMBERS = [Number([f"{place}.png"], DIGITS.images[:2]) for place in range(3)]


@pytest.mark.parametrize(
    ("max_digits", "seen", "expected"),
    [
        (2, [[1, 1], [1, 1], [1, 1]], [32, 0, None]),
        (6, digits_of([32, 0, 11], 6), [32, 0, None]),
        (6, digits_of([23, 1, 11], 6), [None, None, None]),
        (6, np.full((3, 6), BLANK), [None, None, None]),
    ],
    ids=["listed", "seen", "seen as other digits", "seen as none"],
)
def test_the_number_is_that_of_the_words(max_digits, seen, expected):
    readings = read_numbers(reader_of(WORDS, seen, 1.0, max_digits), "ko", NUMBERS)
    assert [reading.text for reading in readings] == WORDS
    assert [reading.number for reading in readings] == expected
    assert [reading.pictures for reading in readings] == [["0.png"], ["1.png"], ["2.png"]]


def test_words_of_little_confidence_are_not_given():
    readings = read_numbers(reader_of(WORDS, None, 0.8, 2), "ko", NUMBERS, min_confidence=0.7)
    assert [(reading.text, reading.number) for reading in readings] == [("unsure", None), ("영", 0), ("unsure", None)]
    assert [reading.confidence for reading in readings] == pytest.approx([0.8**3, 0.8, 0.8**2])


@pytest.mark.slow
def test_what_is_written_is_read(tmp_path):
    run = runs.train(runs.settings_for("reader-digits"), tmp_path, verbose=0)
    positions = [first for first in range(0, 200, 2) if DIGITS.labels[first] > 0]
    paths = [write_page(tmp_path / f"{first}.png", first, first + 1) for first in positions]
    numbers = [numbers_in([path], 2, (8, 8, 1), filled=True)[0] for path in paths]
    readings = read_numbers(load(run), "ko", numbers)
    expected = [10 * DIGITS.labels[first] + DIGITS.labels[first + 1] for first in positions]
    right = [reading.number == number for reading, number in zip(readings, expected, strict=True)]
    assert np.mean(right) > 0.7
