"""Clean one picture of any size with a model of one size: overlapping tiles, blended."""

import math
from collections.abc import Callable
from itertools import product

import numpy as np

from keraszoo.data.pictures import resize_images

Denoise = Callable[[np.ndarray], np.ndarray]

TILES_AT_ONCE = 256


def denoise_picture(
    denoise: Denoise,
    picture: np.ndarray,
    image_shape: tuple[int, int, int],
    *,
    overlap: float = 0.5,
    resize: bool = False,
) -> np.ndarray:
    """Clean one picture of any size.

    A picture of the model's size is given to it as it is. Any other is cut into tiles of that size which overlap, and
    the cleaned tiles are blended under a Hann window, so that no seam is seen; beyond its borders it is reflected. A
    model for grey images cleans each channel of a colour picture by itself; one for colour sees a grey picture as
    three equal channels, whose mean is kept. Alpha stays as it is.

    Args:
        denoise: pixels 0-255, float32 of shape (count, height, width, channels) -> images in 0-1 of that shape.
        picture: uint8 of shape (height, width) or (height, width, channels): 1 grey, 2 grey and alpha, 3 colour,
            4 colour and alpha.
        image_shape: the (height, width, channels) that ``denoise`` takes, channels 1 or 3.
        overlap: the share of a tile's height and width that it has in common with the next, 0 to below 1.
        resize: shrink or stretch the picture to the model's size, and the cleaned one back, instead of tiling. That
            suits pictures of what the model learned, and loses the detail of larger ones.

    Returns:
        uint8 of the picture's shape.

    Raises:
        ValueError: a picture, shape or overlap that cannot be, or an output of ``denoise`` that is no image.
    """
    picture = np.asarray(picture)
    _check_picture(picture)
    _check_tiling(image_shape, overlap)
    channels = picture.reshape(*picture.shape[:2], -1)
    has_alpha = channels.shape[2] in (2, 4)
    colours = channels[..., :-1] if has_alpha else channels
    size = (image_shape[0], image_shape[1])
    planes = _planes_for(resize_images(colours[None], size)[0] if resize else colours, image_shape[2])
    cleaned = np.concatenate([_cleaned(denoise, plane, size, overlap) for plane in planes], axis=-1)
    if colours.shape[2] == 1:
        cleaned = cleaned.mean(axis=-1, keepdims=True)
    pixels = np.round(cleaned.clip(0, 1) * 255).astype(np.uint8)
    if resize:
        pixels = resize_images(pixels[None], picture.shape[:2])[0]
    if has_alpha:
        pixels = np.concatenate([pixels, channels[..., -1:]], axis=-1)
    return pixels.reshape(picture.shape)


def count_tiles(
    height: int, width: int, channels: int, image_shape: tuple[int, int, int], *, overlap: float = 0.5
) -> int:
    """How many images `denoise_picture` gives a model of ``image_shape`` for a picture of 1 or 3 ``channels``."""
    _check_tiling(image_shape, overlap)
    planes = channels if image_shape[2] == 1 else 1
    return planes * len(_cut(height, image_shape[0], overlap)[0]) * len(_cut(width, image_shape[1], overlap)[0])


def _check_picture(picture: np.ndarray) -> None:
    known = picture.ndim == 2 or (picture.ndim == 3 and 1 <= picture.shape[2] <= 4)
    if picture.dtype != np.uint8 or not known or picture.size == 0:
        raise ValueError(
            "picture: expected uint8 of shape (height, width) or (height, width, 1 to 4 channels), received "
            f"{picture.dtype} of shape {picture.shape}; convert it"
        )


def _check_tiling(image_shape: tuple[int, int, int], overlap: float) -> None:
    if len(image_shape) != 3 or image_shape[2] not in (1, 3):
        raise ValueError(f"image_shape: expected (height, width, 1 or 3), received {image_shape}; use another model")
    if not 0 <= overlap < 1:
        raise ValueError(f"overlap: expected a share from 0 to below 1, received {overlap}; a half is usual")


def _planes_for(colours: np.ndarray, channels: int) -> list[np.ndarray]:
    """The picture as one or several of as many channels as the model takes."""
    if channels == 1:
        return np.split(colours, colours.shape[2], axis=2)
    return [colours if colours.shape[2] == channels else colours.repeat(channels, axis=2)]


def _cleaned(denoise: Denoise, pixels: np.ndarray, size: tuple[int, int], overlap: float) -> np.ndarray:
    """The cleaned picture in 0-1, from ``pixels`` of shape (height, width, channels of the model)."""
    if pixels.shape[:2] == size:
        return _call(denoise, pixels[None].astype(np.float32))[0]
    height, width = size
    tops, rows = _cut(pixels.shape[0], height, overlap)
    lefts, columns = _cut(pixels.shape[1], width, overlap)
    padded = np.pad(pixels, (rows, columns, (0, 0)), mode="reflect")
    window = _hann(height)[:, None, None] * _hann(width)[:, None]
    total = np.zeros(padded.shape, np.float32)
    weight = np.zeros((*padded.shape[:2], 1), np.float32)
    every_corner = list(product(tops, lefts))
    for start in range(0, len(every_corner), TILES_AT_ONCE):
        corners = every_corner[start : start + TILES_AT_ONCE]
        tiles = np.stack([padded[top : top + height, left : left + width] for top, left in corners])
        for (top, left), tile in zip(corners, _call(denoise, tiles.astype(np.float32)), strict=True):
            total[top : top + height, left : left + width] += window * tile
            weight[top : top + height, left : left + width] += window
    blended = total / weight
    return blended[rows[0] : rows[0] + pixels.shape[0], columns[0] : columns[0] + pixels.shape[1]]


def _call(denoise: Denoise, pixels: np.ndarray) -> np.ndarray:
    result = np.asarray(denoise(pixels))
    if result.shape != pixels.shape or not np.isfinite(result).all():
        raise ValueError(
            f"denoise: expected finite images in 0-1 of shape {pixels.shape}, received {result.dtype} of shape "
            f"{result.shape}{' with NaN or infinity' if result.shape == pixels.shape else ''}; check the model"
        )
    return result


def _cut(side: int, tile: int, overlap: float) -> tuple[list[int], tuple[int, int]]:
    """Where the tiles begin along one side, and by how much to lengthen it before and behind."""
    if side == tile:
        return [0], (0, 0)
    shared = min(round(tile * overlap), tile - 1)
    step = tile - shared
    # The picture is lengthened by one overlap at both ends, so that its border lies under two tiles too.
    count = max(0, math.ceil((side + 2 * shared - tile) / step)) + 1
    length = (count - 1) * step + tile
    return [step * index for index in range(count)], (shared, length - side - shared)


def _hann(length: int) -> np.ndarray:
    """A Hann window between whose samples and 0 at both ends lies half a pixel, so that none is 0."""
    return (np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2).astype(np.float32)
