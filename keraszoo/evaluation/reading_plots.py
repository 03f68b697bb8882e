"""Pictures of a reader: strips with what was read in them, where it looked, and the digits that it mistakes."""

from collections.abc import Sequence
from os import PathLike
from textwrap import wrap
from typing import Any
from unicodedata import east_asian_width

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from keraszoo.data.strips import BLANK
from keraszoo.evaluation.arrays import unit_images
from keraszoo.evaluation.classification_plots import plot_confusion
from keraszoo.evaluation.figures import GRID_COLOUR, TEXT_COLOUR, new_figure, save_figure, style_axes
from keraszoo.evaluation.fonts import font_families
from keraszoo.evaluation.reading import right_texts

MISTAKE_COLOUR = "#BB2233"
PICTURE_INCHES = 10.0
IMAGE_INCHES, LEAST_CELL_INCHES = 0.45, 1.2
LETTER_INCHES, LINE_INCHES = 0.085, 0.17
MOST_ATTENTION_STRIPS = 6
SLACK = 1e-3  # as far beyond 1 as rounding takes a softmax in float16


def plot_strips(
    strips: ArrayLike,
    texts: Sequence[str],
    expected: Sequence[str],
    path: str | PathLike[str],
    numbers: ArrayLike,
    shown: int = 24,
) -> None:
    """Write a PNG of strips, each above what was read in it; a mistake is red and above what is right.

    The words are written as they are where installed fonts can do so, see `font_families`. Where they cannot, as with
    Hangul on many machines, the numbers stand there in digits, and "misread" above those that were.

    Args:
        strips: shape ``(count, max_digits, height, width, 1 or 3)``, uint8 in 0-255 or floats in 0-1.
        texts: what was read, ``(count,)``.
        expected: the words that the strips show, ``(count,)``.
        path: the PNG, replaced if it exists.
        numbers: the numbers that they show, shape ``(count,)``.
        shown: how many strips to show, from the first on; fewer if there are fewer.

    Raises:
        ValueError: a shape, type or range is another one.
        OSError: the file cannot be written.
    """
    right, numbers = right_texts(texts, expected)[:shown], np.asarray(numbers)
    if numbers.shape != (len(texts),) or shown < 1:
        raise ValueError(
            f"expected {len(texts)} numbers, one a strip, and 1 or more of them shown, received numbers of shape "
            f"{numbers.shape} and {shown} shown; pass those that the strips were drawn of"
        )
    pictures = _side_by_side(strips, len(texts), shown)
    read, meant = list(texts[:shown]), list(expected[:shown])
    families = font_families([*read, *meant])
    if families is None:
        meant = [str(number) for number in numbers[:shown].tolist()]
        read = [number if is_right else "misread" for number, is_right in zip(meant, right, strict=True)]
    max_digits = np.shape(strips)[1]
    width = max(LEAST_CELL_INCHES, IMAGE_INCHES * max_digits)
    columns = min(len(right), max(1, int(PICTURE_INCHES / width)))
    rows = -(-len(right) // columns)
    labels = [_label(*label, width) for label in zip(read, meant, right, strict=True)]
    lines = max(len(first) + len(second) for first, second in labels)
    height = IMAGE_INCHES * _proportion(strips) + LINE_INCHES * (lines + 0.5)
    figure = new_figure(max(width * columns, 4), height * rows + 0.4)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.axis("off")
    for axes, picture, (first, second) in zip(grid, pictures, labels, strict=False):
        _draw_strip(axes, picture, max_digits)
        _write_below(axes, first, 0, MISTAKE_COLOUR if second else TEXT_COLOUR, families)
        _write_below(axes, second, len(first), TEXT_COLOUR, families)
    mistakes = "" if right.all() else "; mistakes in red, above what is right"
    figure.suptitle(f"{int(right.sum())} of {len(right)} read right{mistakes}", fontsize=11, color=TEXT_COLOUR)
    save_figure(figure, path)


def plot_attention(strips: ArrayLike, texts: Sequence[str], attention: ArrayLike, path: str | PathLike[str]) -> None:
    """Write a PNG of up to 6 strips, each above the weights that every character of its text gave to its images.

    The characters stand beside their rows where installed fonts can write them, see `font_families`, and their places,
    counted from 1, where they cannot. A space is written as an underscore.

    Args:
        strips: shape ``(count, max_digits, height, width, 1 or 3)``, uint8 in 0-255 or floats in 0-1.
        texts: what was read, ``(count,)``; only strips whose text is not empty can be shown.
        attention: shape ``(count, length, max_digits)``, in 0-1, rows of sum 1; those behind a text are not shown.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: a shape, type or range is another one, or there are none or more than 6.
        OSError: the file cannot be written.
    """
    pictures = _side_by_side(strips, len(texts), len(texts))
    max_digits = np.shape(strips)[1]
    attention = _checked_attention(attention, texts, max_digits)
    longest = max(map(len, texts))
    families = font_families(texts)
    above = IMAGE_INCHES * _proportion(strips)
    below = LINE_INCHES * longest
    figure = new_figure(max(3, (IMAGE_INCHES * max_digits + 0.6) * len(texts)), above + below + 0.6)
    panels = figure.subplots(2, len(texts), squeeze=False, height_ratios=[above, below])
    for column, text in enumerate(texts):
        strip_axes, weight_axes = panels[:, column]
        _draw_strip(strip_axes, pictures[column], max_digits)
        strip_axes.set(aspect="auto")
        strip_axes.axis("off")
        weights = weight_axes.imshow(attention[column, : len(text)], cmap="Blues", vmin=0, vmax=1, aspect="auto")
        weight_axes.set_ylim(longest - 0.5, -0.5)
        rows = text.replace(" ", "_") if families else range(1, len(text) + 1)
        weight_axes.set_yticks(range(len(text)), [str(row) for row in rows], family=families, parse_math=False)
        weight_axes.set_xticks([])
        style_axes(weight_axes, grid=False)
        weight_axes.spines[["left", "bottom"]].set_visible(False)
        weight_axes.tick_params(length=0)
    panels[1, 0].set_ylabel("characters read", fontsize=10, color=TEXT_COLOUR)
    bar = figure.colorbar(weights, ax=panels[1, :], shrink=min(1, 1.5 / below), label="attention")
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9, labelcolor=TEXT_COLOUR, color=GRID_COLOUR)
    bar.ax.yaxis.label.set_color(TEXT_COLOUR)
    save_figure(figure, path)


