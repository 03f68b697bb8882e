"""What may be given to a verb, and what becomes of it. No model is needed."""

import re

import numpy as np
import pytest
from PIL import Image

from keraszoo.data import Vocabulary
from keraszoo.data.pictures import read_pixels
from keraszoo.loading.given import given_numbers, given_strips, given_texts
from keraszoo.loading.pictures import given_pictures

GREY = (4, 6, 1)
COLOUR = (4, 6, 3)
IMAGES = np.random.default_rng(2).integers(0, 256, (3, 4, 6), dtype=np.uint8)


def noise(height, width, channels=1, seed=0):
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("given", "single"),
    [
        (IMAGES, False),
        (IMAGES[..., None], False),
        (list(IMAGES), False),
        (tuple(IMAGES[..., None]), False),
        (IMAGES.astype(np.int64), False),
        (IMAGES / 255, False),
        (IMAGES[0], True),
        (IMAGES[0, ..., None], True),
        (Image.fromarray(IMAGES[0]), True),
        ([Image.fromarray(image) for image in IMAGES], False),
    ],
)
def test_the_same_pixels_in_many_forms(given, single):
    values, was_single, fitted = given_pictures(given, GREY)
    assert (was_single, fitted) == (single, [])
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[..., 0], IMAGES[: len(values)], atol=1e-4)
    assert len(values) == (1 if single else 3)


def test_floats_keep_their_precision():
    values, _, _ = given_pictures(np.full((4, 6), 0.1234), GREY)
    assert values.max() == pytest.approx(0.1234 * 255)


@pytest.mark.parametrize(
    ("before", "shape", "said"),
    [
        (noise(8, 5), GREY, "8x5 in grey"),
        (noise(4, 6, 3), GREY, "4x6 in colour"),
        (noise(9, 9, 3), GREY, "9x9 in colour"),
        (noise(4, 6), COLOUR, "4x6 in grey"),
        (noise(2, 2), COLOUR, "2x2 in grey"),
    ],
)
@pytest.mark.parametrize("form", ["array", "batch", "list", "pillow", "path", "floats"])
def test_another_size_or_mode_is_fitted_and_said(before, shape, said, form, tmp_path):
    Image.fromarray(before).save(tmp_path / "picture.png")
    given = {
        "array": before,
        "batch": before[None],
        "list": [before],
        "pillow": Image.fromarray(before),
        "path": str(tmp_path / "picture.png"),
        "floats": before / 255,
    }[form]
    values, single, fitted = given_pictures(given, shape)
    assert (list(fitted), single) == ([said], form not in ("batch", "list"))
    expected = read_pixels(tmp_path / "picture.png", shape[2], shape[:2])
    np.testing.assert_array_equal(values[0], expected)


def test_pillows_pictures_of_any_mode():
    picture = Image.fromarray(noise(4, 6, 3))
    for mode in ("1", "P", "RGBA", "CMYK", "YCbCr", "HSV", "LA"):
        values, _, _ = given_pictures(picture.convert(mode), GREY)
        assert values.shape == (1, *GREY)
    wide = Image.fromarray(noise(4, 6).astype(np.uint16) * 257)
    np.testing.assert_array_equal(given_pictures(wide, GREY).values[0, ..., 0], noise(4, 6))


def test_a_transparent_picture_lies_on_white():
    assert given_pictures(Image.new("RGBA", (6, 4), (0, 0, 0, 0)), GREY).values.min() == 255


def test_a_picture_is_turned_upright(tmp_path):
    picture = Image.fromarray(noise(6, 4))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "turned.png", exif=exif)
    values, _, fitted = given_pictures(tmp_path / "turned.png", GREY)
    assert fitted == []
    np.testing.assert_array_equal(values[0, ..., 0], np.rot90(noise(6, 4), -1))
    with Image.open(tmp_path / "turned.png") as opened:
        np.testing.assert_array_equal(given_pictures(opened, GREY).values, values)


