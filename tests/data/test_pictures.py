import numpy as np
import pytest
from PIL import Image

from keraszoo.data.pictures import read_header, read_pixels, resize_images


@pytest.fixture
def saved(tmp_path):
    def save(picture, name="picture.png", **options):
        picture.save(tmp_path / name, **options)
        return tmp_path / name

    return save


def test_exif_orientation_is_honoured(saved):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    pixels = np.zeros((4, 6), np.uint8)
    pixels[0] = 255  # the top becomes the right
    path = saved(Image.fromarray(pixels), exif=exif)
    assert read_header(path)[:2] == (6, 4)
    upright = read_pixels(path, channels=1)
    assert upright.shape == (6, 4, 1)
    assert upright[:, 3].min() == 255
    assert upright[:, :3].max() == 0


def test_alpha_is_laid_on_white(saved):
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0, 3] = 255
    opaque = read_pixels(saved(Image.fromarray(pixels)), channels=3)
    assert opaque[0, 0].tolist() == [0, 0, 0]
    assert opaque[1, 1].tolist() == [255, 255, 255]


def test_a_transparent_palette_colour_is_laid_on_white(saved):
    picture = Image.new("P", (2, 2), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    assert read_pixels(saved(picture, transparency=1), channels=3).min() == 255


def test_grey_with_alpha_stays_grey(saved):
    path = saved(Image.new("LA", (2, 2), (100, 255)))
    assert read_header(path).channels == 1
    assert np.unique(read_pixels(path, channels=1)).tolist() == [100]


def test_16_bit_grey_is_scaled(saved):
    pixels = np.array([[0, 257, 32768, 65535]], np.uint16)
    path = saved(Image.fromarray(pixels))
    assert read_header(path).channels == 1
    assert read_pixels(path, channels=1).ravel().tolist() == [0, 1, 128, 255]


def test_beyond_16_bits_is_refused(saved):
    with pytest.raises(ValueError, match="beyond 16 bits"):
        read_pixels(saved(Image.fromarray(np.array([[1, 70_000]], np.int32)), "deep.tiff"), channels=1)


def test_black_and_white(saved):
    assert read_pixels(saved(Image.new("1", (2, 2), 1)), channels=1).ravel().tolist() == [255] * 4


@pytest.mark.parametrize("channels", [1, 3])
def test_resize(channels):
    images = np.full((3, 4, 6, channels), 90, np.uint8)
    resized = resize_images(images, (8, 5))
    assert resized.shape == (3, 8, 5, channels)
    assert resized.dtype == np.uint8
    assert np.unique(resized).tolist() == [90]
