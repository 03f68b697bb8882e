"""Which digits pictures show, and which of them make a number."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from keraszoo.data.named_pictures import ImageShape, data_set_item, first_few, read_picture
from keraszoo.data.picture_files import told_with_remedy
from keraszoo.data.pictures import read_pixels
from keraszoo.progress import progress_line

PROGRESS_FROM = 20
"""So many pictures take some seconds to cut."""
FINER = 4
"""Digits without a margin are cut out four times as large, then averaged to pixels, as the bundled data was made."""

logger = logging.getLogger("keraszoo")


class Number(NamedTuple):
    """The pictures of a number, and its digits, ``uint8`` 0-255, ``(digits, height, width, channels)``."""

    pictures: list[str]
    digits: np.ndarray


def numbers_in(
    pictures: Sequence[str],
    max_digits: int,
    image_shape: ImageShape,
    *,
    each: bool = False,
    cut: bool = False,
    filled: bool = False,
) -> list[Number]:
    """The numbers that pictures show: either all of them one, or each of them one.

    A data set's image, and a picture of the model's size that is light on dark, show one digit and are taken as they
    are, unless ``cut``. Of any other picture the digits are cut out. Where all show one digit as they are, they are one
    number, in the order given. Of several pictures it is logged how they were taken, unless that was asked for.

    Args:
        pictures: files, or images of a data set such as ``digits/test/0``.
        max_digits: the most that the model reads.
        image_shape: what it reads of each.
        each: each picture shows one digit, and all together are one number.
        cut: each picture shows a number, whose digits are cut out.
        filled: the model has learned from digits that reach from border to border, as those of the bundled data do,
            rather than from ones with a margin, as MNIST's.

    Raises:
        ValueError: a picture that cannot be read, or whose digits cannot be cut out; another count of digits; digits
            to cut out for a model of images that are not square and grey. The message names the picture.
    """
    advance = progress_line(len(pictures), "pictures", shown=len(pictures) >= PROGRESS_FROM)
    numbers, as_they_are = [], True
    for picture in pictures:
        pixels = _read(picture, image_shape)
        if cut or not _is_one_digit(picture, pixels, image_shape):
            digits, as_they_are = _cut(picture, pixels, image_shape, filled), False
        else:
            digits = pixels[np.newaxis]
        if each and len(digits) != 1:
            raise ValueError(
                f"{picture}: expected one digit, as in each picture of a number, found {len(digits)}; read it as a "
                "number of its own (--cut)"
            )
        numbers.append(Number([picture], digits))
        advance(1)
    if each or as_they_are:
        numbers = [Number(list(pictures), np.concatenate([number.digits for number in numbers]))]
    if len(pictures) > 1 and not (each or cut):
        taken = "the digits of one number, without --cut" if as_they_are else "a number each, without --each"
        logger.info("The %d pictures are read as %s", len(pictures), taken)
    for number in numbers:
        _check_count(number, max_digits)
    return numbers


def _check_count(number: Number, max_digits: int) -> None:
    if len(number.digits) > max_digits:
        raise ValueError(
            f"{first_few(number.pictures)}: expected at most {max_digits} digits, which the model reads, received "
            f"{len(number.digits)}; give fewer, or choose a reader of more"
        )


def _read(picture: str, image_shape: ImageShape) -> np.ndarray:
    """Pixels of a data set's image in the model's size, of a file in its own."""
    try:
        return read_picture(picture, image_shape) if data_set_item(picture) else read_pixels(picture, image_shape[2])
    except ModuleNotFoundError:  # of what reads a data set
        raise
    except Exception as error:  # Pillow raises nearly anything for broken files
        raise ValueError(
            "expected a picture, or a data set's image such as digits/test/0, received "
            f"{told_with_remedy(picture, error)}"
        ) from error


def _is_one_digit(picture: str, pixels: np.ndarray, image_shape: ImageShape) -> bool:
    light_on_dark = np.median(pixels) < 128
    return data_set_item(picture) is not None or (pixels.shape == tuple(image_shape) and bool(light_on_dark))


def _cut(picture: str, pixels: np.ndarray, image_shape: ImageShape, filled: bool) -> np.ndarray:
    height, width, channels = image_shape
    if height != width or channels != 1:
        raise ValueError(
            f"{picture}: digits are cut out as grey squares, but the model reads images {height} high and "
            f"{width} wide in {'grey' if channels == 1 else 'colour'}; give one picture of that size for each digit, "
            "light on dark"
        )
    from keraszoo.data import cut_digits  # needs scikit-image, which digits that lie in pictures of their own do not

    try:
        digits = cut_digits(pixels, FINER * height if filled else height)
    except ValueError as error:
        raise ValueError(f"{picture}: {error}") from None
    return np.stack([_without_margin(digit, height) for digit in digits]) if filled else digits


def _without_margin(digit: np.ndarray, size: int) -> np.ndarray:
    """Light on dark, enlarged or shrunk to ``size``: its longer side reaches both borders, its shorter one neither."""
    picture = Image.fromarray(digit[..., 0])
    fitted = ImageOps.pad(picture.crop(picture.getbbox()), (size, size), Image.Resampling.BOX)
    return np.asarray(fitted)[..., np.newaxis]