def test_three_axes_are_a_batch_if_that_fits():
    assert given_pictures(noise(5, 6, 3), (6, 3, 1)).values.shape == (5, 6, 3, 1)
    assert given_pictures(noise(5, 6, 3), (5, 6, 3)).single


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "at least one picture, received an empty list"),
        (np.zeros((0, 4, 6)), "which is empty"),
        (np.zeros((0, 6)), "which is empty"),
        (Image.new("L", (0, 5)), "it has no content: 5 high and 0 wide"),
        ("missing.png", "received missing.png, where nothing is; check the path"),
        (__file__, "cannot be read (cannot identify image file"),
        (".", "cannot be read ("),
        (np.full((4, 6), np.nan), "received NaN or infinity"),
        (np.full((4, 6), 300), "expected whole numbers 0-255"),
        (np.full((4, 6), 1.5), "expected floats 0-1"),
        (np.zeros((4, 6, 4), np.uint8), "without alpha"),
        (np.zeros(24), "received (24,)"),
        (None, "received an array of object"),
        ([["a.png"]], "received an array of <U5"),
        (
            [np.zeros((1, 4, 6, 1)), np.zeros((3, 4, 6, 1))],
            "one picture at each place of a list, received a batch of 3",
        ),
    ],
)
def test_what_is_no_picture(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        given_pictures(given, GREY)


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.png").touch()
    with pytest.raises(ValueError, match=r"empty\.png, which cannot be read"):
        given_pictures(tmp_path / "empty.png", GREY)


STRIP = (2, *GREY)
BLANK = np.zeros((4, 6), np.uint8)


@pytest.mark.parametrize(
    ("given", "expected", "single"),
    [
        (IMAGES[0], [[IMAGES[0], BLANK]], True),
        (Image.fromarray(IMAGES[0]), [[IMAGES[0], BLANK]], True),
        (IMAGES[:2], [IMAGES[:2]], True),
        (IMAGES[:2, ..., None], [IMAGES[:2]], True),
        (list(IMAGES[:2]), [IMAGES[:2]], True),
        ([Image.fromarray(IMAGES[1])], [[IMAGES[1], BLANK]], True),
        (IMAGES[None, :2], [IMAGES[:2]], False),
        (IMAGES[None, :2, ..., None], [IMAGES[:2]], False),
        ([IMAGES[:2], IMAGES[2:]], [IMAGES[:2], [IMAGES[2], BLANK]], False),
        (
            [[IMAGES[0]], IMAGES[1], (IMAGES[2], IMAGES[0])],
            [[IMAGES[0], BLANK], [IMAGES[1], BLANK], IMAGES[[2, 0]]],
            False,
        ),
    ],
)
def test_the_digits_of_numbers(given, expected, single):
    values, was_single, _ = given_strips(given, STRIP)
    assert was_single == single
    np.testing.assert_array_equal(values[..., 0], np.array(expected, np.float32))


def test_digits_are_fitted_like_pictures():
    assert given_strips([noise(8, 8), IMAGES[0], noise(4, 6, 3)], (3, *GREY)).fitted == ["8x8 in grey", "4x6 in colour"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "pictures of 1 to 2 digits, which the model reads as one number, received 0"),
        (IMAGES, "received 3; give several numbers as a list of lists"),
        ([[IMAGES[0]], []], "received 0"),
        (np.zeros((0, 2, 4, 6, 1)), "received 0"),
    ],
)
def test_what_is_no_number(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        given_strips(given, STRIP)


def test_texts_in_any_spacing_and_case():
    vocabulary = Vocabulary.of(["ab c"])
    values, single, _ = given_texts(["A - B ", "c"], (5,), vocabulary)
    np.testing.assert_array_equal(values, vocabulary.encode(["a b", "c"], 5))
    assert not single
    assert given_texts("c", (5,), vocabulary).single


@pytest.mark.parametrize("given", [[], [1], None, "abcabc", "x", "", ["a", " "]])
def test_what_is_no_text(given):
    with pytest.raises(ValueError, match="expected"):
        given_texts(given, (5,), Vocabulary.of(["abc"]))


def test_codes_of_one_or_several():
    assert given_numbers([1, 2, 3], "code", (3,)).single
    values, single, _ = given_numbers(np.ones((5, 3)), "code", (3,))
    assert (values.shape, values.dtype, single) == ((5, 3), np.float32, False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1, 2], "expected code of shape (3) or (n, 3), received (2,)"),
        (np.zeros((0, 3)), "received (0, 3)"),
        ([1, 2, np.inf], "received NaN or infinity"),
        ("a.png", "expected code as numbers, received str"),
        ([[1, 2, 3], [1]], "expected code as numbers, received list"),
    ],
)
def test_what_is_no_code(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        given_numbers(given, "code", (3,))
