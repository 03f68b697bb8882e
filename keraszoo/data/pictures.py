"""Picture files and bytes to plain pixels: upright, without alpha, 8 bits, grey or colour."""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps

GREY_MODES = {"1", "L", "LA", "La", "I", "F"}  # and those that start with "I;16"


class Header(NamedTuple):
    """What a picture says of itself before its pixels are decoded; its size when upright."""

    height: int
    width: int
    mode: str

    @property
    def channels(self) -> int:
        """1 for grey modes, 3 for colour."""
        return 1 if self.mode in GREY_MODES or self.mode.startswith("I;16") else 3


def read_header(file: str | os.PathLike[str] | BinaryIO) -> Header:
    """Read a picture's size and mode only. Raises whatever Pillow raises for a file that is no picture."""
    with _opened(file) as picture:
        width, height = picture.size
        if picture.getexif().get(ExifTags.Base.Orientation, 1) >= 5:  # lies on its side
            width, height = height, width
        return Header(height, width, picture.mode)


def read_pixels(
    file: str | os.PathLike[str] | BinaryIO, channels: int, image_size: tuple[int, int] | None = None
) -> np.ndarray:
    """Read one picture as ``uint8`` pixels 0-255 of shape ``(height, width, channels)``.

    It is turned upright as its EXIF orientation says, laid on white where it is transparent, and brought from
    16 bits to 8.

    Args:
        file: path, or open binary file.
        channels: 1 for grey, 3 for colour.
        image_size: ``(height, width)`` to stretch or shrink to; the picture's own if not given.

    Raises:
        ValueError: a picture of floats or of whole numbers beyond 16 bits.
        Exception: whatever Pillow raises for a broken file; its bomb warning counts as an error.
    """
    with _opened(file) as opened:
        return plain_pixels(opened, channels, image_size)


def plain_pixels(opened: Image.Image, channels: int, image_size: tuple[int, int] | None = None) -> np.ndarray:
    """The pixels of a picture that Pillow has opened or made, as `read_pixels` gives them.

    Raises:
        ValueError: as `read_pixels`.
    """
    picture = _on_white(_to_8_bits(ImageOps.exif_transpose(opened)))
    picture = _resized(picture.convert("L" if channels == 1 else "RGB"), image_size)
    return np.asarray(picture).reshape(picture.height, picture.width, channels)


def resize_images(images: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    """Resize ``uint8`` images ``(n, height, width, channels)`` to ``image_size`` ``(height, width)``."""
    flat = images[..., 0] if images.shape[-1] == 1 else images
    resized = np.stack([np.asarray(_resized(Image.fromarray(image), image_size)) for image in flat])
    return resized.reshape(len(images), *image_size, images.shape[-1])


def described(image_shape: Sequence[int]) -> str:
    """Such as ``"28x28 in grey"``, the height first."""
    height, width, channels = image_shape
    return f"{height}x{width} in {'grey' if channels == 1 else 'colour'}"


def fitted_note(image_shape: Sequence[int], fitted: Sequence[str]) -> str:
    """What is said where pictures were brought to ``image_shape``; ``fitted`` has what each of them was before."""
    kinds = list(dict.fromkeys(fitted))
    return (
        f"takes pictures of {described(image_shape)}; {len(fitted):,} of another kind fitted: "
        f"{', '.join(kinds[:3])}{' ...' if kinds[3:] else ''}"
    )


@contextmanager
def _opened(file: str | os.PathLike[str] | BinaryIO) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file) as picture:
            yield picture


def _resized(picture: Image.Image, image_size: tuple[int, int] | None) -> Image.Image:
    if image_size is None or picture.size == image_size[::-1]:
        return picture
    return picture.resize(image_size[::-1], Image.Resampling.BICUBIC)


def _to_8_bits(picture: Image.Image) -> Image.Image:
    if picture.mode == "F":
        raise ValueError("its pixels are floats; save it with 8 or 16 bits")
    if picture.mode != "I" and not picture.mode.startswith("I;16"):
        return picture
    pixels = np.asarray(picture)
    if pixels.min() < 0 or pixels.max() > 65535:
        raise ValueError("its pixels go beyond 16 bits; save it with 8 or 16 bits")
    return Image.fromarray(np.round(pixels / 257).astype(np.uint8))


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture)
