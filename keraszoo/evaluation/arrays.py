"""Checks that every measure and picture makes of the arrays it is given."""

import numpy as np
from numpy.typing import ArrayLike


def unit_images(images: ArrayLike, name: str, slack: float = 1e-3) -> np.ndarray:
    """Images as float32, 0 for black and 1 for full intensity.

    Args:
        images: shape (count, height, width, channels), uint8 in 0-255 or floating in 0-1.
        name: what the images are called in an error.
        slack: how far floats may lie outside 0-1, as rounding and noise take them there.

    Returns:
        An array of the same shape; floats are neither scaled nor clipped.

    Raises:
        ValueError: the shape, type or range is another one, or a pixel is not finite.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.size == 0:
        raise ValueError(
            f"{name}: expected at least one image as (count, height, width, channels), received shape "
            f"{images.shape}; add the missing axes, a grey image has 1 channel"
        )
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"{name}: expected uint8 in 0-255 or floats in 0-1, received {images.dtype}; convert with astype"
        )
    lowest, highest = float(images.min()), float(images.max())
    if not np.isfinite([lowest, highest]).all():
        raise ValueError(f"{name}: expected finite pixels, received NaN or infinity; look at what made them")
    if lowest < -slack or highest > 1 + slack:
        raise ValueError(
            f"{name}: expected floats in 0-1, received {lowest:.4g} to {highest:.4g}; divide by 255 or pass uint8"
        )
    return images.astype(np.float32, copy=False)


def finite_codes(codes: ArrayLike, name: str) -> np.ndarray:
    """Codes as a floating array.

    Args:
        codes: shape (count, code_size).
        name: what the codes are called in an error.

    Raises:
        ValueError: the shape is another one, there are none, or a number is not finite.
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.size == 0:
        raise ValueError(
            f"{name}: expected at least one code as (count, code_size), received shape {codes.shape}; "
            "flatten all but the first axis"
        )
    codes = codes.astype(np.result_type(codes.dtype, np.float32), copy=False)
    if not np.isfinite(codes).all():
        raise ValueError(f"{name}: expected finite numbers, received NaN or infinity; look at the encoder")
    return codes
