"""Digits brought to the look of MNIST's: of their size, smooth, and placed by their centre of mass."""

import numpy as np
from PIL import Image

SIDE, BOX = 28, 20
"""Pixels of an image of MNIST, and of the box that its digit fits into (LeCun, Bottou, Bengio, Haffner, 1998)."""


def as_in_mnist(images: np.ndarray) -> np.ndarray:
    """Enlarge small digits as if they were MNIST's, for models of it.

    Args:
        images: ``uint8`` 0-255, ``(n, height, width, 1)``, light on dark, such as the bundled ones of 8x8 pixels.

    Returns:
        ``uint8`` 0-255, ``(n, 28, 28, 1)``.

    Raises:
        ValueError: images of another type or shape, or one that is all black.
    """
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 1:
        raise ValueError(
            f"expected digits as uint8 of shape (n, height, width, 1), received {images.dtype} of shape "
            f"{images.shape}; convert them"
        )
    return np.stack([_enlarged(image[..., 0]) for image in images])


def placed_by_mass(pixels: np.ndarray, size: int) -> np.ndarray:
    """A digit in the middle of a black square by its centre of mass, its brightest pixel white.

    Args:
        pixels: ``(height, width, 1)``, 0 or more but not all 0, light on dark, neither side above ``size``.
        size: height and width of the square.

    Returns:
        ``uint8`` 0-255, ``(size, size, 1)``.
    """
    height, width, _ = pixels.shape
    top, left = _corner(pixels.sum(axis=(1, 2)), size), _corner(pixels.sum(axis=(0, 2)), size)
    image = np.zeros((size, size, 1), np.uint8)
    # Thin strokes come out pale where they were shrunk, but every image of MNIST has white in it.
    image[top : top + height, left : left + width] = np.round(pixels * (255 / pixels.max()))
    return image


def _enlarged(grey: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero(grey.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise ValueError("expected light digits on black, received an image that is all black; leave it out")
    ink = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    # A margin, that strokes at the border fade as the others do. It takes a part of what the box may have besides.
    factor = (BOX + 2) / (max(ink.shape) + 2)
    height, width = (round((side + 2) * factor) for side in ink.shape)
    enlarged = Image.fromarray(np.pad(ink, 1)).resize((width, height), Image.Resampling.LANCZOS)
    return placed_by_mass(np.asarray(enlarged)[..., np.newaxis], SIDE)


def _corner(weights: np.ndarray, size: int) -> int:
    """Where a side starts whose centre of mass shall be the middle of ``size``, as near as it fits in."""
    centre = np.average(np.arange(len(weights)), weights=weights)
    return int(np.clip(round(size / 2 - centre), 0, size - len(weights)))
