"""Pictures made of images: rows of originals and what became of them, and walks between codes."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike

import numpy as np
from matplotlib.figure import Figure

from keraszoo.evaluation.arrays import finite_codes, unit_images
from keraszoo.evaluation.figures import (
    DOTS_PER_INCH,
    TEXT_COLOUR,
    new_figure,
    save_figure,
)

TILE_PIXELS = 112
GAP_PIXELS = 8
# Noisy images and PCA overshoot 0-1 and are clipped; pixels in 0-255 given as floats are still refused.
SLACK = 10.0


def plot_reconstructions(
    original: np.ndarray,
    rebuilt: np.ndarray,
    path: str | PathLike[str],
    titles: Sequence[str] | None = None,
    count: int = 10,
) -> None:
    """Write a PNG with the first ``count`` originals above their reconstructions.

    Args and errors are those of `plot_image_rows`.
    """
    plot_image_rows({"original": original, "reconstruction": rebuilt}, path, titles, count)


def plot_image_rows(
    rows: Mapping[str, np.ndarray],
    path: str | PathLike[str],
    titles: Sequence[str] | None = None,
    count: int = 10,
) -> None:
    """Write a PNG with one labelled row of images for each entry, e.g. original, PCA and autoencoder.

    Args:
        rows: name of a row -> images of shape (count, height, width, 1 or 3), uint8 in 0-255 or floats in
            0-1; what lies a little outside 0-1 is clipped. All rows have the same shape.
        path: the PNG, replaced if it exists.
        titles: what to write above each column, at least as many as images are shown.
        count: how many images to show, from the first on; fewer if there are fewer.

    Raises:
        ValueError: the shapes differ, or a shape, type or range is another one.
        OSError: the file cannot be written.
    """
    if not rows:
        raise ValueError("rows: expected at least one row of images, received none; give {'original': images}")
    if count < 1:
        raise ValueError(f"count: expected 1 or more, received {count}; give how many images to show")
    tiles = [_displayable(images, name)[:count] for name, images in rows.items()]
    shapes = {name: np.shape(images) for name, images in rows.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"rows: expected images of one shape, received {shapes}; show the same images in each")
    shown = len(tiles[0])
    if titles is not None and len(titles) < shown:
        raise ValueError(f"titles: expected one for each of the {shown} images, received {len(titles)}; add more")
    column_labels = [] if titles is None else list(titles[:shown])
    save_figure(_draw_mosaic(np.stack(tiles), list(rows), column_labels), path)


def plot_walks(
    decode: Callable[[np.ndarray], np.ndarray],
    codes_from: np.ndarray,
    codes_to: np.ndarray,
    path: str | PathLike[str],
    steps: int = 10,
) -> None:
    """Write a PNG with one row for each pair of codes: what is decoded on the straight line between them.

    Args:
        decode: codes of shape (count, code_size) -> images of shape (count, height, width, 1 or 3) in 0-1;
            called once with all codes.
        codes_from: shape (walks, code_size), decoded on the left.
        codes_to: the same shape, decoded on the right.
        path: the PNG, replaced if it exists.
        steps: images in a row, both ends included; at least 2.

    Raises:
        ValueError: the codes differ in shape or are not finite, or what is decoded are not images.
        OSError: the file cannot be written.
    """
    codes_from, codes_to = finite_codes(codes_from, "codes_from"), finite_codes(codes_to, "codes_to")
    if codes_from.shape != codes_to.shape:
        raise ValueError(
            f"expected codes_from and codes_to of one shape, received {codes_from.shape} and "
            f"{codes_to.shape}; give one end for each start"
        )
    if steps < 2:
        raise ValueError(f"steps: expected 2 or more, received {steps}; both ends are steps")
    walks, code_size = codes_from.shape
    way = np.linspace(0, 1, steps, dtype=codes_from.dtype)[None, :, None]
    codes = (1 - way) * codes_from[:, None] + way * codes_to[:, None]
    images = _displayable(decode(codes.reshape(-1, code_size)), "decoded images")
    if len(images) != walks * steps:
        raise ValueError(f"decode: expected {walks * steps} images, one a code, received {len(images)}; check it")
    column_labels = ["from", *[f"{step / (steps - 1):.0%}" for step in range(1, steps - 1)], "to"]
    row_labels = [f"walk {walk}" for walk in range(1, walks + 1)]
    save_figure(_draw_mosaic(images.reshape(walks, steps, *images.shape[1:]), row_labels, column_labels), path)


def _displayable(images: np.ndarray, name: str) -> np.ndarray:
    images = unit_images(images, name, slack=SLACK).clip(0, 1)
    if images.shape[-1] not in (1, 3):
        raise ValueError(
            f"{name}: expected 1 channel (grey) or 3 (colour), received {images.shape[-1]}; choose which to show"
        )
    return images


def _draw_mosaic(tiles: np.ndarray, row_labels: Sequence[str], column_labels: Sequence[str]) -> Figure:
    """All images as one array in one axes, drawn pixel for pixel where they are small enough to be enlarged.

    Args:
        tiles: shape (rows, columns, height, width, 1 or 3) in 0-1.
        row_labels: one a row.
        column_labels: one a column, or none.
    """
    rows, columns, height, width, channels = tiles.shape
    longer = max(height, width)
    enlarge = max(1, TILE_PIXELS // longer)
    shrink = min(1.0, TILE_PIXELS / longer)
    tile_height, tile_width = height * enlarge, width * enlarge
    gap = round(GAP_PIXELS / shrink)
    mosaic = np.ones((rows * (tile_height + gap) - gap, columns * (tile_width + gap) - gap, channels))
    for row, column in np.ndindex(rows, columns):
        top, left = row * (tile_height + gap), column * (tile_width + gap)
        image = tiles[row, column].repeat(enlarge, axis=0).repeat(enlarge, axis=1)
        mosaic[top : top + tile_height, left : left + tile_width] = image

    inches = shrink / DOTS_PER_INCH
    figure = new_figure(mosaic.shape[1] * inches, mosaic.shape[0] * inches)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    interpolation = "nearest" if shrink == 1 else "antialiased"
    axes.imshow(mosaic.squeeze(-1) if channels == 1 else mosaic, "gray", vmin=0, vmax=1, interpolation=interpolation)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=TEXT_COLOUR, labelsize=10, labeltop=True, labelbottom=False)
    axes.set_yticks([row * (tile_height + gap) + tile_height / 2 for row in range(rows)], row_labels)
    centres = [column * (tile_width + gap) + tile_width / 2 for column in range(len(column_labels))]
    axes.set_xticks(centres, column_labels)
    return figure
