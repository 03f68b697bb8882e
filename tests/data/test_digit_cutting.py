"""Digits set down in pictures of many kinds come out again: how many, in which order, and as MNIST has them."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keraszoo.data import cut_digits
from keraszoo.data.digits import read_digits
from keraszoo.data.pictures import resize_images

PREPARED = os.environ.get("TFDS_DATA_DIR")
BUNDLED = read_digits((48, 48)).test
DIGITS, LABELS = BUNDLED.images[..., 0], BUNDLED.labels


def set_down(images, rng=None, canvas=(120, 520), top=40):
    """Images, light on dark, in one line: cover 0-1; with a generator at uneven heights and distances."""
    cover = np.zeros(canvas)
    left = 20
    for image in images:
        height, width = image.shape
        row = top + int(rng.integers(-15, 15)) if rng else top
        cover[row : row + height, left : left + width] = image / 255
        left += width + (int(rng.integers(6, 25)) if rng else 10)
    return cover


def on_paper(cover, paper=230, ink=40):
    return np.round(paper + (ink - paper) * cover).astype(np.uint8)


def uneven_light(picture):
    """The light falls off to the right, and a shadow lies over a corner."""
    rows, columns = np.meshgrid(*(np.linspace(0, 1, side) for side in picture.shape), indexing="ij")
    shadow = 1 / (1 + np.exp((rows + 2 * columns - 1.2) * 40))
    return np.round(picture * (1 - 0.4 * columns) * (1 - 0.3 * shadow)).astype(np.uint8)


def photographed(picture):
    noisy = uneven_light(picture) + np.random.default_rng(3).normal(0, 8, picture.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file))


def correlation(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


def six_digits(rng):
    """Six different bundled digits, each of another size."""
    chosen = [rng.choice(np.flatnonzero(label == LABELS)) for label in rng.permutation(10)[:6]]
    sides = rng.integers(36, 60, 6)
    return [
        resize_images(DIGITS[i : i + 1, ..., None], (side, side))[0, ..., 0]
        for i, side in zip(chosen, sides, strict=True)
    ]


@pytest.mark.parametrize(
    "change",
    [
        on_paper,
        lambda cover: 255 - on_paper(cover),
        lambda cover: on_paper(cover, ink=190),
        lambda cover: on_paper(cover, paper=20, ink=120),
        lambda cover: uneven_light(on_paper(cover)),
        lambda cover: photographed(on_paper(cover)),
        lambda cover: photographed(on_paper(cover, paper=60, ink=240)),
    ],
    ids=["dark on light", "light on dark", "pale ink", "chalk", "shadow", "photograph", "photograph of a blackboard"],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_digits_come_out_from_left_to_right(change, seed):
    rng = np.random.default_rng(seed)
    images = six_digits(rng)
    cut = cut_digits(change(set_down(images, rng)))
    assert cut.shape == (6, 28, 28, 1)
    assert cut.dtype == np.uint8
    alone = np.concatenate([cut_digits(np.pad(image, 10)) for image in images])
    likeness = np.array([[correlation(one, other) for other in alone] for one in cut])
    assert likeness.argmax(axis=1).tolist() == list(range(6))
    assert likeness.diagonal().mean() > 0.93


@pytest.mark.slow
@pytest.mark.skipif(
    not PREPARED or not Path(PREPARED, "mnist").is_dir(), reason="MNIST is not prepared in TFDS_DATA_DIR"
)
@pytest.mark.parametrize(("scale", "least"), [(1, 0.97), (3, 0.93)])
def test_mnist_comes_out_as_it_was(scale, least):
    import tensorflow_datasets as tfds

    examples = tfds.as_numpy(tfds.load("mnist", split="test[:64]", data_dir=PREPARED, shuffle_files=False))
    images = np.stack([example["image"] for example in examples])
    larger = resize_images(images, (28 * scale, 28 * scale))[..., 0]
    canvas = (40 * scale, 180 * scale)
    cut = [cut_digits(on_paper(set_down(larger[i : i + 4], canvas=canvas, top=4))) for i in range(0, 64, 4)]
    cut = np.concatenate(cut)
    assert len(cut) == 64
    assert np.mean([correlation(one, other) for one, other in zip(cut, images, strict=True)]) > least


@pytest.mark.parametrize(("size", "longest"), [(28, 20), (14, 10), (56, 40)])
def test_box_and_centre_of_mass_are_as_in_mnist(size, longest):
    (image,) = cut_digits(on_paper(set_down(DIGITS[3:4])), size)[..., 0]
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(longest, abs=1)
    assert image.max() == 255
    for axis in (0, 1):
        centre = np.average(np.arange(size), weights=image.sum(axis=1 - axis))
        assert centre == pytest.approx(size / 2, abs=0.51)


@pytest.mark.parametrize("margin", [0, 1, 30])
def test_a_picture_may_end_at_the_digit(margin):
    for image in DIGITS[:10]:
        assert len(cut_digits(np.pad(image, margin))) == 1


def test_a_colour_picture_is_cut_as_its_grey_one():
    cover = set_down(DIGITS[:4])[..., None]
    blue_on_yellow = np.round(cover * [30, 40, 140] + (1 - cover) * [240, 230, 180]).astype(np.uint8)
    grey = np.asarray(Image.fromarray(blue_on_yellow).convert("L"))
    np.testing.assert_array_equal(cut_digits(blue_on_yellow), cut_digits(grey[..., None]))


def test_a_thin_pen_is_not_pale():
    assert cut_digits(on_paper(set_down([np.full((70, 2), 255)]))).max() == 255


def test_a_digit_fainter_than_its_neighbours_is_not_lost():
    images = [DIGITS[0], (DIGITS[1] * 0.33).astype(np.uint8), DIGITS[2]]
    cut = cut_digits(on_paper(set_down(images)))
    assert len(cut) == 3
    assert cut[1].max() == 255


def test_a_broken_digit_stays_one():
    broken = DIGITS[:6].copy()
    broken[:, 20:23] = 0
    assert len(cut_digits(on_paper(set_down(broken)))) == 6


def test_specks_are_left_out():
    picture = on_paper(set_down(DIGITS[:3]))
    for row, column in (10, 60), (45, 300), (70, 390), (90, 40), (100, 480):
        picture[row : row + 4, column : column + 5] = 40
    assert len(cut_digits(picture)) == 3


def test_a_large_picture_is_cut_as_a_small_one():
    picture = on_paper(set_down(DIGITS[:4]))
    large = np.kron(picture, np.ones((6, 6), np.uint8))
    likeness = [correlation(*pair) for pair in zip(cut_digits(large), cut_digits(picture), strict=True)]
    assert min(likeness) > 0.9


def ring(width=40):
    rows, columns = np.mgrid[-24:24, -width // 2 : width // 2]
    distance = np.hypot(rows / 22, columns / (width / 2 - 2))
    return 255 * ((distance < 1) & (distance > 0.7))


def blank_paper(noise=0):
    """The light falls off to the right and towards the border."""
    rows, columns = np.meshgrid(np.linspace(-1, 1, 200), np.linspace(-1, 1, 300), indexing="ij")
    paper = 180 * (1 - 0.2 * columns - 0.1 * (rows**2 + columns**2))
    return np.clip(paper + np.random.default_rng(0).normal(0, noise, paper.shape), 0, 255).astype(np.uint8)


def specks_only():
    picture = np.full((200, 300), 220, np.uint8)
    picture[50:54, ::40] = 30
    return picture


TOUCHING = on_paper(set_down([DIGITS[0], np.hstack([ring()[:, :38], ring()[:, 2:]]), DIGITS[1]]))
TWO_LINES = np.vstack([on_paper(set_down(DIGITS[:3])), on_paper(set_down(DIGITS[3:6]))])
MINUS = on_paper(set_down([np.pad(np.full((6, 24), 255), ((20, 22), (0, 0))), DIGITS[0], DIGITS[1]]))


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.full((60, 60), 200, np.uint8), "empty picture, all pixels in 200-200"),
        (blank_paper(), "found none that stands out"),
        (blank_paper(noise=6), "found none that stands out"),
        (specks_only(), "found none that stands out"),
        (TOUCHING, r"touching digits, 7\d wide and (4\d|50) high at column (7[89]|8\d); leave space"),
        (
            np.kron(TOUCHING, np.ones((5, 5), np.uint8)),
            r"touching digits, 3[6-9]\d wide and 2[0-5]\d high at column 4\d\d;",
        ),
        (TWO_LINES, "expected one line of digits, received more than one"),
        (MINUS, r"another mark, 2\d wide and \d high at column (19|2\d), where digits are some (4\d|50) high"),
        (np.zeros((7, 90), np.uint8), "at least 8x8 pixels, received one that is too small, 7 high and 90 wide"),
        (np.zeros((60, 60)), "received float64"),
        (np.zeros((2, 60, 60, 1), np.uint8), r"received uint8 of shape \(2, 60, 60, 1\)"),
        (np.zeros((60, 60, 4), np.uint8), r"received uint8 of shape \(60, 60, 4\)"),
    ],
)
def test_refused(picture, message):
    with pytest.raises(ValueError, match=message):
        cut_digits(picture)
