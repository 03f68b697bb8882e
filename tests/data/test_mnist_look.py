"""Small digits brought to MNIST's look."""

import numpy as np
import pytest

from keraszoo.data import load_images
from keraszoo.data.mnist_look import as_in_mnist


@pytest.fixture(scope="module")
def digits():
    return load_images("digits").test.images[:50]


def test_size_box_and_centre_of_mass_are_those_of_mnist(digits):
    enlarged = as_in_mnist(digits)
    assert (enlarged.shape, enlarged.dtype) == ((50, 28, 28, 1), np.uint8)
    assert (enlarged.max(axis=(1, 2, 3)) == 255).all()
    for image in enlarged[..., 0]:
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(21, abs=1)
        for axis in (0, 1):
            centre = np.average(np.arange(28), weights=image.sum(axis=1 - axis))
            assert centre == pytest.approx(14, abs=0.51)


def test_a_digit_is_the_same_wherever_it_stands(digits):
    moved = np.pad(digits, ((0, 0), (3, 1), (0, 5), (0, 0)))
    np.testing.assert_array_equal(as_in_mnist(moved), as_in_mnist(digits))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.ones((2, 8, 8, 1), np.float32), r"received float32 of shape \(2, 8, 8, 1\)"),
        (np.ones((2, 8, 8), np.uint8), r"received uint8 of shape \(2, 8, 8\)"),
        (np.zeros((1, 8, 8, 1), np.uint8), "all black; leave it out"),
    ],
)
def test_what_is_no_digit_is_refused(images, message):
    with pytest.raises(ValueError, match=message):
        as_in_mnist(images)