def plot_digit_confusion(matrix: np.ndarray, path: str | PathLike[str]) -> None:
    """Write a PNG of which digits a reader takes for which, as `plot_confusion` draws it; blank places count as well.

    Args:
        matrix: from `digit_confusion`, shape ``(11, 11)``.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: the shape or type is another one, or all counts are 0.
        OSError: the file cannot be written.
    """
    plot_confusion(matrix, [*map(str, range(BLANK)), "blank"], path)


def _draw_strip(axes: Axes, picture: np.ndarray, images: int) -> None:
    """The images of a strip, each 1 wide and centred at its place, with thin lines between them."""
    height = images * picture.shape[0] / picture.shape[1]
    axes.imshow(picture, "gray", vmin=0, vmax=1, extent=(-0.5, images - 0.5, height, 0))
    for place in range(1, images):
        axes.axvline(place - 0.5, color=GRID_COLOUR, linewidth=0.6)


def _label(text: str, words: str, is_right: bool, inches: float) -> tuple[list[str], list[str]]:
    """The lines of what was read, and those of what is right, none if it is the same."""
    return _wrapped(text.strip() or "(nothing)", inches), [] if is_right else _wrapped(words, inches)


def _write_below(axes: Axes, lines: list[str], above: int, colour: str, families: list[str] | None) -> None:
    """Write ``lines`` below the axes, under as many others as there are ``above``."""
    style: dict[str, Any] = {
        "ha": "center",
        "va": "top",
        "fontsize": 9,
        "color": colour,
        "family": families,
        "parse_math": False,
    }
    text = "\n" * above + "\n".join(lines)
    if lines:
        axes.annotate(text, (0.5, 0), (0, -4), xycoords="axes fraction", textcoords="offset points", **style)


def _wrapped(text: str, inches: float) -> list[str]:
    """As many lines as the text takes within ``inches``; letters of East Asia are twice as wide."""
    wide = any(east_asian_width(character) in "WF" for character in text)
    return wrap(text, int(inches / LETTER_INCHES / (1 + wide)))


def _side_by_side(strips: ArrayLike, count: int, shown: int) -> np.ndarray:
    """The first ``shown`` strips, one image each, ``(shown, height, max_digits * width, channels)`` in 0-1."""
    strips = np.asarray(strips)
    if strips.ndim != 5 or len(strips) != count or strips.shape[-1] not in (1, 3):
        raise ValueError(
            f"strips: expected {count} as (count, max_digits, height, width, 1 or 3), one a text, received shape "
            f"{strips.shape}; pass exactly those that were read"
        )
    _, max_digits, height, width, channels = strips.shape
    images = strips[:shown].transpose(0, 2, 1, 3, 4).reshape(-1, height, max_digits * width, channels)
    return unit_images(images, "strips").clip(0, 1)


def _checked_attention(attention: ArrayLike, texts: Sequence[str], max_digits: int) -> np.ndarray:
    if len(texts) > MOST_ATTENTION_STRIPS or not all(texts):
        raise ValueError(
            f"texts: expected up to {MOST_ATTENTION_STRIPS} that are not empty, received {len(texts)}: "
            f"{list(texts)!r:.80}; choose some strips"
        )
    attention, longest = np.asarray(attention), max(map(len, texts))
    if attention.ndim != 3 or attention.shape[::2] != (len(texts), max_digits) or attention.shape[1] < longest:
        raise ValueError(
            f"attention: expected ({len(texts)}, {longest} or more, {max_digits}), a row for each character, received "
            f"shape {attention.shape}; pass that of these strips"
        )
    if not (attention.min() >= 0 and attention.max() <= 1 + SLACK):
        raise ValueError(
            f"attention: expected weights in 0-1, received {attention.min():.4g} to {attention.max():.4g}; "
            "pass what the softmax gives"
        )
    return attention


def _proportion(strips: ArrayLike) -> float:
    height, width = np.shape(strips)[2:4]
    return height / width
