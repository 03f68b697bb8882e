import numpy as np
import pytest

from keraszoo.data import check_images

GREY = np.arange(2 * 4 * 6, dtype=np.uint8).reshape(2, 4, 6, 1)


def test_uint8_passes_as_it_is():
    assert check_images(GREY, (4, 6, 1)) is GREY


def test_floats_become_pixels():
    pixels = check_images((GREY / 255).astype(np.float64), (4, 6, 1))
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, GREY, atol=1e-4)


@pytest.mark.parametrize("dtype", [np.int64, np.uint16])
def test_other_whole_numbers_in_range_become_uint8(dtype):
    pixels = check_images(GREY.astype(dtype))
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, GREY)


def test_a_mask_is_black_and_white():
    np.testing.assert_array_equal(check_images(GREY > 3), 255 * (GREY > 3))


@pytest.mark.parametrize("image_shape", [None, (4, 6, 1)])
def test_a_missing_channel_axis_is_added_without_a_copy(image_shape):
    pixels = check_images(GREY[..., 0], image_shape)
    assert pixels.shape == (2, 4, 6, 1)
    assert np.shares_memory(pixels, GREY)


def test_narrow_grey_images_are_not_taken_for_a_single_one():
    assert check_images(np.zeros((5, 8, 3), np.uint8), (8, 3, 1)).shape == (5, 8, 3, 1)


@pytest.mark.parametrize(
    ("images", "image_shape", "message"),
    [
        (GREY[0], (4, 6, 1), "single image"),
        (GREY[0, ..., 0], (4, 6, 1), "single image"),
        (np.zeros((32, 32, 3), np.uint8), None, "single image"),
        (GREY[None], None, r"received \(1, 2, 4, 6, 1\)"),
        (GREY, (4, 6, 3), r"expected images of shape \(n, 4, 6, 3\), received \(2, 4, 6, 1\)"),
        (GREY[..., 0], (4, 6, 3), "resize or convert"),
        (GREY, (6, 4, 1), "resize or convert"),
        (np.zeros((2, 3, 32, 32), np.uint8), None, "channels last"),
        (GREY[:0], (4, 6, 1), "empty"),
        ([], None, "empty"),
        (GREY.astype(np.int16) - 1, None, "int16 in -1-46"),
        (GREY.astype(np.int64) + 209, None, "int64 in 209-256"),
        (GREY.astype(np.float32), None, "float32 in 0 to 47"),
        (GREY / -255, None, "expected floats 0-1, received float64 in -0.18"),
        (np.where(GREY == 5, np.nan, 0.5), None, "NaN"),
        (np.where(GREY == 5, np.inf, 0.5), None, "NaN or infinity"),
        (GREY.astype(object), None, "array of object"),
        (GREY.astype("U3"), None, "array of <U3"),
        ("mnist.png", None, "array of <U9"),
        (None, None, "array of object"),
        ([[[1, 2], [3]]], None, "ragged"),
    ],
)
def test_refused(images, image_shape, message):
    with pytest.raises(ValueError, match=message):
        check_images(images, image_shape)
