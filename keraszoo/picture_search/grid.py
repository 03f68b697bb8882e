"""One picture of a search: the queries over what was found for them."""

import logging
from collections.abc import Sequence
from os import PathLike

import numpy as np

from keraszoo.data.named_pictures import ImageShape, data_set_item, first_few, read_picture
from keraszoo.data.pictures import read_header, read_pixels
from keraszoo.picture_search.finding import Found

TILE_PIXELS = 112
SHOWN_AT_MOST = 20
"""Queries, and found pictures of each."""
GREY, WHITE = 160, 255

logger = logging.getLogger("keraszoo")


def plot_found(
    queries: Sequence[str], found: Sequence[Sequence[Found]], path: str | PathLike[str], image_shape: ImageShape
) -> None:
    """Write a PNG with one column for each query: the query on top, what was found below, the nearest first.

    Pictures larger than the model's are shown sharper than it sees them, all others as it does, but in colour. One
    that cannot be read any more is a grey tile, and that is logged, as it is if there are more than `SHOWN_AT_MOST`.

    Args:
        queries: the names of the pictures that were searched with.
        found: what was found for each, in the same order.
        path: the PNG, replaced if it exists.
        image_shape: the model's.

    Raises:
        ValueError: nothing was found for any query.
        OSError: the file cannot be written.
    """
    from keraszoo.evaluation import plot_neighbours  # needs Matplotlib, which searching does without

    most = max((len(pictures) for pictures in found), default=0)
    if not most:
        raise ValueError("found: expected at least one picture to show, received none; search within a larger radius")
    if len(queries) > SHOWN_AT_MOST or most > SHOWN_AT_MOST:
        logger.warning(
            "%s shows the first %d of %d queries, and at most %d of %d pictures of each",
            path,
            min(len(queries), SHOWN_AT_MOST),
            len(queries),
            min(most, SHOWN_AT_MOST),
            most,
        )
    gone: list[str] = []
    columns = [
        [_tile(name, image_shape, gone) for name in [query, *(picture.path for picture in pictures[:SHOWN_AT_MOST])]]
        for query, pictures in zip(queries[:SHOWN_AT_MOST], found, strict=False)
    ]
    tiles = np.full((len(columns), 1 + min(most, SHOWN_AT_MOST), *columns[0][0].shape), WHITE, np.uint8)
    for number, column in enumerate(columns):
        tiles[number, : len(column)] = column
    if gone:
        logger.warning("Shown grey, since they cannot be read any more: %s", first_few(list(dict.fromkeys(gone))))
    titles = [f"query {number}" for number in range(1, 1 + len(columns))]
    plot_neighbours(tiles[:, 0], tiles[:, 1:], path, titles)


def _tile(name: str, image_shape: ImageShape, gone: list[str]) -> np.ndarray:
    """A picture in colour, uint8, enlarged to about `TILE_PIXELS`; grey if it cannot be read, and added to ``gone``."""
    height, width, _ = image_shape
    enlarge = max(1, TILE_PIXELS // max(height, width))
    try:
        if data_set_item(name) is None:
            header = read_header(name)
            if header.height > height or header.width > width:
                return read_pixels(name, 3, (height * enlarge, width * enlarge))
            image = read_pixels(name, 3, (height, width))
        else:
            image = read_picture(name, image_shape)
    except Exception:  # Pillow raises nearly anything for broken files
        gone.append(name)
        image = np.full((height, width, 3), GREY, np.uint8)
    return np.broadcast_to(
        image.repeat(enlarge, axis=0).repeat(enlarge, axis=1), (height * enlarge, width * enlarge, 3)
    )
