"""One picture of what many models do: a panel for each, under headings."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from keraszoo.evaluation.arrays import unit_images
from keraszoo.evaluation.figures import DOTS_PER_INCH, GRID_COLOUR, TEXT_COLOUR, new_figure, save_figure
from keraszoo.evaluation.fonts import font_families
from keraszoo.evaluation.reading_plots import MISTAKE_COLOUR

# In pixels; `save_figure` adds a margin, with which the picture is 1600 wide.
WIDTH = 1555
TILE_HEIGHT = 56  # a whole number of times that of images of 8 and of 28 pixels
GAP = 8
LABEL_WIDTH = 92
HEADING_HEIGHT, TITLE_HEIGHT, LINE_HEIGHT = 64, 34, 24
PANEL_GAP = 34


class Caption(NamedTuple):
    """A line below an image: a text, in red where it is not right."""

    text: str
    right: bool = True


class Panel(NamedTuple):
    """What one model does.

    Attributes:
        title: one line.
        rows: name of a row -> images ``(columns, height, width, 1 or 3)``, uint8 0-255 or floats 0-1, all of one shape.
        captions: the lines below each column, or nothing.
    """

    title: str
    rows: Mapping[str, np.ndarray]
    captions: Sequence[Sequence[Caption]] = ()


class _Tiles(NamedTuple):
    """A panel whose images are grey or coloured tiles of their final size, ``(rows, columns, height, width, 3)``."""

    panel: Panel
    images: np.ndarray

    @property
    def width(self) -> int:
        """Of the panel, in pixels."""
        return LABEL_WIDTH + self.images.shape[1] * (self.images.shape[3] + GAP) - GAP

    @property
    def height(self) -> int:
        """Of the panel, in pixels."""
        lines = max(map(len, self.panel.captions), default=0)
        return TITLE_HEIGHT + len(self.images) * (self.images.shape[2] + GAP) + lines * LINE_HEIGHT


def plot_contact_sheet(sections: Mapping[str, Sequence[Panel]], path: str | PathLike[str]) -> None:
    """Write a PNG, 1600 pixels wide, of panels side by side as far as they fit, each section under its heading.

    Args:
        sections: heading -> its panels, in order.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: there are no panels, rows or captions of a panel differ in number, or images cannot be shown.
        OSError: the file cannot be written.
    """
    shelves = {heading: _shelves([_tiles(panel) for panel in panels]) for heading, panels in sections.items()}
    if not any(shelves.values()):
        raise ValueError("sections: expected at least one panel, received none; show a model")
    height = sum(
        HEADING_HEIGHT + sum(max(tiles.height for tiles in shelf) + PANEL_GAP for shelf in rows)
        for rows in shelves.values()
    )
    figure = new_figure(WIDTH / DOTS_PER_INCH, height / DOTS_PER_INCH)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set(xlim=(0, WIDTH), ylim=(height, 0), autoscale_on=False)
    canvas = np.ones((height, WIDTH, 3), np.float32)
    top = 0
    for heading, rows in shelves.items():
        axes.text(0, top + 22, heading, fontsize=13, weight="bold", color=TEXT_COLOUR, va="center")
        axes.axhline(top + 44, color=GRID_COLOUR, linewidth=1)
        top += HEADING_HEIGHT
        for shelf in rows:
            left, free = 0, WIDTH - sum(tiles.width for tiles in shelf)
            for tiles in shelf:
                _draw_panel(axes, canvas, tiles, top, left)
                left += tiles.width + free // max(1, len(shelf) - 1)
            top += max(tiles.height for tiles in shelf) + PANEL_GAP
    axes.imshow(canvas, vmin=0, vmax=1, extent=(0, WIDTH, height, 0), interpolation="nearest")
    save_figure(figure, path)


def _tiles(panel: Panel) -> _Tiles:
    shapes = {np.shape(images) for images in panel.rows.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 4:
        raise ValueError(f"{panel.title}: expected rows of as many images of one shape, received {sorted(shapes)}")
    columns, height, _, channels = next(iter(shapes))
    if panel.captions and len(panel.captions) != columns:
        raise ValueError(
            f"{panel.title}: expected captions for each of the {columns} images, received {len(panel.captions)}"
        )
    if channels not in (1, 3):
        raise ValueError(f"{panel.title}: expected 1 channel (grey) or 3 (colour), received {channels}")
    enlarge = max(1, TILE_HEIGHT // height)
    rows = np.stack([unit_images(images, name).clip(0, 1) for name, images in panel.rows.items()])
    tiles = _Tiles(panel, np.broadcast_to(rows, (*rows.shape[:-1], 3)).repeat(enlarge, axis=2).repeat(enlarge, axis=3))
    if tiles.width > WIDTH:
        raise ValueError(f"{panel.title}: expected at most {WIDTH} pixels in a row, received {tiles.width}: show fewer")
    return tiles


def _shelves(panels: list[_Tiles]) -> list[list[_Tiles]]:
    """The panels in rows, each as full as the picture's width allows."""
    shelves: list[list[_Tiles]] = []
    for tiles in panels:
        if not shelves or sum(each.width + PANEL_GAP for each in shelves[-1]) + tiles.width > WIDTH:
            shelves.append([])
        shelves[-1].append(tiles)
    return shelves


def _draw_panel(axes: Axes, canvas: np.ndarray, tiles: _Tiles, top: int, left: int) -> None:
    panel, (_, _, height, width, _) = tiles.panel, tiles.images.shape
    families = font_families([caption.text for lines in panel.captions for caption in lines])
    style: dict[str, Any] = {"fontsize": 8.5, "color": TEXT_COLOUR, "parse_math": False}
    axes.text(left, top + 10, panel.title, va="center", **{**style, "fontsize": 9.5})
    top, left = top + TITLE_HEIGHT, left + LABEL_WIDTH
    for row, name in enumerate(panel.rows):
        y = top + row * (height + GAP)
        axes.text(left - 12, y + height / 2, name, ha="right", va="center", **style)
        for column, image in enumerate(tiles.images[row]):
            x = left + column * (width + GAP)
            canvas[y : y + height, x : x + width] = image
    below = top + len(panel.rows) * (height + GAP)
    for column, lines in enumerate(panel.captions):
        centre = left + column * (width + GAP) + width / 2
        for number, caption in enumerate(lines):
            y = below + (number + 0.5) * LINE_HEIGHT
            colour = TEXT_COLOUR if caption.right else MISTAKE_COLOUR
            axes.text(centre, y, caption.text, ha="center", va="center", family=families, **{**style, "color": colour})
