"""The one gate that images pass before a model sees them."""

from typing import Any

import numpy as np


def check_images(images: Any, image_shape: tuple[int, int, int] | None = None) -> np.ndarray:
    """Return ``images`` as pixels 0-255, ``(n, height, width, channels)``, or say what is wrong with them.

    Args:
        images: whole numbers 0-255 (``uint8`` is passed on without a copy) or floats 0-1, of shape
            ``(n, height, width, channels)`` or, for grey images, ``(n, height, width)``.
        image_shape: the ``(height, width, channels)`` wanted; any with 1 or 3 channels if not given.

    Returns:
        ``uint8`` for whole numbers, ``float32`` for floats; 0-255 both.

    Raises:
        ValueError: wrong shape, type or range, NaN or infinity, or no images at all.
    """
    try:
        images = np.asarray(images)
    except ValueError as error:
        raise ValueError(f"expected images of one size, received a ragged list ({error}); resize them first") from None
    if images.dtype == bool:
        images = 255 * images.astype(np.uint8)
    if images.dtype.kind not in "uif":
        raise ValueError(
            f"expected images as whole numbers 0-255 or floats 0-1, received an array of {images.dtype}; convert it"
        )
    return _as_pixels(_with_shape(images, image_shape))


def _with_shape(images: np.ndarray, image_shape: tuple[int, int, int] | None) -> np.ndarray:
    wanted = "(n, {}, {}, {})".format(*image_shape or ("height", "width", "1 or 3 channels"))
    received = f"expected images of shape {wanted}, received {images.shape}"
    if images.size == 0:
        raise ValueError(f"{received}, which is empty; give at least one image")
    if _is_single_image(images.shape, image_shape):
        raise ValueError(
            f"{received}, which looks like a single image (add a batch axis: images[None])"
            " or flattened ones (reshape them)"
        )
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4:
        raise ValueError(f"{received}; reshape them")
    if image_shape is None and images.shape[-1] not in (1, 3):
        raise ValueError(f"{received}; put the channels last, grey (1) or colour (3), without alpha")
    if image_shape is not None and images.shape[1:] != tuple(image_shape):
        raise ValueError(f"{received}; resize or convert the images")
    return images


def _is_single_image(shape: tuple[int, ...], image_shape: tuple[int, int, int] | None) -> bool:
    if image_shape is not None and len(shape) == 3 and shape[1:] == image_shape[:2] and image_shape[2] == 1:
        return False
    return len(shape) == 2 or (len(shape) == 3 and shape[-1] in (1, 3, 4))


def _as_pixels(images: np.ndarray) -> np.ndarray:
    if images.dtype == np.uint8:
        return images
    low, high = images.min(), images.max()  # NaN if any pixel is
    if images.dtype.kind in "ui":
        if low < 0 or high > 255:
            raise ValueError(f"expected whole numbers 0-255, received {images.dtype} in {low}-{high}; rescale them")
        return images.astype(np.uint8)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("expected floats 0-1, received NaN or infinity; repair or leave out those images")
    if low < 0 or high > 1:
        raise ValueError(
            f"expected floats 0-1, received {images.dtype} in {low:.6g} to {high:.6g};"
            " rescale them, or give whole numbers 0-255 as uint8"
        )
    return images.astype(np.float32) * np.float32(255)
