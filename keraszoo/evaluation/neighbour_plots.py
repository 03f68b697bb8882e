"""Pictures of a search: queries over what was found for them."""

from os import PathLike

import numpy as np

from keraszoo.evaluation.image_plots import plot_image_rows


def plot_neighbours(
    queries: np.ndarray, found: np.ndarray, path: str | PathLike[str], titles: list[str] | None = None
) -> None:
    """Write a PNG with one column for each query: the query on top, what was found below, the nearest first.

    Args:
        queries: images ``(queries, height, width, channels)``, uint8 0-255 or floats 0-1.
        found: ``(queries, neighbours, height, width, channels)``, of the same type.
        path: the PNG, replaced if it exists.
        titles: what to write above each column.

    Raises:
        ValueError: images that cannot be shown, or nothing found.
        OSError: the file cannot be written.
    """
    if found.ndim != 5 or not found.shape[1]:
        raise ValueError(
            "found: expected (queries, neighbours, height, width, channels) with one neighbour or more, received "
            f"{found.shape}"
        )
    rows = {"query": queries, **{f"nearest {place + 1}": found[:, place] for place in range(found.shape[1])}}
    plot_image_rows(rows, path, titles, count=len(queries))


def nearest_images(query_bits: np.ndarray, bits: np.ndarray, images: np.ndarray, count: int = 8) -> np.ndarray:
    """The images of the nearest codes by Hamming distance, those equally near in the order of the database.

    Args:
        query_bits: 0 and 1, ``(queries, bits)``.
        bits: 0 and 1, ``(n, bits)``, of the images.
        images: ``(n, height, width, channels)``.
        count: how many, at most all.

    Returns:
        ``(queries, count, height, width, channels)``.
    """
    distances = (query_bits[:, None, :] != bits[None, :, :]).sum(axis=-1)
    return images[np.argsort(distances, axis=1, kind="stable")[:, :count]]
