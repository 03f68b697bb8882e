"""Pictures of any kind to the pixels that a model takes, and how they were changed on the way."""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from keraszoo.data.checks import check_images
from keraszoo.data.picture_files import told_with_remedy
from keraszoo.data.pictures import Header, described, plain_pixels, read_header, read_pixels

ImageShape = tuple[int, ...]
"""``(height, width, channels)``, 1 for grey or 3 for colour."""


class Given(NamedTuple):
    """What a signature is given.

    Attributes:
        values: ``(n, ...)``.
        single: one was given, not a list or a batch: one answer is expected, not several.
        fitted: what each picture that had to be fitted was before, such as ``"20x30 in colour"``.
    """

    values: np.ndarray
    single: bool
    fitted: Sequence[str] = ()


def given_pictures(pictures: Any, image_shape: ImageShape) -> Given:
    """One picture, a list of them or a batch, as ``float32`` pixels 0-255, ``(n, *image_shape)``.

    Pictures of another size are stretched or shrunk, and colour becomes grey or grey colour, as everywhere in the zoo.
    Files and Pillow's images are turned upright, laid on white where they are transparent, brought from 16 bits to 8.

    Args:
        pictures: paths, Pillow's images or arrays: whole numbers 0-255 or floats 0-1, ``(height, width)`` or
            ``(height, width, 1 or 3)``; a list of these; or a batch of arrays in one.
        image_shape: what the model takes.

    Raises:
        ValueError: a picture that cannot be read or has no content, an array of another shape or range, or none at all.
    """
    if isinstance(pictures, list | tuple):
        if not pictures:
            raise ValueError("expected at least one picture, received an empty list")
        each = [_pixels(picture, image_shape) for picture in pictures]
        return Given(np.stack([pixels for pixels, _ in each]), False, [before for _, before in each if before])
    if _is_opened_or_path(pictures):
        pixels, before = _pixels(pictures, image_shape)
        return Given(pixels[np.newaxis], True, [before] if before else [])
    images, single = np.asarray(pictures), not are_several(pictures, image_shape)
    values, fitted = _fitted_arrays(_as_batch(images) if single else images, image_shape)
    return Given(values, single, fitted)


def are_several(pictures: Any, image_shape: ImageShape) -> bool:
    """Whether these are several pictures: a list, or an array with an axis more than an image has.

    Of three axes, the last one are the channels if it has 1, 3 or 4, unless the others are a grey model's size.
    """
    if isinstance(pictures, list | tuple):
        return True
    if _is_opened_or_path(pictures):
        return False
    shape = np.shape(pictures)
    is_grey_batch = image_shape[2] == 1 and shape[1:] == tuple(image_shape[:2])
    return len(shape) > 3 or (len(shape) == 3 and (shape[2] not in (1, 3, 4) or is_grey_batch))


def _is_opened_or_path(picture: Any) -> bool:
    return isinstance(picture, Image.Image | str | os.PathLike)


def _as_batch(image: np.ndarray) -> np.ndarray:
    return image[np.newaxis] if image.ndim in (2, 3) else image


def _pixels(picture: Any, image_shape: ImageShape) -> tuple[np.ndarray, str | None]:
    """The pixels of one picture, and what it was before if it had to be fitted."""
    if not _is_opened_or_path(picture):
        images = _as_batch(np.asarray(picture))
        if images.ndim > 3 and len(images) != 1:
            raise ValueError(f"expected one picture at each place of a list, received a batch of {len(images)}")
        values, fitted = _fitted_arrays(images, image_shape)
        return values[0], fitted[0] if fitted else None
    try:
        if isinstance(picture, Image.Image):
            return _fitted(picture, image_shape)
        header = read_header(picture)
        pixels = read_pixels(picture, image_shape[2], (image_shape[0], image_shape[1]))
    except Exception as error:  # Pillow raises nearly anything for broken files
        raise ValueError(f"expected a picture, received {told_with_remedy(picture, error)}") from error
    return pixels.astype(np.float32), _difference(header, image_shape)


def _fitted_arrays(images: np.ndarray, image_shape: ImageShape) -> tuple[np.ndarray, list[str]]:
    pixels = check_images(images[..., np.newaxis] if images.ndim == 3 else images)
    if pixels.shape[1:] == tuple(image_shape):
        return pixels.astype(np.float32), []
    whole = np.rint(pixels).astype(np.uint8)
    each = [_fitted(Image.fromarray(image[..., 0] if image.shape[2] == 1 else image), image_shape) for image in whole]
    return np.stack([fitted for fitted, _ in each]), [before for _, before in each if before]


def _fitted(picture: Image.Image, image_shape: ImageShape) -> tuple[np.ndarray, str | None]:
    if 0 in picture.size:
        raise ValueError(f"it has no content: {picture.height} high and {picture.width} wide")
    height, width, channels = image_shape
    upright = ImageOps.exif_transpose(picture)
    before = Header(upright.height, upright.width, upright.mode)
    pixels = plain_pixels(upright, channels, (height, width))
    return pixels.astype(np.float32), _difference(before, image_shape)


def _difference(header: Header, image_shape: ImageShape) -> str | None:
    found = (header.height, header.width, header.channels)
    return None if found == tuple(image_shape) else described(found)
